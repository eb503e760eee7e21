//! `cargo xtask docs`: the guide in `docs`, built by mdBook.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{paths, process, tools};

/// Its folder within that of the page, which links to it.
pub const FOLDER: &str = "guide";

/// Builds the guide into the page's folder. Returns its own.
///
/// # Errors
/// When mdBook cannot be installed, or refuses a page of the guide.
pub fn build(dist: &Path) -> Result<PathBuf> {
    let path = tools::for_guide()?;
    let guide = dist.join(FOLDER);
    let mut mdbook = Command::new("mdbook");
    mdbook.arg("build").arg(paths::root()?.join("docs")).arg("--dest-dir").arg(&guide);
    process::run(mdbook.env("PATH", path))?;
    Ok(guide)
}
