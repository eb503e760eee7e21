//! `sinet`: train, evaluate and run SINET models.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sinet::config::RunConfig;
use sinet::evaluate::{evaluate, read_dataset, read_model, table};
use sinet::predict::{annotate, annotate_lines};
use sinet::{Error, train};

/// Joint entity and relation extraction: train, evaluate and run SINET models.
///
/// Exit codes: 0 good, 1 failure, 2 bad data or usage.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Train a model on labelled sentences
    Train {
        /// The run, as a TOML file; see configs/ for examples
        #[arg(long)]
        config: PathBuf,
        /// Where the model, the metrics and the checkpoint go
        #[arg(long, default_value = "runs/latest")]
        output: PathBuf,
        /// The folder with train.json, dev.json and types.json, instead of the configuration's
        #[arg(long)]
        data: Option<PathBuf>,
        /// The seed, instead of the configuration's
        #[arg(long)]
        seed: Option<u64>,
        /// Go on from the checkpoint in the output folder, if there is one
        #[arg(long)]
        resume: bool,
    },
    /// Score a model on labelled sentences
    Evaluate {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// Labelled sentences in SpERT's JSON
        #[arg(long)]
        data: PathBuf,
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Annotate text: prints one JSON object a text
    Predict {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// The text; without it, each line of standard input is one
        text: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sinet: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(verb: Verb) -> Result<(), Error> {
    match verb {
        Verb::Train { config, output, data, seed, resume } => {
            let mut config = RunConfig::read(&config)?;
            config.train.seed = seed.unwrap_or(config.train.seed);
            train::train(&config, data.as_ref().unwrap_or(&config.data), &output, resume)
        }
        Verb::Evaluate { model, data, json } => {
            let model = read_model(&model)?;
            let report = evaluate(&model, &read_dataset(&data, model.schema())?)?;
            print(&if json { serde_json::to_string(&report).map_err(Error::other)? } else { table(&report) })
        }
        Verb::Predict { model, text } => {
            let model = read_model(&model)?;
            match text {
                Some(text) => print(&serde_json::to_string(&annotate(&model, &text)?).map_err(Error::other)?),
                None => {
                    if std::io::stdin().is_terminal() {
                        eprintln!("one text a line; end with Ctrl-D");
                    }
                    annotate_lines(&model, std::io::stdin().lock(), std::io::stdout().lock())
                }
            }
        }
    }
}

/// To standard output; a reader that has gone away is no panic.
fn print(text: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).map_err(Error::other)
}
