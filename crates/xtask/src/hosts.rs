//! The packages in the programs that make documentation, each installed as its users would and run for real.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::packages::{cargo_install, npm};
use crate::python::Python;
use crate::{package, paths, process, tools};

/// The older of the two mdBooks that are tried; the newer one builds the guide.
const OLD_MDBOOK: &str = "0.4.52";

/// Builds the packages with the element that lies there built, installs them into the hosts, and looks at what those build. With
/// `screenshots` a figure in each host becomes a picture of the guide.
///
/// # Errors
/// When a host cannot be installed, or a test fails.
pub fn test(screenshots: bool) -> Result<()> {
    let folder = paths::root()?.join("tests/hosts");
    let python = Python::find_or_install("hosts", &folder.join("requirements.txt"))?;
    let packages = package::build(&python, &paths::dist_embed()?)?;
    python.install(&packages.wheels[..1])?;
    let chromium = tools::for_browser_tests()?;
    process::run(npm("ci").current_dir(&folder))?;
    // Without the registry, which has no such packages for other platforms.
    process::run(npm("install").args(["--no-save", "--offline"]).args(&packages.npm).current_dir(&folder))?;

    let mut unittest = Command::new(python.program("python"));
    unittest.args(["-m", "unittest", "discover", "--start-directory"]);
    process::run(unittest.arg(paths::root()?.join("packages/python/tests")))?;

    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1", "npm.test.mjs", "hosts.test.mjs"])
        .current_dir(&folder)
        .env("CHROMIUM", chromium)
        .env("SINET_DOCS", package::sinet_docs()?)
        .env("SINET_QUARTO", packages.quarto)
        .env("SINET_PYTHON", python.program("python"))
        .env("SINET_MDBOOK", which::which_in("mdbook", Some(tools::for_guide()?), &folder)?)
        .env("SINET_OLD_MDBOOK", old_mdbook()?);
    if screenshots {
        node.env("SINET_SHOTS", paths::root()?.join("docs/src/hosts"));
    }
    process::run(&mut node)
}

/// Finds or compiles the older mdBook, beside the newer one.
fn old_mdbook() -> Result<PathBuf> {
    let root = paths::tools()?.join(format!("mdbook-{OLD_MDBOOK}"));
    let program = root.join("bin/mdbook").with_extension(std::env::consts::EXE_EXTENSION);
    if !program.is_file() {
        let plain = ["mdbook", "--version", OLD_MDBOOK, "--locked", "--no-default-features", "--features", "search"];
        cargo_install(&plain.map(str::to_owned), &root).context("cannot install the older mdBook")?;
    }
    Ok(program)
}
