//! `cargo xtask docs`: the guide in `docs`, built by mdBook, with the element for its live figures.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{package, paths, process, tools};

/// Its folder within that of the page, which links to it.
pub const FOLDER: &str = "guide";

/// Builds the guide into the page's folder, with the element that lies there built. Returns its own folder.
///
/// # Errors
/// When mdBook cannot be installed, or refuses a page of the guide, or a figure has no entry in the lock file.
pub fn build(dist: &Path) -> Result<PathBuf> {
    let path = tools::for_guide()?;
    let docs = package::sinet_docs()?;
    let programs = docs.parent().context("a program lies in a folder")?;
    let path = env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&path)))?;
    let guide = dist.join(FOLDER);
    // As deep as `docs`, so that what its pages include is found. mdBook takes the element only from among the pages.
    let staged = paths::root()?.join(".guide");
    let built = stage(&staged).and_then(|()| {
        let mut mdbook = Command::new("mdbook");
        mdbook.arg("build").arg(&staged).arg("--dest-dir").arg(&guide);
        process::run(mdbook.env("PATH", path))
    });
    fs::remove_dir_all(&staged)?;
    built.map(|()| guide)
}

fn stage(staged: &Path) -> Result<()> {
    if staged.exists() {
        fs::remove_dir_all(staged)?;
    }
    package::copy(&paths::root()?.join("docs"), staged, &|_| true)?;
    package::copy(&paths::dist_embed()?, &staged.join("src/element"), &|_| true)
}
