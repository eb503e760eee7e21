//! `sinet ablate`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::study::ablate::{Experiment, Table, ablate};

use crate::arguments::{OnDevice, RunArguments};

/// Train the variants of one of the paper's experiments, and print its table
///
/// A variant that is finished in the output folder is not trained again, and one that was interrupted goes on, so that
/// the same command ends what a shorter night began. The scores are those on the development data, after the epoch with
/// the best strict relation F1.
#[derive(Debug, Args)]
pub struct Ablate {
    /// The experiment
    #[arg(value_enum)]
    experiment: Experiment,
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    on: OnDevice,
    /// The folder of the runs of the variants
    #[arg(long, default_value = "runs/ablate")]
    output: PathBuf,
    /// The number of seeds for each variant, counted from the configuration's
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Ablate {
    pub fn run(self) -> Result<(), Error> {
        let config = self.run.config()?;
        let device = self.on.for_training()?;
        let table = ablate(self.experiment, &config, &device, self.run.data(&config), &self.output, self.runs)?;
        show(&table, self.json, Table::markdown)
    }
}
