//! `cargo xtask package`: what npm, PyPI and Quarto take, each in the form in which it is published.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::packages::npm;
use crate::python::Python;
use crate::{paths, process};

/// The built packages.
pub struct Packages {
    /// `@sinet/text`, and the program for this platform that its plugins call.
    pub npm: [PathBuf; 2],
    /// `sinet-docs` for this platform.
    pub wheel: PathBuf,
    /// The extension of Quarto, a folder.
    pub quarto: PathBuf,
}

/// Builds all packages into `packages` of the build folder. `element` is the folder of the built element.
///
/// # Errors
/// When something does not compile, or a package manager is missing or refuses a package.
pub fn build(python: &Python, element: &Path) -> Result<Packages> {
    let folder = paths::target()?.join("packages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let program = sinet_docs()?;
    Ok(Packages {
        npm: [element_package(&folder, element)?, program_package(&folder, &program)?],
        wheel: wheel(&folder, python)?,
        quarto: quarto(&folder)?,
    })
}

/// Builds the program `sinet-docs` and returns where it lies.
///
/// # Errors
/// When it does not compile.
pub fn sinet_docs() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    // Not `-p`, so that it shares what the other native programs compile.
    cargo.args(["build", "--locked", "--release", "--bin", "sinet-docs"]).current_dir(paths::root()?);
    process::run(cargo.env("CARGO_TARGET_DIR", paths::target()?))?;
    Ok(paths::target()?.join("release").join(format!("sinet-docs{EXE_SUFFIX}")))
}

/// `@sinet/text`: the element with all that it loads but the models, which belong on a host of files, and the plugins.
fn element_package(folder: &Path, element: &Path) -> Result<PathBuf> {
    let staged = folder.join("npm-text");
    copy(&paths::root()?.join("packages/npm"), &staged, &|_| true)?;
    copy(element, &staged.join("dist"), &|name| name != "models")?;
    pack(&staged, folder)
}

/// The package of this platform that holds the program, as esbuild and others do it.
fn program_package(folder: &Path, program: &Path) -> Result<PathBuf> {
    let (system, processor) = platform()?;
    let staged = folder.join("npm-docs");
    let name = format!("sinet-docs{EXE_SUFFIX}");
    fs::create_dir_all(staged.join("bin"))?;
    fs::copy(program, staged.join("bin").join(&name))?;
    let package = json!({
        "name": format!("@sinet/docs-{system}-{processor}"),
        "version": env!("CARGO_PKG_VERSION"),
        "description": "The program sinet-docs for this platform; @sinet/text calls it",
        "license": env!("CARGO_PKG_LICENSE"),
        "os": [system],
        "cpu": [processor],
        "bin": { "sinet-docs": format!("bin/{name}") },
        "files": ["bin"],
    });
    fs::write(staged.join("package.json"), serde_json::to_string_pretty(&package)?)?;
    pack(&staged, folder)
}

/// The system and the processor in npm's words.
fn platform() -> Result<(&'static str, &'static str)> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "win32",
        other => bail!("there is no package for {other}"),
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => bail!("there is no package for {other}"),
    };
    Ok((system, processor))
}

/// Packs a staged folder; npm prints the name of the archive last.
fn pack(staged: &Path, into: &Path) -> Result<PathBuf> {
    let printed = process::output(npm("pack").arg("--pack-destination").arg(into).current_dir(staged))?;
    Ok(into.join(printed.lines().last().context("npm pack printed no name")?))
}

fn wheel(folder: &Path, python: &Python) -> Result<PathBuf> {
    let mut maturin = Command::new(python.program("maturin"));
    maturin.args(["build", "--release", "--locked", "--quiet", "--out"]).arg(folder);
    maturin.current_dir(paths::root()?.join("packages/python")).env("CARGO_TARGET_DIR", paths::target()?);
    process::run(&mut maturin)?;
    let mut files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    files.find(|file| file.extension().is_some_and(|end| end == "whl")).context("maturin left no wheel")
}

fn quarto(folder: &Path) -> Result<PathBuf> {
    let staged = folder.join("quarto");
    copy(&paths::root()?.join("packages/quarto"), &staged, &|_| true)?;
    Ok(staged)
}

/// Copies a folder; of its direct contents those that are wanted.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("there is no {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if !wanted(&name.to_string_lossy()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name), &|_| true)?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
