//! Finds or installs what is measured against, in a folder of its own.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::report::Report;
use crate::{packages, paths, process};

const ONNXRUNTIME_WEB: &str = "onnxruntime-web@1.30.0";
/// PyTorch's own index, whose builds for the CPU are a tenth of the size of those on PyPI.
const TORCH_INDEX: &str = "https://download.pytorch.org/whl/cpu";

/// A Python that has onnxruntime. Its version is the newest, because which there are depends on the Python.
///
/// # Errors
/// When it cannot be installed.
pub fn python_with_onnxruntime() -> Result<PathBuf> {
    let python = venv()?;
    if !can_import(&python, "onnxruntime, numpy, tokenizers") {
        process::run(pip_install(&python).args(["onnxruntime", "numpy", "tokenizers"]))?;
    }
    Ok(python)
}

/// A Python that has PyTorch, if there is a way to get one.
///
/// # Errors
/// When there is no Python.
pub fn python_with_torch() -> Result<Option<PathBuf>> {
    let own = venv()?;
    let system = PathBuf::from("/usr/bin/python3");
    if can_import(&own, "torch") {
        return Ok(Some(own));
    }
    eprintln!("PyTorch: installing it, from its own index, else taking the system's, else installing it from PyPI");
    // If that index is closed, this shall be known at once.
    let impatient = ["--retries", "0", "--timeout", "15"];
    if process::output(pip_install(&own).args(impatient).args(["--index-url", TORCH_INDEX, "torch"])).is_ok() {
        return Ok(Some(own));
    }
    if can_import(&system, "torch") {
        return Ok(Some(system));
    }
    Ok(process::run(pip_install(&own).arg("torch")).is_ok().then_some(own))
}

/// The folder of onnxruntime-web.
///
/// # Errors
/// When it cannot be installed.
pub fn onnxruntime_web() -> Result<PathBuf> {
    let folder = paths::bench()?.join("node");
    fs::create_dir_all(&folder)?;
    process::run(packages::npm("install").arg("--prefix").arg(&folder).arg(ONNXRUNTIME_WEB).stdout(io::stderr()))?;
    Ok(folder.join("node_modules/onnxruntime-web"))
}

/// An encoder for a peer, in `$SINET_BENCH` or ../shared/bench. If it is not there, the report says so.
///
/// # Errors
/// See [`paths::root`].
pub fn model(report: &mut Report, peer: &str, file: &str) -> Result<Option<PathBuf>> {
    let folder = match env::var_os("SINET_BENCH") {
        Some(folder) => std::path::absolute(folder)?,
        None => paths::root()?.join("../shared/bench"),
    };
    let path = folder.join(file);
    if path.is_file() {
        return Ok(Some(path));
    }
    report.note(format!("{peer} is skipped: there is no {}; SINET_BENCH may name its folder.", path.display()));
    Ok(None)
}

/// A script of `crates/xtask/bench`.
///
/// # Errors
/// See [`paths::root`].
pub fn script(file: &str) -> Result<PathBuf> {
    Ok(paths::root()?.join("crates/xtask/bench").join(file))
}

/// The Python of the virtual environment.
fn venv() -> Result<PathBuf> {
    let folder = paths::bench()?.join("python");
    let python = folder.join("bin/python3");
    if !python.is_file() {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("the peers need Python 3 with its module venv (on Debian: `apt-get install python3-venv`)")?;
    }
    Ok(python)
}

fn pip_install(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).stdout(io::stderr());
    command
}

fn can_import(python: &Path, modules: &str) -> bool {
    process::output(Command::new(python).arg("-c").arg(format!("import {modules}"))).is_ok()
}
