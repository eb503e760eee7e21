//! `cargo xtask embed`: everything that the element `<sinet-text>` needs in a page of somebody else, as one folder.
//!
//! `sinet.js` defines the element and knows the hash of `sinet-live.js` and of the models' manifests; that one those of the
//! programs. So one `integrity` attribute on the first pins them all. The workers' programs are those of the page, each with glue that is one script, and models lie in chunks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha384};
use sinet_folder::{MANIFEST, MAX_CHUNK_BYTES, Manifest, ModelFiles};

use crate::packages::npm;
use crate::programs::{self, Program};
use crate::site::Site;
use crate::toolchain::TARGET;
use crate::{hashes, paths, process, tools};

/// The script that a page loads.
const SCRIPT: &str = "sinet.js";
/// The same for bundlers.
const MODULE: &str = "sinet.mjs";
/// What that loads when somebody wants more than a still.
const LIVE: &str = "sinet-live.js";
const STYLE: &str = "sinet.css";
const FIGURE: &str = "sinet-figure.wasm";
/// The hash of every file, as `sha384sum` prints and checks it.
const SUMS: &str = "SHA384SUMS";

/// What the scripts know of the other files: `BUILD` in them.
#[derive(Serialize)]
struct Build {
    version: &'static str,
    /// For each file that the element fetches what it hashes to, as a browser checks it.
    files: BTreeMap<String, String>,
    models: BTreeMap<String, Model>,
}

/// What the scripts know of a model.
#[derive(Serialize)]
struct Model {
    /// What its manifest hashes to, as a browser checks it.
    integrity: String,
    /// Size of all its files.
    bytes: u64,
}

/// Builds the folder, `dist-embed/`, and returns it. The worker for WebGPU is most of the work, and only built if it is asked
/// for.
///
/// # Errors
/// When a tool cannot be installed, something does not compile, or a model is damaged.
pub fn build(site: &Site, webgpu: bool) -> Result<PathBuf> {
    let folder = paths::dist_embed()?;
    let tools = Tools::find_or_install()?;
    let figure = Program {
        manifest: "web/embed/Cargo.toml".to_owned(),
        name: "sinet-embed".to_owned(),
        profile: "web".to_owned(),
        optimisation: "z".to_owned(),
        features: programs::of(site.index())?.first().map(|page| page.features.clone()).unwrap_or_default(),
    };
    site.compile_library(&figure)?;
    let workers: Vec<_> = programs::of(site.index())?.into_iter().filter(|program| wants(program, webgpu)).collect();
    workers.iter().try_for_each(|program| site.compile(program))?;

    // Nothing of a build before stays.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let glue = tools.bind(&figure, "web")?;
    tools.optimise(&figure, &glue, &folder.join(FIGURE))?;
    for program in &workers {
        let glue = tools.bind(program, "no-modules")?;
        tools.optimise(program, &glue, &folder.join(format!("{}.wasm", program.name)))?;
        tools.write_worker(program, &glue, &folder)?;
    }
    let pinned = |folder: &Path, wanted: fn(&str) -> bool| -> Result<BTreeMap<_, _>> {
        let hashes = hashes::below(folder)?.into_iter().filter(|(name, _)| wanted(name));
        Ok(hashes.map(|(name, hash)| (name, integrity(&hash))).collect())
    };
    let version = env!("CARGO_PKG_VERSION");
    let live = Build { version, files: pinned(&folder, |_| true)?, models: BTreeMap::new() };
    tools.bundle("live.js", "iife", &live, &glue, &folder.join(LIVE))?;
    let models = write_models(&paths::root()?.join("models"), &folder.join("models"))?;
    let element = Build { version, files: pinned(&folder, |name| name == LIVE)?, models };
    tools.bundle("script.js", "iife", &element, &glue, &folder.join(SCRIPT))?;
    tools.bundle("index.js", "esm", &element, &glue, &folder.join(MODULE))?;
    fs::copy(paths::root()?.join("crates/sinet-figure/src/sinet.css"), folder.join(STYLE))?;
    write_sums(&folder)?;
    Ok(folder)
}

/// Whether a program of the page is a worker that the element may start.
fn wants(program: &Program, webgpu: bool) -> bool {
    program.name.starts_with("sinet-worker-") && (webgpu || !program.is_webgpu())
}

/// Writes every model of a folder as it is served, and returns what the scripts know of each.
fn write_models(models: &Path, served: &Path) -> Result<BTreeMap<String, Model>> {
    let mut known = BTreeMap::new();
    for entry in fs::read_dir(models).with_context(|| format!("there is no {}", models.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let files = ModelFiles::read_dir(&entry.path()).and_then(ModelFiles::verify);
        let files = files.with_context(|| format!("the model in {} cannot be used", entry.path().display()))?;
        let folder = served.join(&name);
        fs::create_dir_all(&folder)?;
        let parts = files.in_chunks(MAX_CHUNK_BYTES);
        for (file, bytes) in &parts {
            fs::write(folder.join(file), bytes)?;
        }
        let manifest = &parts[MANIFEST];
        let bytes = Manifest::parse(manifest)?.total_bytes();
        known.insert(name, Model { integrity: integrity(&Sha384::digest(manifest)), bytes });
    }
    Ok(known)
}

/// The programs that make the folder out of what Cargo has compiled.
struct Tools {
    path: std::ffi::OsString,
    /// The folder of the element's scripts, in which esbuild is installed.
    element: PathBuf,
}

impl Tools {
    fn find_or_install() -> Result<Self> {
        let path = tools::for_page()?;
        let element = paths::root()?.join("web/embed/element");
        tools::needs_npm()?;
        process::run(npm("ci").current_dir(&element))?;
        Ok(Self { path, element })
    }

    /// Writes the glue of a compiled program, and returns its folder.
    fn bind(&self, program: &Program, target: &str) -> Result<PathBuf> {
        let name = format!("{}.wasm", program.name.replace("sinet-embed", "sinet_embed"));
        let compiled = paths::target()?.join(TARGET).join(&program.profile).join(name);
        let glue = paths::target()?.join("embed").join(&program.name);
        let mut bindgen = Command::new("wasm-bindgen");
        bindgen
            .args(["--target", target, "--no-typescript", "--out-name", "glue", "--out-dir"])
            .arg(&glue)
            .arg(compiled);
        process::run(bindgen.env("PATH", &self.path))?;
        Ok(glue)
    }

    fn optimise(&self, program: &Program, glue: &Path, optimised: &Path) -> Result<()> {
        let mut wasm_opt = Command::new("wasm-opt");
        wasm_opt.arg(format!("-O{}", program.optimisation)).args(program.features.split_whitespace());
        process::run(wasm_opt.arg(glue.join("glue_bg.wasm")).arg("-o").arg(optimised).env("PATH", &self.path))
    }

    /// Writes the script of a worker: its glue, and the lines that start it.
    fn write_worker(&self, program: &Program, glue: &Path, folder: &Path) -> Result<()> {
        let start = fs::read_to_string(self.element.join("worker-start.js"))?;
        let whole = glue.join("worker.js");
        fs::write(&whole, fs::read_to_string(glue.join("glue.js"))? + "\n" + &start)?;
        let script = folder.join(format!("{}.js", program.name));
        process::run(self.esbuild().arg(&whole).arg("--minify").arg(format!("--outfile={}", script.display())))
    }

    /// Writes a script of the element with all that it imports.
    fn bundle(&self, source: &str, form: &str, build: &Build, glue: &Path, script: &Path) -> Result<()> {
        let mut esbuild = self.esbuild();
        esbuild.arg(self.element.join(source)).args(["--bundle", "--minify", "--target=es2022", "--loader:.css=text"]);
        esbuild.arg(format!("--format={form}")).arg(format!("--define:BUILD={}", serde_json::to_string(build)?));
        esbuild.arg(format!("--alias:sinet-figure={}", glue.join("glue.js").display()));
        if form == "iife" {
            esbuild.arg("--define:import.meta.url=undefined");
        }
        process::run(esbuild.arg(format!("--outfile={}", script.display())))
    }

    fn esbuild(&self) -> Command {
        let mut esbuild = Command::new(self.element.join("node_modules/.bin/esbuild"));
        esbuild.arg("--log-level=warning");
        esbuild
    }
}

/// Writes the list of all files with their hashes.
fn write_sums(folder: &Path) -> Result<()> {
    let line = |(name, hash): (String, Vec<u8>)| {
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digits}  {name}\n")
    };
    let sums: String = hashes::below(folder)?.into_iter().filter(|(name, _)| name != SUMS).map(line).collect();
    fs::write(folder.join(SUMS), sums)?;
    Ok(())
}

/// A hash as the `integrity` attribute of HTML says it.
fn integrity(hash: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(hash))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_list_of_hashes_is_one_for_sha384sum() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        for name in ["a/b", "c", SUMS] {
            fs::write(folder.path().join(name), "abc").unwrap();
        }
        write_sums(folder.path()).unwrap();
        expect![[r#"
            cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7  a/b
            cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7  c
        "#]]
        .assert_eq(&fs::read_to_string(folder.path().join(SUMS)).unwrap());
    }

    #[test]
    fn a_model_is_served_in_chunks_and_known_by_its_manifest() {
        let [models, served] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut files = ModelFiles::new();
        files.insert("model.safetensors", vec![7; MAX_CHUNK_BYTES + 1]);
        files.seal();
        files.write_dir(&models.path().join("own")).unwrap();
        let known = write_models(models.path(), served.path()).unwrap();
        let folder = served.path().join("own");
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, [MANIFEST, "model.safetensors.0", "model.safetensors.1"]);
        let manifest = fs::read(folder.join(MANIFEST)).unwrap();
        assert_eq!(known["own"].integrity, integrity(&Sha384::digest(manifest)));
        assert_eq!(known["own"].bytes, MAX_CHUNK_BYTES as u64 + 1);
    }

    #[test]
    fn a_damaged_model_is_not_served() {
        let [models, served] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut files = ModelFiles::new();
        files.insert("config.json", b"{}".to_vec());
        files.seal();
        files.write_dir(&models.path().join("own")).unwrap();
        fs::write(models.path().join("own/config.json"), "[]").unwrap();
        let error = format!("{:#}", write_models(models.path(), served.path()).err().unwrap());
        assert!(error.contains("config.json is not the file"), "{error}");
    }
}
