//! The places of things: the repository, the built page, the cache shared by all checkouts.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// The root of the repository that `cargo xtask` runs on.
///
/// # Errors
/// When this program was not started by Cargo.
pub fn root() -> Result<PathBuf> {
    // Asked at run time: a binary in a shared target folder may have been compiled from another checkout.
    let package = env::var_os("CARGO_MANIFEST_DIR").context("start this program as `cargo xtask`")?;
    let root = Path::new(&package).ancestors().nth(2).context("crates/xtask has left its place in the repository")?;
    Ok(root.to_path_buf())
}

/// Every file below a root that Git knows or would take, relative to it. One that was deleted but not yet committed is none.
///
/// # Errors
/// When Git fails.
pub fn listed(root: &Path) -> Result<Vec<PathBuf>> {
    let listed = process::output(
        Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root),
    )?;
    Ok(listed.split_terminator('\0').map(PathBuf::from).filter(|file| root.join(file).is_file()).collect())
}

/// The folder that holds the built page.
///
/// # Errors
/// See [`root`].
pub fn dist() -> Result<PathBuf> {
    Ok(root()?.join("dist"))
}

/// The folder that holds the built element, for pages of others.
///
/// # Errors
/// See [`root`].
pub fn dist_embed() -> Result<PathBuf> {
    Ok(root()?.join("dist-embed"))
}

/// The folder that Cargo builds into: `$CARGO_TARGET_DIR`, else a folder in the cache, so that a second checkout on the same
/// computer does not build everything again.
///
/// # Errors
/// See [`cache`].
pub fn target() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => Ok(root()?.join(folder)),
        None => Ok(cache()?.join("target")),
    }
}

/// The program `sinet` as the build leaves it.
///
/// # Errors
/// See [`target`].
pub fn sinet() -> Result<PathBuf> {
    Ok(target()?.join("release/sinet").with_extension(env::consts::EXE_EXTENSION))
}

/// The peers that `cargo xtask bench` installs.
///
/// # Errors
/// See [`cache`].
pub fn bench() -> Result<PathBuf> {
    Ok(cache()?.join("bench"))
}

/// The tools that `cargo xtask setup` installs.
///
/// # Errors
/// See [`cache`].
pub fn tools() -> Result<PathBuf> {
    Ok(cache()?.join("tools"))
}

/// The folder for everything that a checkout can do without.
///
/// # Errors
/// When the home folder is unknown.
pub fn cache() -> Result<PathBuf> {
    let home = env::home_dir().context("the home folder is unknown: set HOME")?;
    Ok(home.join(".cache/sinet"))
}
