//! `sinet find-threshold`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::model::folder::{ModelFolder, read_model};
use sinet::model::scoring::Scoring;
use sinet::model::threshold::{Sweep, sweep};
use sinet_text::SymmetricRule;

use crate::arguments::OnDevice;

/// Find the relation threshold with the best strict F1 on labelled sentences
///
/// Use the development data, never the data that the model is judged on. The table shows what other thresholds give.
#[derive(Debug, Args)]
pub struct FindThreshold {
    /// A model folder
    #[arg(long)]
    model: PathBuf,
    /// Labelled sentences in SpERT's JSON, instead of the dev.json of the training
    #[arg(long)]
    data: Option<PathBuf>,
    #[command(flatten)]
    on: OnDevice,
    /// How relations of symmetric types are compared: text-order, directed or doubled
    #[arg(long, value_name = "RULE", default_value = SymmetricRule::default().name())]
    symmetric: SymmetricRule,
    /// Put the best threshold, and the scores with it, into the model folder
    #[arg(long)]
    write: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl FindThreshold {
    pub fn run(self) -> Result<(), Error> {
        let model = read_model(&self.model, &self.on.for_reading()?)?;
        let scoring = Scoring::of(model.config(), self.data.as_deref(), self.symmetric)?;
        let sweep = sweep(&model, &scoring.sentences, self.symmetric)?;
        if self.write {
            let mut folder = ModelFolder::read(&self.model)?;
            folder.set_threshold(sweep.best)?;
            folder.write_card(Some(&scoring))?;
            folder.write(&self.model)?;
        }
        show(&sweep, self.json, Sweep::table)
    }
}
