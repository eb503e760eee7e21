//! `sinet train`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::print;
use sinet::run::train::train;
use sinet::study::seeds::train_seeds;

use crate::arguments::{OnDevice, RunArguments};

/// Train a model on labelled sentences
#[derive(Debug, Args)]
pub struct Train {
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    on: OnDevice,
    /// The folder of the models, the report, the metrics and the checkpoint
    #[arg(long, default_value = "runs/latest")]
    output: PathBuf,
    /// The seed, instead of the configuration's
    #[arg(long)]
    seed: Option<u64>,
    /// Go on from the checkpoint in the output folder, if there is one
    #[arg(long)]
    resume: bool,
    /// Train with so many seeds, from the seed on, each in a folder `seed-S` of the output, and print mean and standard
    /// deviation of the scores; what is complete or begun there goes on, as with --resume
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    runs: Option<u64>,
    /// Print one JSON object instead of a table
    #[arg(long, requires = "runs")]
    json: bool,
}

impl Train {
    pub fn run(self) -> Result<(), Error> {
        let mut config = self.run.config()?;
        config.train.seed = self.seed.unwrap_or(config.train.seed);
        let (data, seed) = (self.run.data(&config), config.train.seed);
        let device = self.on.for_training()?;
        let Some(runs) = self.runs else { return train(&config, &device, data, &self.output, self.resume) };
        let scores = train_seeds(&config, &device, data, runs, |seed| self.output.join(format!("seed-{seed}")))?;
        print(&if self.json { scores.json(seed).to_string() } else { scores.markdown(seed) })
    }
}
