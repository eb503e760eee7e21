//! The packages in the programs that make documentation, each installed as its users would and run for real.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::packages::npm;
use crate::python::Python;
use crate::{package, paths, process, tools};

/// The older of the two mdBooks that are tried; the newer one builds the guide.
const OLD_MDBOOK: &str = "0.4.52";

/// Builds the packages with the element that lies there built, installs them into the hosts, and looks at what those build.
///
/// # Errors
/// When a host cannot be installed, or a test fails.
pub fn test() -> Result<()> {
    let folder = paths::root()?.join("tests/hosts");
    let python = Python::find_or_install(&folder.join("requirements.txt"))?;
    let packages = package::build(&python, &paths::dist_embed()?)?;
    python.install(&packages.wheel)?;
    let chromium = tools::for_browser_tests()?;
    process::run(npm("ci").current_dir(&folder))?;
    process::run(npm("install").args(["--no-save", "--omit=optional"]).args(&packages.npm).current_dir(&folder))?;
    process::run(
        Command::new("node")
            .args(["--test", "hosts.test.mjs"])
            .current_dir(&folder)
            .env("CHROMIUM", chromium)
            .env("SINET_DOCS", package::sinet_docs()?)
            .env("SINET_PYTHON", python.program("python"))
            .env("SINET_MDBOOK", which::which_in("mdbook", Some(tools::for_guide()?), &folder)?)
            .env("SINET_OLD_MDBOOK", old_mdbook()?),
    )
}

/// Finds or compiles the older mdBook, beside the newer one.
fn old_mdbook() -> Result<PathBuf> {
    let root = paths::tools()?.join(format!("mdbook-{OLD_MDBOOK}"));
    let program = root.join("bin/mdbook").with_extension(std::env::consts::EXE_EXTENSION);
    if !program.is_file() {
        let mut install = Command::new("cargo");
        install.args(["install", "mdbook", "--version", OLD_MDBOOK, "--locked", "--no-default-features"]);
        process::run(install.args(["--features", "search", "--quiet", "--root"]).arg(root))?;
    }
    Ok(program)
}
