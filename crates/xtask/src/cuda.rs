//! The trainer for NVIDIA GPUs: `cargo xtask build-cuda`, and the check that it still compiles.
//!
//! Burn compiles its kernels for CUDA with LLVM, of which its build script downloads a version of its own. A computer that
//! cannot reach that server takes Debian's LLVM 22, which has every function that Burn calls. NVIDIA's own software is
//! needed by neither: its driver is looked for when the program runs.

use std::fs;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{packages, paths, process};

/// The folder that Burn's build script takes for its own LLVM, below `$XDG_DATA_HOME`: `tracel-llvm-bundler` in Cargo.lock.
const BUNDLE: &str = "tracel/tracel-llvm-23.1.0-4";
const BUNDLE_SERVER: &str = "github.com:443";

/// Builds and links `sinet` with CUDA, in a folder of its own beside the other builds.
///
/// # Errors
/// When there is no LLVM to be had, or something does not compile.
pub fn build() -> Result<()> {
    let target = paths::target()?.join("cuda");
    let mut cargo = cargo("build")?;
    cargo.args(["-p", "sinet"]).env("CARGO_TARGET_DIR", &target);
    if !is_reachable(BUNDLE_SERVER) {
        eprintln!("LLVM: {BUNDLE_SERVER} cannot be reached, taking Debian's LLVM 22");
        cargo.env("XDG_DATA_HOME", debian_llvm()?);
    }
    process::run(&mut cargo)?;
    let program = target.join("release/sinet").with_extension(std::env::consts::EXE_EXTENSION);
    println!("built {}", program.display());
    Ok(())
}

/// Checks the types of what only a build with CUDA compiles; takes no LLVM.
///
/// # Errors
/// When something does not compile.
pub fn check() -> Result<()> {
    // The build scripts that want LLVM leave it out for docs.rs, which cannot download either.
    process::run(cargo("check")?.env("CARGO_TARGET_DIR", paths::target()?).env("DOCS_RS", "1"))
}

fn cargo(verb: &str) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.args([verb, "--locked", "--release", "--features", "sinet/cuda"]).current_dir(paths::root()?);
    // Otherwise the newest that the bindings know, which a computer's driver may not.
    cargo.env("CUDARC_CUDA_VERSION", "13000");
    Ok(cargo)
}

fn is_reachable(server: &str) -> bool {
    let addresses = server.to_socket_addrs().into_iter().flatten();
    addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(10)).is_ok())
}

/// Installs Debian's LLVM 22 and writes a folder that looks to Burn's build script like its own, already there. Returns
/// what `XDG_DATA_HOME` is to be for the build.
fn debian_llvm() -> Result<PathBuf> {
    const PACKAGES: [&str; 5] = ["llvm-22-dev", "libxml2-dev", "libz3-dev", "libzstd-dev", "zlib1g-dev"];
    if !PathBuf::from("/usr/lib/llvm-22/bin/llvm-config").is_file() {
        if !packages::apt_can_install() {
            bail!("building for CUDA needs LLVM: allow {BUNDLE_SERVER}, or install {}", PACKAGES.join(", "));
        }
        packages::apt_install(&PACKAGES)?;
    }
    let data = paths::cache()?.join("llvm");
    let bundle = data.join(BUNDLE);
    let config = bundle.join("bin/llvm-config");
    fs::create_dir_all(bundle.join("bin"))?;
    fs::write(&config, LLVM_CONFIG)?;
    fs::write(bundle.join(".tracel-llvm-installed"), "")?;
    process::run(Command::new("chmod").arg("+x").arg(config)).context("cannot make llvm-config executable")?;
    Ok(data)
}

/// Debian's `llvm-config`, but for libraries that it names and the linker does not find: Polly's, which Debian leaves out,
/// and Z3's, whose absolute path Burn's build script takes apart.
const LLVM_CONFIG: &str = r#"#!/bin/sh
real=/usr/lib/llvm-22/bin/llvm-config
case "$*" in
  *--system-libs*) echo "-lrt -ldl -lm -lz3 -lz -lzstd -lxml2" ;;
  *--libs*) $real "$@" | tr ' ' '\n' | grep -vi polly | tr '\n' ' ' ;;
  *) $real "$@" ;;
esac
"#;
