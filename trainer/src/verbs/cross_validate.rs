//! `sinet cross-validate`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::study::cross_validate::{CrossValidation, cross_validate};

use crate::arguments::{OnDevice, RunArguments};

/// Train on each fold of a data set, and print the scores on its test.json and their mean
///
/// A fold is a folder with train.json, dev.json, test.json and types.json. One that is finished is not trained again, and
/// one that was interrupted goes on.
#[derive(Debug, Args)]
pub struct CrossValidate {
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    on: OnDevice,
    /// The folder of the runs
    #[arg(long, default_value = "runs/cross-validate")]
    output: PathBuf,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl CrossValidate {
    pub fn run(self) -> Result<(), Error> {
        let config = self.run.config()?;
        let scores = cross_validate(&config, &self.on.for_training()?, self.run.data(&config), &self.output)?;
        show(&scores, self.json, CrossValidation::markdown)
    }
}
