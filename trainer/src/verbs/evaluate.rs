//! `sinet evaluate`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::evaluate::{evaluate, read_dataset, read_model, table};

use crate::print;

/// Score a model on labelled sentences
#[derive(Debug, Args)]
pub struct Evaluate {
    /// A model folder
    #[arg(long)]
    model: PathBuf,
    /// Labelled sentences in SpERT's JSON
    #[arg(long)]
    data: PathBuf,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn run(self) -> Result<(), Error> {
        let model = read_model(&self.model)?;
        let report = evaluate(&model, &read_dataset(&self.data, model.schema())?)?;
        print(&if self.json { serde_json::to_string(&report).map_err(Error::other)? } else { table(&report) })
    }
}
