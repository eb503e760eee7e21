//! Every command a person runs on the repository: `cargo xtask setup | build | serve | docs | embed | package | build-cuda | test | hosts | bench`.
//!
//! Each verb installs what it misses, so that a fresh machine needs nothing but Rust. Start reading at [`Verb`];
//! `toolchain` and `tools` find or install, by the `packages` that are there; `site` builds the page, `serve` shows it as
//! soon as it can be used; `guide` builds the guide, `embed` the element for pages of others, `package` the packages, `bindings` tests the one for Python; `test` runs
//! every check, `hosts` those of documentation, `cuda` builds the trainer for NVIDIA GPUs, `bench` measures.
//!
//! Exit codes: 0 good, 1 something failed, 2 bad usage.

mod bench;
mod bindings;
mod browser;
mod cuda;
mod embed;
mod guide;
mod hashes;
mod hosts;
mod html;
mod offline;
mod package;
mod packages;
mod paths;
mod process;
mod programs;
mod python;
mod serve;
mod server;
mod site;
mod sizes;
mod test;
mod tidy;
mod toolchain;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::site::Site;
use crate::toolchain::WasmToolchain;

/// Every command a person runs on the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Verb {
    /// Install what the build and the tests need, and say what is there already.
    Setup,
    /// Build the page in release into dist/, with the guide, ready for any host and any sub-path.
    Build,
    /// Build the guide into dist/guide/.
    Docs,
    /// Build the page and serve it on this computer.
    Serve {
        /// Port on 127.0.0.1.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Build the element <sinet-text> with its programs and models into dist-embed/, for pages of others.
    Embed {
        /// Also the worker for WebGPU, which takes many minutes.
        #[arg(long)]
        webgpu: bool,
    },
    /// Build the packages for npm, PyPI and Quarto.
    Package,
    /// Build the trainer for NVIDIA GPUs, on any computer.
    BuildCuda,
    /// Run every check and test.
    Test {
        /// Leave out the page's build and its tests in the browser, and the Python package.
        #[arg(long)]
        fast: bool,
    },
    /// Install the packages into the programs that make documentation, and look at the figures in what those build.
    Hosts {
        /// Also leave a picture of a figure in each of them under docs/src/hosts/.
        #[arg(long)]
        screenshots: bool,
    },
    /// Measure this project beside others.
    #[command(subcommand)]
    Bench(bench::Benchmark),
}

fn main() -> ExitCode {
    match run(Verb::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<()> {
    match verb {
        Verb::Setup => {
            WasmToolchain::find_or_install()?;
            tools::for_page()?;
            tools::for_guide()?;
            tools::for_browser_tests()?;
            tools::for_vulkan_tests()
        }
        Verb::Build => {
            let site = Site::open()?;
            let dist = site.build()?;
            sizes::print(&embed::build(&site, false)?)?;
            guide::build(&dist)?;
            sizes::print(&dist)
        }
        Verb::Docs => {
            embed::build(&Site::open()?, false)?;
            println!("{}", guide::build(&paths::dist()?)?.join("index.html").display());
            Ok(())
        }
        Verb::Serve { port } => serve::run(port),
        Verb::Embed { webgpu } => sizes::print(&embed::build(&Site::open()?, webgpu)?),
        Verb::Package => {
            let requirements = paths::root()?.join("tests/hosts/requirements.txt");
            let python = python::Python::find_or_install("hosts", &requirements)?;
            let packages = package::build(&python, &embed::build(&Site::open()?, true)?)?;
            let built = packages.npm.iter().chain(&packages.wheels).chain([&packages.quarto]);
            built.for_each(|package| println!("{}", package.display()));
            Ok(())
        }
        Verb::BuildCuda => cuda::build(),
        Verb::Test { fast } => test::run(fast),
        Verb::Hosts { screenshots } => {
            embed::build(&Site::open()?, false)?;
            hosts::test(screenshots)
        }
        Verb::Bench(benchmark) => bench::run(benchmark),
    }
}
