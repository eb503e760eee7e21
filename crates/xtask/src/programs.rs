//! The WebAssembly programs of the page, as the links of `index.html` name them to Trunk.

use anyhow::{Context, Result, ensure};

use crate::html::{self, StartTag};

/// The worker that brings WebGPU's shaders, and with them more code to compile than all else together.
const WEBGPU: &str = "sinet-worker-gpu";
/// Stands in a page that lacks [`WEBGPU`], which looks for it before it starts a worker.
const WEBGPU_IS_MISSING: &str = "<meta name=\"sinet-webgpu\" content=\"missing\" />";

/// A program that Cargo compiles.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// Its manifest, relative to `index.html`.
    pub manifest: String,
    /// Its name in that manifest.
    pub name: String,
    /// The profile that it is compiled in.
    pub profile: String,
    /// The level of wasm-opt that it takes.
    pub optimisation: String,
    /// The features of WebAssembly that wasm-opt may meet in it, as its arguments.
    pub features: String,
}

impl Program {
    /// Whether this is the worker for WebGPU.
    pub fn is_webgpu(&self) -> bool {
        self.name == WEBGPU
    }
}

/// The programs of a page, in its order.
///
/// # Errors
/// When a link does not say what to compile.
pub fn of(index: &str) -> Result<Vec<Program>> {
    links(index).map(|link| program(&link)).collect()
}

/// The page without its worker for WebGPU, and with a mark that says so.
///
/// # Errors
/// When the page has no such worker.
pub fn without_webgpu(index: &str) -> Result<String> {
    let link = links(index).find(|link| program(link).is_ok_and(|program| program.is_webgpu()));
    let link = link.with_context(|| format!("index.html has no link to {WEBGPU}"))?;
    let mut page = index.to_owned();
    page.replace_range(link.range, WEBGPU_IS_MISSING);
    Ok(page)
}

fn links(index: &str) -> impl Iterator<Item = StartTag> {
    let is_program = |tag: &StartTag| {
        tag.attributes.contains_key("data-trunk") && tag.attributes.get("rel").is_some_and(|rel| rel == "rust")
    };
    html::start_tags(index, "link").into_iter().filter(is_program)
}

fn program(link: &StartTag) -> Result<Program> {
    let attribute = |key: &str| link.attributes.get(key).cloned().unwrap_or_default();
    let [manifest, name, profile] = ["href", "data-bin", "data-cargo-profile"].map(attribute);
    let [optimisation, features] = ["data-wasm-opt", "data-wasm-opt-params"].map(attribute);
    let is_whole = [&manifest, &name, &profile].into_iter().all(|value| !value.is_empty());
    ensure!(is_whole, "a link to a program in index.html needs href, data-bin and data-cargo-profile: {link:?}");
    Ok(Program { manifest, name, profile, optimisation, features })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    const INDEX: &str = include_str!("../../../index.html");

    fn names(index: &str) -> Vec<String> {
        of(index).unwrap().into_iter().map(|program| program.name).collect()
    }

    #[test]
    fn only_the_worker_for_webgpu_is_left_out_of_the_first_page() {
        let first = without_webgpu(INDEX).unwrap();
        assert_eq!(names(INDEX), ["sinet-page", "sinet-files", "sinet-worker-cpu", "sinet-worker-cpu-relaxed", WEBGPU]);
        assert_eq!(names(&first), ["sinet-page", "sinet-files", "sinet-worker-cpu", "sinet-worker-cpu-relaxed"]);
        assert!(!first.contains(WEBGPU) && first.contains(WEBGPU_IS_MISSING));
        let head_and_tail = INDEX.len() - first.len() + WEBGPU_IS_MISSING.len();
        assert!(head_and_tail < 600, "only the link has gone: {head_and_tail} bytes");
        assert!(!INDEX.contains("sinet-webgpu"), "the whole page has no mark");
        assert!(without_webgpu(&first).is_err());
    }

    #[test]
    fn the_page_looks_for_the_mark_that_is_written() {
        let mark = &html::start_tags(WEBGPU_IS_MISSING, "meta")[0].attributes["name"];
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/page/src");
        assert!(is_said_below(&page, &format!("meta[name={mark}]")));
    }

    fn is_said_below(folder: &Path, words: &str) -> bool {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
            if path.is_dir() { is_said_below(&path, words) } else { fs::read_to_string(path).unwrap().contains(words) }
        })
    }

    #[test]
    fn a_link_that_does_not_say_what_to_compile_is_an_error() {
        assert!(of("<link data-trunk rel=rust href=a/Cargo.toml data-bin=a>").is_err());
        assert_eq!(of("<link data-trunk rel=css href=a.css><link rel=rust>").unwrap(), []);
    }
}
