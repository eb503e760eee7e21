//! `cargo xtask bench`: how fast this project is beside others that do the same work.
//!
//! Ours and theirs run in turn, several rounds, so that whatever else slows the machine down slows both. Each peer is
//! a script in `bench/`, which prints one JSON object ([`sample`]); `native`, `web`, `scale` and `train` start them and set
//! side by side what belongs together ([`report`]). `peers` installs what the scripts need. Linux and macOS only.

mod machine;
mod native;
mod peers;
mod report;
mod sample;
mod scale;
mod train;
mod web;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::paths;

/// The benchmarks.
#[derive(Subcommand)]
pub enum Benchmark {
    /// One text and 1,000 sentences, against onnxruntime.
    Native {
        /// The measurements and their form.
        #[command(flatten)]
        options: Options,
        /// The folder of the sentences.
        #[command(flatten)]
        data: Data,
    },
    /// One text, eight and 1,000 in Chromium, against onnxruntime-web, with one and two workers. Needs dist/.
    Web {
        /// The measurements and their form.
        #[command(flatten)]
        options: Options,
        /// Also on WebGPU, which SwiftShader computes on the CPU: minutes.
        #[arg(long)]
        gpu: bool,
    },
    /// A corpus with `sinet predict`, from Python and in Spark, beside spaCy.
    Scale {
        /// The measurements and their form.
        #[command(flatten)]
        options: Options,
        /// How many documents are read by each way.
        #[arg(long, default_value_t = 20_000)]
        documents: usize,
        /// The folder of the sentences.
        #[command(flatten)]
        data: Data,
    },
    /// Training steps, against PyTorch.
    Train {
        /// The measurements and their form.
        #[command(flatten)]
        options: Options,
        /// The folder of the sentences.
        #[command(flatten)]
        data: Data,
    },
}

/// The options that all benchmarks have in common.
#[derive(Args)]
pub struct Options {
    /// How often ours and theirs take turns.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Print one JSON object with every time instead of a table.
    #[arg(long)]
    json: bool,
}

/// A data set.
#[derive(Args)]
pub struct Data {
    /// A folder with train.json, dev.json and types.json in SpERT's form, by default ../shared/data/scierc.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Data {
    fn folder(self) -> Result<PathBuf> {
        match self.data {
            Some(folder) => Ok(std::path::absolute(folder)?),
            None => Ok(paths::root()?.join("../shared/data/scierc")),
        }
    }
}

/// Measures and prints.
///
/// # Errors
/// When something is missing that cannot be installed, or a program fails.
pub fn run(benchmark: Benchmark) -> Result<()> {
    let (report, json) = match benchmark {
        Benchmark::Native { options, data } => (native::run(options.rounds, &data.folder()?)?, options.json),
        Benchmark::Web { options, gpu } => (web::run(options.rounds, gpu)?, options.json),
        Benchmark::Scale { options, documents, data } => {
            (scale::run(options.rounds, documents, &data.folder()?)?, options.json)
        }
        Benchmark::Train { options, data } => (train::run(options.rounds, &data.folder()?)?, options.json),
    };
    if json {
        println!("{}", report.json());
    } else {
        print!("{}", report.markdown());
    }
    Ok(())
}

/// The text that the trainer's benchmark reads.
const TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../trainer/src/study/benchmark.txt")).trim_ascii();
/// Word pieces of [`TEXT`] in the vocabulary of the shipped models.
const PIECES: usize = 32;

/// Says how far a benchmark is.
fn announce(round: u32, rounds: u32, what: &str) {
    eprintln!("round {} of {rounds}: {what}", round + 1);
}
