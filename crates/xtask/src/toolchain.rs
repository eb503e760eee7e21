//! A Rust toolchain that compiles and links for wasm32-unknown-unknown.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{packages, paths, process};

/// The target that browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows Debian's compiler, once linked.
const DEBIAN: &str = "web";
const DEBIAN_SYSROOT: &str = "/usr";

/// How to call Cargo so that it builds for wasm32.
#[derive(Default)]
pub struct WasmToolchain {
    /// The toolchain to ask rustup for; the active one where absent.
    name: Option<&'static str>,
    /// The linker; the toolchain's own where absent.
    linker: Option<PathBuf>,
}

impl WasmToolchain {
    /// Finds such a toolchain, or installs what is missing.
    ///
    /// It trusts nothing but a compiled and linked probe, so that no record of an earlier run can mislead it.
    ///
    /// # Errors
    /// When no way to install the target works on this computer.
    pub fn find_or_install() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        println!("{TARGET}: missing, installing it with rustup");
        let added =
            process::run_within(Duration::from_secs(30), Command::new("rustup").args(["target", "add", TARGET]));
        if added.is_err() && packages::apt_can_install() {
            println!("{TARGET}: rustup could not, taking Debian's compiler and building std once (2 minutes)");
            install_from_debian().with_context(|| format!("cannot install {TARGET} from Debian's packages"))?;
        }
        match Self::find() {
            Some(found) => Ok(found),
            None => bail!("this computer cannot compile for {TARGET}: run `rustup target add {TARGET}` and try again"),
        }
    }

    /// Makes a command, and every Cargo under it, use this toolchain.
    pub fn configure<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        // Cargo names itself to its children; they must ask rustup again instead.
        command.env_remove("CARGO");
        if let Some(name) = self.name {
            command.env("RUSTUP_TOOLCHAIN", name);
        }
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        command
    }

    fn find() -> Option<Self> {
        let debian = Self { name: Some(DEBIAN), linker: debian_llvm().map(|version| wasm_ld(&version)) };
        let found = [Self::default(), debian].into_iter().find(|toolchain| toolchain.links().unwrap_or(false))?;
        println!("{TARGET}: found in the {} toolchain", found.name.unwrap_or("active"));
        Some(found)
    }

    /// Whether an almost empty library compiles and links as the page does: with link-time optimisation, which needs
    /// a std that carries its bitcode.
    fn links(&self) -> Result<bool> {
        let folder = paths::cache()?.join("wasm-probe");
        fs::create_dir_all(&folder)?;
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition", "2024", "--target", TARGET, "--crate-type", "cdylib"]);
        rustc.args(["-C", "panic=abort", "-C", "opt-level=3", "-C", "lto=fat", "-"]);
        if let Some(linker) = &self.linker {
            rustc.arg("-C").arg(format!("linker={}", linker.display()));
        }
        rustc.arg("--out-dir").arg(&folder);
        let mut rustc = self
            .configure(&mut rustc)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start rustc")?;
        let source = b"pub fn probe() -> String { String::new() }";
        // A toolchain that does not exist closes its input at once: that is an answer, not an error.
        let fed = rustc.stdin.take().is_some_and(|mut input| input.write_all(source).is_ok());
        Ok(rustc.wait()?.success() && fed)
    }
}

/// Debian's Rust comes without a compiled std for wasm32, but with its sources: builds it once and puts it where
/// that compiler looks, then makes the compiler known to rustup.
fn install_from_debian() -> Result<()> {
    packages::apt_install(&["rustc-web", "cargo-web", "rust-web-src"])?;
    let llvm = debian_llvm().context("rustc-web does not name its LLVM version")?;
    packages::apt_install(&[&format!("lld-{llvm}")])?;

    let package = paths::cache()?.join("wasm-std");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("Cargo.toml"), "[package]\nname = \"wasm-std\"\nedition = \"2024\"\n\n[workspace]\n")?;
    fs::write(package.join("src/lib.rs"), "")?;
    let built = package.join("target");
    process::run(
        Command::new("/usr/bin/cargo")
            .args(["build", "--release", "-Z", "build-std=std,panic_abort", "--target", TARGET])
            .current_dir(&package)
            .env("RUSTC", "/usr/bin/rustc")
            .env("RUSTC_BOOTSTRAP", "1")
            // Cargo leaves it out where nothing in sight asks for link-time optimisation.
            .env("RUSTFLAGS", "-C embed-bitcode=yes")
            .env("CARGO_TARGET_DIR", &built)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", wasm_ld(&llvm)),
    )?;

    let sysroot = Path::new(DEBIAN_SYSROOT).join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&sysroot)?;
    // Two builds of std in one place would be two candidates for every crate.
    for old in rlibs(&sysroot)? {
        fs::remove_file(old)?;
    }
    for rlib in rlibs(&built.join(TARGET).join("release/deps"))? {
        let file = rlib.file_name().unwrap_or_default();
        if !file.to_string_lossy().starts_with("libwasm_std") {
            fs::copy(&rlib, sysroot.join(file))?;
        }
    }
    process::run(Command::new("rustup").args(["toolchain", "link", DEBIAN, DEBIAN_SYSROOT]))
}

/// The compiled crates in a folder.
fn rlibs(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rlib")).collect())
}

/// The major version of the LLVM in Debian's compiler.
fn debian_llvm() -> Option<String> {
    let version = process::output(Command::new("/usr/bin/rustc").arg("-vV")).ok()?;
    let llvm = version.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    Some(llvm.split('.').next()?.to_owned())
}

fn wasm_ld(llvm: &str) -> PathBuf {
    format!("/usr/bin/wasm-ld-{llvm}").into()
}
