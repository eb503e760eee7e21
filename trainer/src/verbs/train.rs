//! `sinet train`.

use std::path::PathBuf;

use clap::Args;
use sinet::config::RunConfig;
use sinet::{Error, train};

/// Train a model on labelled sentences
#[derive(Debug, Args)]
pub struct Train {
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
}

impl Train {
    pub fn run(self) -> Result<(), Error> {
        let mut config = RunConfig::read(&self.config)?;
        config.train.seed = self.seed.unwrap_or(config.train.seed);
        train::train(&config, self.data.as_ref().unwrap_or(&config.data), &self.output, self.resume)
    }
}
