//! The package `sinet` for Python, built, installed and tested as its users have it, in two environments: one with Spark and the usual
//! libraries, and one with a client of Spark instead, which cannot lie beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::package::{emptied, sinet_wheels};
use crate::packages::{apt_can_install, apt_install};
use crate::python::Python;
use crate::{paths, process};

/// Builds the wheels of the package and of the models.
///
/// # Errors
/// When there is no Python, or something cannot be built.
pub fn build() -> Result<Vec<PathBuf>> {
    sinet_wheels(&emptied("wheels")?, &python()?)
}

/// Installs the wheels and runs all tests. What of Spark and of other engines is not there, the tests say.
///
/// # Errors
/// When the libraries cannot be installed, or a test fails.
pub fn test(wheels: &[PathBuf]) -> Result<()> {
    install_for_spark();
    let python = python()?;
    python.install(wheels)?;
    let folder = folder()?;
    process::run(Command::new(python.program("mypy")).arg("package/sinet").current_dir(&folder))?;
    run(&python, &folder, &["tests"])?;
    // Heavy, and only for two recipes.
    match Python::find_or_install("connect", &folder.join("tests/requirements-connect.txt")) {
        Ok(python) => {
            python.install(wheels)?;
            run(&python, &folder, &["tests/test_recipes.py"])
        }
        Err(error) => {
            eprintln!("the recipes of Ray and Sail are not tested: {error:#}");
            Ok(())
        }
    }
}

/// The environment of the tests, which the benchmark takes, too.
///
/// # Errors
/// When there is no Python, or PyPI does not have a package.
pub fn python() -> Result<Python> {
    Python::find_or_install("sinet", &folder()?.join("tests/requirements.txt"))
}

fn run(python: &Python, folder: &Path, tests: &[&str]) -> Result<()> {
    let mut pytest = Command::new(python.program("pytest"));
    // With the reasons for what is skipped, and the slowest.
    pytest.args(["--quiet", "-rs", "--durations=5", "-p", "no:cacheprovider"]).args(tests);
    process::run(pytest.current_dir(folder).env("SINET_BIN", paths::sinet()?))
}

/// Spark needs Java, and the test of a host's death hosts; both come from Debian where that is open.
fn install_for_spark() {
    for (program, package) in [("java", "default-jre-headless"), ("ip", "iproute2")] {
        if process::exists(program) {
            continue;
        }
        let installed =
            if apt_can_install() { apt_install(&[package]) } else { Err(anyhow::anyhow!("there is no apt-get")) };
        if let Err(error) = installed.context("install it yourself") {
            eprintln!("{program} is missing, so some tests of Spark are skipped: {error:#}");
        }
    }
}

fn folder() -> Result<PathBuf> {
    Ok(paths::root()?.join("python"))
}
