//! The programs around the compiler: Trunk, wasm-bindgen and wasm-opt for the page, Node.js and Chromium for its tests;
//! mdBook for the guide; a Vulkan driver for the tests of the trainer.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::packages::{Version, Way, apt_can_install, apt_install, dotted, npm, version_in};
use crate::{paths, process};

/// Newer Trunks ask for a newer compiler than the workspace does, so this one is compiled where none is there.
const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "binaryen@132.0.0";
const MDBOOK: &str = "0.5.4";

/// Finds or installs Trunk and the programs it calls. Returns a `PATH` on which they have the right versions.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_page() -> Result<OsString> {
    let path = path_with_tools()?;
    let bindgen = locked_version(&fs::read_to_string(paths::root()?.join("Cargo.lock"))?, "wasm-bindgen")?;
    let bindgen = wasm_bindgen(bindgen)?;
    let wasm_opt = wasm_opt();
    let found = wasm_opt.find_or_install(&path);
    if let Err(error) = &found {
        println!("wasm-opt: {error:#}; Trunk looks for it");
    }
    bindgen.find_or_install(&path)?;
    trunk(found.is_err()).find_or_install(&path)?;
    Ok(path)
}

/// Finds or installs mdBook. Returns a `PATH` on which it is.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn for_guide() -> Result<OsString> {
    let path = path_with_tools()?;
    mdbook().find_or_install(&path)?;
    Ok(path)
}

/// A program, the versions of it that will do, and the ways to have one, the quickest first.
struct Tool {
    program: &'static str,
    versions: Range<Version>,
    ways: Vec<Way>,
}

/// Of exactly the version that the page is compiled against.
fn wasm_bindgen(version: String) -> Result<Tool> {
    let package = "wasm-bindgen-cli";
    let exact = version_in(&version).with_context(|| format!("{version} is no version of wasm-bindgen"))?;
    let mut next = exact.clone();
    next.push(0);
    // Without --locked, because its lock file may name crates that a registry mirror does not have yet.
    let cargo = Way::Cargo(vec![package.to_owned(), "--version".to_owned(), version.clone()]);
    Ok(Tool { program: "wasm-bindgen", versions: exact..next, ways: vec![Way::Binstall { package, version }, cargo] })
}

/// Trunk. One that is compiled here can download only where it has to, because that is a third of it; or where it does
/// not compile without.
fn trunk(downloads: bool) -> Tool {
    let plain = ["trunk", "--version", TRUNK, "--locked", "--no-default-features"];
    let cargo = |features: &[&str]| Way::Cargo(plain.iter().chain(features).map(|&word| word.to_owned()).collect());
    let binstall = Way::Binstall { package: "trunk", version: TRUNK.to_owned() };
    let mut ways = vec![binstall, Way::Brew("trunk"), Way::Pacman("trunk")];
    if !downloads {
        ways.push(cargo(&[]));
    }
    ways.push(cargo(&["--features", "rustls"]));
    Tool { program: "trunk", versions: vec![0, 21, 14]..vec![0, 23], ways }
}

/// mdBook. One that is compiled here comes without its server and watcher, which are most of it.
fn mdbook() -> Tool {
    let plain = ["mdbook", "--version", MDBOOK, "--locked", "--no-default-features", "--features", "search"];
    let cargo = Way::Cargo(plain.map(str::to_owned).to_vec());
    let binstall = Way::Binstall { package: "mdbook", version: MDBOOK.to_owned() };
    let ways = vec![binstall, Way::Brew("mdbook"), Way::Pacman("mdbook"), cargo];
    Tool { program: "mdbook", versions: vec![0, 5]..vec![0, 6], ways }
}

/// Versions before 117 do not know what today's compilers emit. Compiling it is no way: it is large, and in C++.
fn wasm_opt() -> Tool {
    let ways = vec![Way::Npm(BINARYEN), Way::Brew("binaryen"), Way::Pacman("binaryen"), Way::Apt("binaryen")];
    Tool { program: "wasm-opt", versions: vec![117]..vec![1000], ways }
}

impl Tool {
    /// Leaves the program on `path` in a version that will do. Only the program itself is believed.
    fn find_or_install(&self, path: &OsString) -> Result<()> {
        if let Some(found) = self.installed(path).filter(|version| self.versions.contains(version)) {
            println!("{}: found {}", self.program, dotted(&found));
            return Ok(());
        }
        println!("{}: missing, installing it", self.program);
        let mut failure = anyhow!("no way to install it is known here: npm, brew, pacman or apt-get would do");
        for way in self.ways.iter().filter(|way| way.is_open()) {
            let installed = way.install(&self.versions);
            match (installed, self.installed(path)) {
                (Ok(()), Some(version)) if self.versions.contains(&version) => return Ok(()),
                (Ok(()), Some(version)) => {
                    failure = anyhow!("{} comes first on PATH, and will not do", dotted(&version));
                }
                (Ok(()), None) => failure = anyhow!("it was installed, but does not start"),
                (Err(error), _) => failure = error,
            }
            println!("{}: {failure:#}", self.program);
        }
        Err(failure.context(format!("cannot install {}", self.program)))
    }

    /// The version that the program says it is.
    fn installed(&self, path: &OsString) -> Option<Version> {
        version_in(&process::output(Command::new(self.program).arg("--version").env("PATH", path)).ok()?)
    }
}

/// Finds or installs what the tests in the browser take, and returns where Chromium lies. Standard output stays clean,
/// because `cargo xtask bench` calls this before it prints its findings.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_browser_tests() -> Result<PathBuf> {
    needs_npm()?;
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

/// Finds or installs Node.js with npm.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn needs_npm() -> Result<()> {
    if !process::exists("npm") {
        if !apt_can_install() {
            bail!("this needs Node.js 20 or newer with npm: install it from https://nodejs.org");
        }
        eprintln!("node: missing, installing it with apt-get");
        apt_install(&["nodejs", "npm"])?;
    }
    Ok(())
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

/// The `PATH` of this program behind the folders that tools are installed into.
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
    named
        .or_else(|| names.into_iter().find_map(|name| which::which(name).ok()))
        .or_else(|| mac.is_file().then(|| mac.to_path_buf()))
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
    fn each_tool_ends_with_a_way_and_takes_its_own_version() {
        let bindgen = wasm_bindgen("0.2.130".to_owned()).unwrap();
        assert!(bindgen.versions.contains(&vec![0, 2, 130]));
        assert!(!bindgen.versions.contains(&vec![0, 2, 131]) && !bindgen.versions.contains(&vec![0, 2, 129]));
        let trunk = trunk(false);
        assert!(trunk.versions.contains(&version_in(TRUNK).unwrap()));
        let mdbook = mdbook();
        assert!(mdbook.versions.contains(&version_in("mdbook v0.5.4").unwrap()));
        for tool in [&bindgen, &trunk, &mdbook] {
            assert!(tool.ways.last().is_some_and(Way::is_open), "{} can always be compiled", tool.program);
        }
        assert!(!wasm_opt().versions.contains(&vec![108]), "Debian's of 2023 will not do");
    }

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(lock, "trunk").is_err());
    }
}
