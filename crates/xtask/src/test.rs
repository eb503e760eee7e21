//! `cargo xtask test`: every check, in the order in which a mistake shows soonest.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{bindings, browser, cuda, paths, process, tidy, tools};

/// Runs all steps, also after one has failed, and then says which took how long.
///
/// # Errors
/// When a step failed, or when something that the tests need cannot be installed.
pub fn run(fast: bool) -> Result<()> {
    let mut steps = Steps::default();
    let page = if fast { None } else { Some(PageBuild::start()?) };
    steps.run("format", || cargo(&["fmt", "--all", "--check"]));
    steps.run("tidy", || tidy::check(&paths::root()?));
    // Release throughout: the tests run a network, and clippy shares what the build scripts of the others made.
    steps.run("clippy", clippy);
    steps.run("check with CUDA", cuda::check);
    let built = steps.run("build", build);
    steps.run("Vulkan", tools::for_vulkan_tests);
    steps.run("test", || cargo(&["test", "--locked", "--release"]));
    if let Some(page) = page {
        steps.run("test the page's logic", || {
            let crates = ["sinet-logic", "sinet-protocol", "sinet-embed"].map(|name| ["-p", name]);
            cargo(&[&["test", "--locked", "--release", "--lib"], crates.as_flattened()].concat())
        });
        // The page reads no Parquet, and says so; all native programs do.
        steps.run("test formats without Parquet", || {
            cargo(&["test", "--locked", "--release", "-p", "sinet-formats", "--test", "corpus_files", "parquet"])
        });
        let mut wheels = Vec::new();
        let has_wheels = steps.run("build the Python package", || {
            wheels = bindings::build()?;
            Ok(())
        });
        let is_there = steps.run("rest of the page's build", || page.finish());
        // After that build, since jobs of Spark wait for each other and would be slow beside it.
        if built && has_wheels {
            steps.run("test the Python package", || bindings::test(&wheels));
        }
        if built && is_there {
            steps.run("check the guide's figures", check_guide);
            steps.run("test in the browser", browser::test);
        }
    }
    steps.finish()
}

/// Builds all native programs, in one call with the tests' own features, so that `cargo test` finds everything built.
///
/// # Errors
/// When something does not compile.
pub fn build() -> Result<()> {
    cargo(&["build", "--locked", "--release", "--bins", "--tests"])
}

/// All crates but those of the page, whose features are others: the Python package's, too, which shares its features with the rest.
fn clippy() -> Result<()> {
    let of_page = fs::read_dir(paths::root()?.join("web"))?;
    let of_page = of_page.map(|entry| Ok(format!("sinet-{}", entry?.file_name().to_string_lossy())));
    let of_page = of_page.collect::<Result<Vec<_>>>()?;
    let excluded: Vec<_> = of_page.iter().flat_map(|name| ["--exclude", name]).collect();
    let arguments = ["clippy", "--locked", "--release", "--all-targets", "--workspace"];
    cargo(&[&arguments, &excluded[..], &["--", "-D", "warnings"]].concat())
}

/// `cargo xtask build` beside the other steps: each of the two has times when it can use one core only, because it
/// links, downloads, or waits for one long crate.
struct PageBuild {
    build: Child,
    /// Its output, which would be unreadable among that of the others.
    log: PathBuf,
}

impl PageBuild {
    fn start() -> Result<Self> {
        let target = paths::target()?;
        fs::create_dir_all(&target)?;
        let log = target.join("page-build.log");
        let output = File::create(&log)?;
        let mut build = Command::new(env::current_exe()?);
        build.arg("build").stdin(Stdio::null()).stderr(output.try_clone()?).stdout(output);
        println!("the page is built meanwhile; {} shows how far it is", log.display());
        Ok(Self { build: build.spawn().context("cannot start the page's build")?, log })
    }

    /// Waits for its end and shows what it has said.
    fn finish(mut self) -> Result<()> {
        let status = self.build.wait()?;
        print!("{}", fs::read_to_string(&self.log)?);
        if !status.success() {
            bail!("`cargo xtask build` failed ({status})");
        }
        Ok(())
    }
}

/// The models still say of the guide's figures what its lock file holds.
fn check_guide() -> Result<()> {
    process::run(Command::new(paths::sinet()?).args(["docs", "check"]).arg(paths::root()?.join("docs")))
}

fn cargo(arguments: &[&str]) -> Result<()> {
    process::run(
        Command::new("cargo")
            .args(arguments)
            .current_dir(paths::root()?)
            .env("SINET_BIN", paths::sinet()?)
            .env("CARGO_TARGET_DIR", paths::target()?)
            // A GPU that the processor imitates would try out kernels for longer than it computes.
            .env("CUBECL_AUTOTUNE_LEVEL", "minimal")
            // Mesa's drivers would complain at each start that there is no desktop.
            .env("NODEVICE_SELECT", "1"),
    )
}

/// The steps so far.
#[derive(Default)]
struct Steps {
    done: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    /// Runs one step under its heading and returns whether it succeeded.
    fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let result = step();
        let elapsed = start.elapsed();
        match &result {
            Ok(()) => println!("== {name}: good, {:.0} s", elapsed.as_secs_f32()),
            Err(error) => println!("== {name}: FAILED, {:.0} s: {error:#}", elapsed.as_secs_f32()),
        }
        self.done.push((name, elapsed, result.is_ok()));
        result.is_ok()
    }

    fn finish(self) -> Result<()> {
        println!("\n{:<24} {:>8}", "step", "seconds");
        for (name, elapsed, good) in &self.done {
            println!("{name:<24} {:>8.0}{}", elapsed.as_secs_f32(), if *good { "" } else { "  FAILED" });
        }
        let total: Duration = self.done.iter().map(|(_, elapsed, _)| elapsed).sum();
        println!("{:<24} {:>8.0}", "all", total.as_secs_f32());
        let failed: Vec<_> = self.done.iter().filter(|(_, _, good)| !good).map(|(name, _, _)| *name).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}
