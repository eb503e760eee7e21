//! The programs around the compiler: Trunk, wasm-bindgen and wasm-opt for the page, Node.js and Chromium for its tests;
//! a Vulkan driver for those of the trainer.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::toolchain::WasmToolchain;
use crate::{paths, process};

/// Newer Trunks ask for a newer compiler than the workspace does.
const TRUNK: &str = "0.21.14";
/// Versions before 117 do not know what today's compilers emit.
const WASM_OPT: &str = "132";
const BINARYEN: &str = "binaryen@132.0.0";

/// What building the page takes.
pub struct PageTools {
    /// The compiler.
    pub toolchain: WasmToolchain,
    /// A `PATH` on which Trunk and the programs it calls have the right versions.
    pub path: OsString,
}

/// Finds or installs what building the page takes.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_page() -> Result<PageTools> {
    let toolchain = WasmToolchain::find_or_install()?;
    let path = path_with_tools()?;
    let bindgen = locked_version(&fs::read_to_string(paths::root()?.join("Cargo.lock"))?, "wasm-bindgen")?;
    // Without --locked, because its lock file may name crates that a registry mirror does not have yet.
    ensure(&path, "wasm-bindgen", &bindgen, || cargo_install(&["wasm-bindgen-cli", "--version", &bindgen]))?;
    let features = ["--locked", "--no-default-features", "--features", "rustls"];
    ensure(&path, "trunk", TRUNK, || cargo_install(&[&["trunk", "--version", TRUNK], &features[..]].concat()))?;
    if process::which("npm").is_some() {
        ensure(&path, "wasm-opt", WASM_OPT, || {
            let folder = paths::tools()?.join("node");
            fs::create_dir_all(&folder)?;
            process::run(npm("install").arg("--prefix").arg(folder).arg(BINARYEN))
        })?;
    } else {
        println!("wasm-opt: Node.js is missing, so Trunk looks for it; install Node.js to have it from npm");
    }
    Ok(PageTools { toolchain, path })
}

/// Finds or installs what the tests in the browser take, and returns where Chromium lies. Standard output stays clean,
/// because `cargo xtask bench` calls this before it prints its findings.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_browser_tests() -> Result<PathBuf> {
    if process::which("npm").is_none() {
        if !apt_can_install() {
            bail!("the page's tests need Node.js 20 or newer with npm: install it from https://nodejs.org");
        }
        eprintln!("node: missing, installing it with apt-get");
        apt_install(&["nodejs", "npm"])?;
    }
    let chromium = match find_chromium() {
        Some(found) => found,
        None if apt_can_install() => {
            eprintln!("chromium: missing, installing it with apt-get");
            apt_install(&["chromium"])?;
            find_chromium().context("apt-get installed chromium, but it is not on PATH")?
        }
        None => bail!("the page's tests need Chromium or Chrome: install it, or name it in the variable CHROMIUM"),
    };
    eprintln!("chromium: found at {}", chromium.display());
    let tests = paths::root()?.join("tests/page");
    process::run(npm("ci").current_dir(tests).stdout(io::stderr()))?;
    Ok(chromium)
}

/// Finds or installs a driver for the tests on Vulkan, which computes on the processor where there is no GPU. They are
/// skipped where that fails.
///
/// # Errors
/// When the driver cannot be installed, though this computer installs from Debian.
pub fn for_vulkan_tests() -> Result<()> {
    let drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].map(Path::new);
    if drivers.into_iter().any(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())) {
        println!("Vulkan: found a driver");
    } else if apt_can_install() {
        println!("Vulkan: no driver, installing Mesa's with apt-get");
        apt_install(&["mesa-vulkan-drivers"])?;
    } else {
        println!("Vulkan: no driver was found; if there is none, its tests are skipped");
    }
    Ok(())
}

/// Whether [`apt_install`] has a chance: Debian or a descendant of it, and the rights to install.
pub fn apt_can_install() -> bool {
    let root = process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0");
    root && process::which("apt-get").is_some()
}

/// Installs Debian packages.
///
/// # Errors
/// When `apt-get` fails.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    // The lists of a fresh machine are empty or old; when they cannot be had, those at hand may still do.
    let _ = process::run(Command::new("apt-get").args(["-qq", "update"]));
    let mut install = Command::new("apt-get");
    install.args(["-qq", "-y", "install"]).args(packages);
    // Its several lines a package would drown the rest; errors come on the other channel.
    process::run(install.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null()))
}

/// Leaves `program` in the wanted version on `path`: found there, or installed.
fn ensure(path: &OsString, program: &str, version: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    if installed_version(path, program).as_deref() == Some(version) {
        println!("{program}: found {version}");
        return Ok(());
    }
    println!("{program}: installing {version}");
    install()?;
    match installed_version(path, program) {
        Some(found) if found == version => Ok(()),
        Some(found) => bail!("{program} {version} was installed, but {found} comes first on PATH"),
        None => bail!("{program} {version} was installed, but it does not start"),
    }
}

/// The version that `program --version` names: the first word that begins with a digit.
fn installed_version(path: &OsString, program: &str) -> Option<String> {
    let printed = process::output(Command::new(program).arg("--version").env("PATH", path)).ok()?;
    printed.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned)
}

fn cargo_install(arguments: &[&str]) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.arg("install").args(arguments).arg("--root").arg(paths::tools()?);
    // They run for seconds and would compile for a quarter of an hour with their own settings.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    process::run(cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"))
}

/// The beginning of a call of npm that prints nothing but errors and the outcome.
pub fn npm(verb: &str) -> Command {
    let mut command = Command::new("npm");
    command.args([verb, "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
    command
}

/// This program's `PATH` behind the folders that [`for_page`] installs into.
fn path_with_tools() -> Result<OsString> {
    let tools = paths::tools()?;
    let own = [tools.join("bin"), tools.join("node/node_modules/.bin")];
    let inherited = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(own.into_iter().chain(env::split_paths(&inherited)))?)
}

fn find_chromium() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mac = Path::new("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    named.or_else(|| names.into_iter().find_map(process::which)).or_else(|| mac.is_file().then(|| mac.to_path_buf()))
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Result<String> {
    let name = format!("name = \"{package}\"");
    let version = lock.lines().skip_while(|line| *line != name).nth(1);
    version
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no version of {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(lock, "trunk").is_err());
    }
}
