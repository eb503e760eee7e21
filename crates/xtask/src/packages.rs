//! The ways to install a program: package managers, each tried only where it is there.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::{paths, process};

/// A version, number by number.
pub type Version = Vec<u32>;

/// A way to install a program, as what it is called there.
pub enum Way {
    /// cargo-binstall, with what a crate's authors or others have compiled.
    Binstall {
        /// The crate.
        package: &'static str,
        /// Its version.
        version: String,
    },
    /// A package of npm, with its version.
    Npm(&'static str),
    /// A formula of Homebrew.
    Brew(&'static str),
    /// A package of Arch Linux.
    Pacman(&'static str),
    /// A package of Debian.
    Apt(&'static str),
    /// A package of `cargo install`: compiled here, for minutes.
    Cargo(Vec<String>),
}

impl Way {
    /// Whether this computer and this user have it.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Binstall { .. } => process::exists("cargo-binstall"),
            Self::Npm(_) => process::exists("npm"),
            Self::Brew(_) => process::exists("brew"),
            Self::Pacman(_) => is_root() && process::exists("pacman"),
            Self::Apt(_) => apt_can_install(),
            Self::Cargo(_) => true,
        }
    }

    /// Installs what it names. A version that will not do is left where that can be known before.
    ///
    /// # Errors
    /// When the package manager fails, or has no such version.
    pub fn install(&self, versions: &Range<Version>) -> Result<()> {
        match self {
            Self::Binstall { package, version } => {
                let mut binstall = Command::new("cargo-binstall");
                binstall.args(["--no-confirm", "--disable-strategies", "compile", "--disable-telemetry", "--root"]);
                process::run(binstall.arg(paths::tools()?).arg(format!("{package}@{version}")))
            }
            Self::Npm(package) => {
                let folder = paths::tools()?.join("node");
                fs::create_dir_all(&folder)?;
                process::run(npm("install").arg("--prefix").arg(folder).arg(package))
            }
            Self::Brew(formula) => process::run(Command::new("brew").args(["install", "--quiet", formula])),
            Self::Pacman(package) => {
                process::run(Command::new("pacman").args(["-S", "--needed", "--noconfirm", package]))
            }
            Self::Apt(package) => match apt_candidate(package)? {
                Some(version) if versions.contains(&version) => apt_install(&[package]),
                Some(version) => bail!("Debian has version {} of {package}", dotted(&version)),
                None => bail!("Debian has no {package}"),
            },
            Self::Cargo(arguments) => cargo_install(arguments, &paths::tools()?),
        }
    }
}

/// The first version in a text: the first word that begins with a digit, after a `v` or without, up to what is no number
/// in it.
pub fn version_in(text: &str) -> Option<Version> {
    let mut words = text.split_whitespace().map(|word| word.strip_prefix('v').unwrap_or(word));
    let word = words.find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let numbers = word.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    numbers.split('.').map(|number| number.parse().ok()).collect()
}

/// A version as it is written.
pub fn dotted(version: &Version) -> String {
    version.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

/// Whether [`apt_install`] has a chance: Debian or a descendant of it, and the rights to install.
pub fn apt_can_install() -> bool {
    is_root() && process::exists("apt-get")
}

/// Installs Debian packages.
///
/// # Errors
/// When `apt-get` fails.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    apt_update();
    let mut install = Command::new("apt-get");
    install.args(["-qq", "-y", "install"]).args(packages);
    // Its several lines a package would drown the rest; errors come on the other channel.
    process::run(install.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null()))
}

/// Compiles a program into `bin` below `root`.
///
/// # Errors
/// When it does not compile, or crates.io does not have it.
pub fn cargo_install(arguments: &[String], root: &Path) -> Result<()> {
    // A folder of its own, so that it waits for no other build; kept until the end, so that a call goes on where one
    // before it was stopped.
    let target = root.join("target");
    let mut cargo = Command::new("cargo");
    cargo.arg("install").args(arguments).arg("--root").arg(root).arg("--quiet");
    // They run for seconds and would compile for a quarter of an hour with their own settings.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_TARGET_DIR", &target);
    process::run(&mut cargo)?;
    fs::remove_dir_all(target)?;
    Ok(())
}

/// The beginning of a call of npm that prints nothing but errors and the outcome.
pub fn npm(verb: &str) -> Command {
    let mut command = Command::new("npm");
    command.args([verb, "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
    command
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

/// The version of a package that Debian would install.
fn apt_candidate(package: &str) -> Result<Option<Version>> {
    apt_update();
    let policy = process::output(Command::new("apt-cache").args(["policy", package]))?;
    Ok(policy.lines().find_map(|line| version_in(line.trim().strip_prefix("Candidate:")?)))
}

fn apt_update() {
    // The lists of a fresh machine are empty or old; when they cannot be had, those at hand may still do.
    let _ = process::run(Command::new("apt-get").args(["-qq", "update"]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_print_them() {
        let table = [
            ("trunk 0.21.14", Some(vec![0, 21, 14])),
            ("trunk 0.22.0-beta.1", Some(vec![0, 22, 0])),
            ("wasm-bindgen 0.2.130 (3a4bc)", Some(vec![0, 2, 130])),
            ("wasm-opt version 132 (version_132)", Some(vec![132])),
            (" 108-1", Some(vec![108])),
            (" (none)", None),
        ];
        for (text, version) in table {
            assert_eq!(version_in(text), version, "{text}");
        }
        assert_eq!(dotted(&vec![0, 21, 14]), "0.21.14");
    }
}
