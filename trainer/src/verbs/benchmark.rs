//! `sinet benchmark`.

use std::path::PathBuf;

use clap::Subcommand;
use sinet::Error;
use sinet::benchmark::speed;
use sinet::evaluate::{read_dataset, read_model};

use crate::print;

/// Measure a model on this machine
#[derive(Debug, Subcommand)]
pub enum Benchmark {
    /// Time from text to annotation: one sentence, and many on all cores
    Speed {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// Sentences in SpERT's JSON
        #[arg(long)]
        data: PathBuf,
        /// How often the one sentence is read
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
        runs: u64,
        /// The most sentences of the data that are read
        #[arg(long, default_value_t = 1000)]
        limit: usize,
        /// Print one JSON object with every time instead of two lines
        #[arg(long)]
        json: bool,
    },
}

impl Benchmark {
    pub fn run(self) -> Result<(), Error> {
        let Self::Speed { model, data, runs, limit, json } = self;
        let model = read_model(&model)?;
        let speed = speed(&model, &read_dataset(&data, model.schema())?, runs as usize, limit)?;
        print(&if json { serde_json::to_string(&speed).map_err(Error::other)? } else { speed.table() })
    }
}
