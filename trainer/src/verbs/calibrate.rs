//! `sinet calibrate`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::model::calibration::{Calibration, calibrate};
use sinet::model::folder::{ModelFolder, read_model};
use sinet::model::scoring::Scoring;
use sinet_text::SymmetricRule;

use crate::arguments::OnDevice;

/// Fit the scaling with which a model's scores say how often it is right
///
/// It is fitted on half of the labelled sentences; the tables show what it does on the other half. Use the development data,
/// never the data that the model is judged on. No label changes: a relation threshold moves with the scores.
#[derive(Debug, Args)]
pub struct Calibrate {
    /// A model folder
    #[arg(long)]
    model: PathBuf,
    /// Labelled sentences in SpERT's JSON, instead of the dev.json of the training
    #[arg(long)]
    data: Option<PathBuf>,
    #[command(flatten)]
    on: OnDevice,
    /// Put the scaling, and the threshold that belongs to it, into the model folder
    #[arg(long)]
    write: bool,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

impl Calibrate {
    pub fn run(self) -> Result<(), Error> {
        let model = read_model(&self.model, &self.on.for_reading()?)?;
        let scoring = Scoring::of(model.config(), self.data.as_deref(), SymmetricRule::default())?;
        let calibration = calibrate(&model, &scoring.sentences)?;
        if self.write {
            let mut folder = ModelFolder::read(&self.model)?;
            folder.set_scaling(calibration.scaling)?;
            folder.write_card(Some(&scoring))?;
            folder.write(&self.model)?;
        }
        show(&calibration, self.json, Calibration::table)
    }
}
