//! Checks of the files of the repository that no compiler makes.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use pulldown_cmark::{Event, Parser, Tag};

use crate::paths;

/// GitHub and most hosts grow slow or refuse beyond this; a shipped model has to stay below.
const MAX_BYTES: u64 = 26_000_000;
/// Top folders that exist on one machine and not on the next.
const MACHINE_FOLDERS: [&str; 4] = ["work", "root", "home", "Users"];
/// Spelled apart, so that this file passes its own check.
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Checks every file that Git knows or would take.
///
/// # Errors
/// When there is a complaint; all of them are printed first.
pub fn check(root: &Path) -> Result<()> {
    let mut complaints = Vec::new();
    for relative in &paths::listed(root)? {
        let path = root.join(relative);
        let bytes = fs::metadata(&path)?.len();
        if bytes > MAX_BYTES {
            complaints.push(format!("{}: {bytes} bytes, more than {MAX_BYTES}", relative.display()));
        }
        if let Ok(text) = fs::read_to_string(&path) {
            complaints.extend(complain(root, relative, &text));
        }
    }
    for complaint in &complaints {
        println!("{complaint}");
    }
    if !complaints.is_empty() {
        bail!("{} complaints about files", complaints.len());
    }
    Ok(())
}

/// The complaints about one text file.
fn complain(root: &Path, file: &Path, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let crate_root = file.ends_with("src/lib.rs") || file.ends_with("src/main.rs");
    if crate_root && !text.starts_with("//!") {
        complaints.push(format!("{}: a crate opens with `//!` and what it is", file.display()));
    }
    for (number, line) in text.lines().enumerate() {
        let mut complain = |what: &str| complaints.push(format!("{}:{}: {what}", file.display(), number + 1));
        if names_machine_folder(line) {
            complain("names a folder of one machine");
        }
        if UNFINISHED.iter().any(|mark| line.contains(mark)) {
            complain("marks something unfinished: finish it or open an issue");
        }
    }
    if file.extension().is_some_and(|extension| extension == "md") {
        for link in broken_links(root, file, text) {
            complaints.push(format!("{}: links to {link}, which does not exist", file.display()));
        }
    }
    complaints
}

/// Whether a line holds an absolute path below one of [`MACHINE_FOLDERS`].
fn names_machine_folder(line: &str) -> bool {
    MACHINE_FOLDERS.iter().any(|folder| {
        line.match_indices(&format!("/{folder}/")).any(|(position, _)| {
            // After a letter, a dot or `~` it continues a relative path or an address.
            let before = line[..position].chars().next_back();
            before.is_none_or(|c| c.is_whitespace() || "\"'`(=:[<,".contains(c))
        })
    })
}

/// The targets of a Markdown file's links that name no file of the repository.
fn broken_links(root: &Path, file: &Path, text: &str) -> Vec<String> {
    let folder = file.parent().unwrap_or(Path::new(""));
    links(text)
        .filter(|link| !link.contains(':') && !link.starts_with('#'))
        .filter(|link| {
            let path = link.split('#').next().unwrap_or_default();
            !root.join(folder).join(path).exists()
        })
        .collect()
}

/// The targets of the links and images of a Markdown text.
fn links(text: &str) -> impl Iterator<Item = String> {
    Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_folders_are_told_from_other_paths() {
        for folder in MACHINE_FOLDERS {
            assert!(names_machine_folder(&format!("see `/{folder}/x`")), "{folder}");
            assert!(names_machine_folder(&format!("/{folder}/x")), "{folder}");
            assert!(!names_machine_folder(&format!("./{folder}/x and https://host.org/{folder}/x")), "{folder}");
        }
    }

    #[test]
    fn links_in_code_are_none() {
        let text =
            "[a](x.md) and ![b](y.png \"title\")\n```\n[c](z.md)\n```\n`[e](e.md)` [d](#here) [f][1]\n\n[1]: f.md";
        assert_eq!(links(text).collect::<Vec<_>>(), ["x.md", "y.png", "#here", "f.md"]);
    }

    #[test]
    fn each_rule_complains() {
        let root = tempfile::tempdir().unwrap();
        let complaints = |file: &str, text: &str| complain(root.path(), Path::new(file), text);
        assert_eq!(complaints("a/src/lib.rs", "fn f() {}"), ["a/src/lib.rs: a crate opens with `//!` and what it is"]);
        assert_eq!(
            complaints("a.rs", &format!("\n// {}", UNFINISHED[0])),
            ["a.rs:2: marks something unfinished: finish it or open an issue"]
        );
        assert_eq!(complaints("a.md", "[x](b.md#c)"), ["a.md: links to b.md#c, which does not exist"]);
        fs::write(root.path().join("b.md"), "").unwrap();
        assert_eq!(complaints("a.md", "[x](b.md#c)"), <[String; 0]>::default());
    }
}
