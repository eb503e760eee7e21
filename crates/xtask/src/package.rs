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

/// Cargo features of the published `sinet-docs`.
const PUBLISHED_FEATURES: &str = "png";
/// The models that ship, each as a package.
const MODELS: [&str; 2] = ["scierc", "conll04"];
/// Every package holds them.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The built packages.
pub struct Packages {
    /// `@sinet/text`, and the program for this platform that its plugins call.
    pub npm: [PathBuf; 2],
    /// `sinet-docs` and `sinet` for this platform, then the models.
    pub wheels: Vec<PathBuf>,
    /// The extension of Quarto, a folder.
    pub quarto: PathBuf,
}

/// Builds all packages into `packages` of the build folder. `element` is the folder of the built element.
///
/// # Errors
/// When something does not compile, or a package manager is missing or refuses a package.
pub fn build(python: &Python, element: &Path) -> Result<Packages> {
    let folder = emptied("packages")?;
    let docs = maturin("packages/python", &["--features", PUBLISHED_FEATURES], &folder.join("docs"), python)?;
    Ok(Packages {
        npm: [element_package(&folder, element)?, program_package(&folder, &published_sinet_docs()?)?],
        wheels: [docs].into_iter().chain(sinet_wheels(&folder.join("sinet"), python)?).collect(),
        quarto: quarto(&folder)?,
    })
}

/// Builds the program `sinet-docs` for use in this repository and returns where it lies.
///
/// # Errors
/// When it does not compile.
pub fn sinet_docs() -> Result<PathBuf> {
    // Not `-p`, so that it shares what the other native programs compile.
    cargo_build(&["--bin", "sinet-docs"])
}

/// Builds it as the packages hold it: with pictures in PNG.
fn published_sinet_docs() -> Result<PathBuf> {
    cargo_build(&["-p", "sinet-docs", "--features", PUBLISHED_FEATURES])
}

fn cargo_build(what: &[&str]) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--release"]).args(what).current_dir(paths::root()?);
    process::run(cargo.env("CARGO_TARGET_DIR", paths::target()?))?;
    Ok(paths::target()?.join("release").join(format!("sinet-docs{EXE_SUFFIX}")))
}

/// `@sinet/text`: the element with all that it loads but the models, which belong on a host of files, and the plugins.
fn element_package(folder: &Path, element: &Path) -> Result<PathBuf> {
    let staged = folder.join("npm-text");
    copy(&paths::root()?.join("packages/npm"), &staged, &|_| true)?;
    copy(element, &staged.join("dist"), &|name| name != "models")?;
    add_licences(&staged)?;
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
        "files": ["bin", "LICENSE-*"],
    });
    fs::write(staged.join("package.json"), serde_json::to_string_pretty(&package)?)?;
    add_licences(&staged)?;
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

/// Builds the package `sinet` for Python, and a package for each model that ships, into a folder.
///
/// # Errors
/// When something does not compile, or PyPI does not have a build system.
pub fn sinet_wheels(folder: &Path, python: &Python) -> Result<Vec<PathBuf>> {
    let package = maturin("python", &[], folder, python)?;
    let models = MODELS.map(|name| model_wheel(folder, python, name));
    [Ok(package)].into_iter().chain(models).collect()
}

/// A model as a package, which `sinet.Model` finds by its name.
fn model_wheel(folder: &Path, python: &Python, name: &str) -> Result<PathBuf> {
    let template = paths::root()?.join("packages/model");
    let staged = folder.join(name);
    let package = staged.join(format!("sinet_model_{name}"));
    let model = paths::root()?.join("models").join(name);
    copy(&model, &package.join("model"), &|_| true)?;
    fs::copy(model.join("README.md"), staged.join("README.md"))?;
    for (file, into) in [("pyproject.toml", &staged), ("__init__.py", &package)] {
        fs::write(into.join(file), fs::read_to_string(template.join(file))?.replace("NAME", name))?;
    }
    add_licences(&staged)?;
    let wheels = folder.join(format!("{name}-wheel"));
    python.wheel(&staged, &wheels)?;
    wheel_in(&wheels)
}

/// Has maturin build the wheel of a project of the repository.
fn maturin(project: &str, arguments: &[&str], folder: &Path, python: &Python) -> Result<PathBuf> {
    let mut maturin = Command::new(python.program("maturin"));
    maturin.args(["build", "--release", "--locked", "--quiet", "--out"]).arg(folder).args(arguments);
    process::run(maturin.current_dir(paths::root()?.join(project)).env("CARGO_TARGET_DIR", paths::target()?))?;
    wheel_in(folder)
}

/// The wheel in a folder that has one.
fn wheel_in(folder: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    files.find(|file| file.extension().is_some_and(|end| end == "whl")).context("there is no wheel")
}

/// A folder of the build folder with nothing in it.
///
/// # Errors
/// When it cannot be made.
pub fn emptied(name: &str) -> Result<PathBuf> {
    let folder = paths::target()?.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn quarto(folder: &Path) -> Result<PathBuf> {
    let staged = folder.join("quarto");
    copy(&paths::root()?.join("packages/quarto"), &staged, &|_| true)?;
    add_licences(&staged)?;
    Ok(staged)
}

fn add_licences(staged: &Path) -> Result<()> {
    for licence in LICENCES {
        fs::copy(paths::root()?.join(licence), staged.join(licence))?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each package manager wants the version in a file of its own.
    #[test]
    fn every_package_has_the_version_of_the_workspace() {
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages");
        let version = env!("CARGO_PKG_VERSION");
        for (file, said, count) in [
            ("npm/package.json", format!("\"version\": \"{version}\""), 1),
            ("npm/package.json", format!("\": \"{version}\""), 6),
            ("python/pyproject.toml", format!("version = \"{version}\""), 1),
            ("model/pyproject.toml", format!("version = \"{version}\""), 1),
            ("../python/pyproject.toml", format!("version = \"{version}\""), 1),
            ("python/src/sinet_docs/sphinx.py", format!("\"version\": \"{version}\""), 1),
            ("quarto/_extensions/sinet/_extension.yml", format!("version: {version}"), 1),
        ] {
            let text = fs::read_to_string(packages.join(file)).unwrap();
            assert_eq!(text.matches(&said).count(), count, "{file} says {said}");
        }
    }
}
