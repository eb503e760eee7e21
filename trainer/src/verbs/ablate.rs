//! `sinet ablate`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::ablate::{Experiment, Table, ablate};
use sinet::config::RunConfig;

use crate::show;

/// Train the variants of one of the paper's experiments, and print its table
///
/// A variant that is finished in the output folder is not trained again, and one that was interrupted goes on, so that
/// the same command ends what a shorter night began. The scores are those on the development data, after the epoch with
/// the best strict relation F1.
#[derive(Debug, Args)]
pub struct Ablate {
    /// Which experiment
    #[arg(value_enum)]
    experiment: Experiment,
    /// The run that the variants vary, as a TOML file
    #[arg(long)]
    config: PathBuf,
    /// Where the runs of the variants go
    #[arg(long, default_value = "runs/ablate")]
    output: PathBuf,
    /// The folder with train.json, dev.json and types.json, instead of the configuration's
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many seeds each variant is trained with, counted from the configuration's
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Ablate {
    pub fn run(self) -> Result<(), Error> {
        let config = RunConfig::read(&self.config)?;
        let data = self.data.as_ref().unwrap_or(&config.data);
        let table = ablate(self.experiment, &config, data, &self.output, self.runs)?;
        show(&table, self.json, Table::markdown)
    }
}
