//! `sinet train`.

use clap::Args;
use sinet::Error;
use sinet::console::print;
use sinet::run::train::train;
use sinet::study::seeds::train_seeds;

use crate::arguments::{OnDevice, OneRun, RunArguments};

/// Train a model on labelled sentences
#[derive(Debug, Args)]
pub struct Train {
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    on: OnDevice,
    #[command(flatten)]
    one: OneRun,
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
        let OneRun { output, seed, resume } = self.one;
        config.train.seed = seed.unwrap_or(config.train.seed);
        let (data, seed) = (self.run.data(&config), config.train.seed);
        let device = self.on.for_training()?;
        let Some(runs) = self.runs else { return train(&config, &device, data, &output, resume) };
        let scores = train_seeds(&config, &device, data, runs, |seed| output.join(format!("seed-{seed}")))?;
        print(&if self.json { scores.json(seed).to_string() } else { scores.markdown(seed) })
    }
}
