//! Pythons of our own for packages and hosts, apart from the system's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::packages::{apt_can_install, apt_install};
use crate::{paths, process};

/// Builds the wheel.
const MATURIN: &str = "maturin==1.16.0";

/// A virtual environment in the cache.
pub struct Python {
    programs: PathBuf,
}

impl Python {
    /// Finds or makes the environment of a name, with maturin and the packages of a list of requirements in it.
    ///
    /// # Errors
    /// When there is no Python, or PyPI does not have a package.
    pub fn find_or_install(name: &str, requirements: &Path) -> Result<Self> {
        let folder = paths::cache()?.join("python").join(name);
        let python = Self { programs: folder.join(if cfg!(windows) { "Scripts" } else { "bin" }) };
        if !python.program("pip").is_file() {
            python.make(&folder)?;
        }
        // A list that is installed already is not looked up again.
        let wanted =
            format!("{MATURIN}\n{}", fs::read_to_string(requirements).context("cannot read the requirements")?);
        let installed = folder.join("installed.txt");
        if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
            return Ok(python);
        }
        process::run(python.pip(&["install", MATURIN]).arg("--requirement").arg(requirements))?;
        fs::write(installed, wanted)?;
        Ok(python)
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Installs wheels in place of those before.
    ///
    /// # Errors
    /// When pip refuses one.
    pub fn install(&self, wheels: &[PathBuf]) -> Result<()> {
        process::run(self.pip(&["install", "--force-reinstall", "--no-deps"]).args(wheels))
    }

    /// Installs a package that is not in the list.
    ///
    /// # Errors
    /// When PyPI does not have it.
    pub fn require(&self, package: &str) -> Result<()> {
        process::run(&mut self.pip(&["install", package]))
    }

    /// Builds the wheel of a folder with a `pyproject.toml` into another folder, by the folder's own build system.
    ///
    /// # Errors
    /// When it cannot be built, or PyPI does not have its build system.
    pub fn wheel(&self, project: &Path, into: &Path) -> Result<()> {
        process::run(self.pip(&["wheel", "--no-deps"]).arg("--wheel-dir").arg(into).arg(project))
    }

    fn pip(&self, words: &[&str]) -> Command {
        let mut pip = Command::new(self.program("pip"));
        pip.args(words).args(["--quiet", "--disable-pip-version-check"]);
        pip
    }

    fn make(&self, folder: &Path) -> Result<()> {
        let venv = || process::run(Command::new("python3").args(["-m", "venv"]).arg(folder));
        if venv().is_ok() {
            return Ok(());
        }
        if !apt_can_install() {
            bail!("packages, hosts and tests need Python 3 with venv: install it from https://python.org");
        }
        apt_install(&["python3-venv"])?;
        venv()
    }
}
