//! `sinet benchmark`.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Subcommand;
use sinet::Error;
use sinet::console::show;
use sinet::dataset::read_dataset;
use sinet::model::folder::read_model;
use sinet::study::benchmark::{Speed, speed};
use sinet::study::flops::{Flops, flops};

use crate::arguments::OnDevice;

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
        #[command(flatten)]
        on: OnDevice,
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
    /// Multiply-adds of a sentence, counted from the sizes of the network as in the paper's table 5
    Flops {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// Labelled sentences in SpERT's JSON
        #[arg(long)]
        data: PathBuf,
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
}

impl Benchmark {
    pub fn run(self) -> Result<(), Error> {
        match self {
            Self::Speed { model, data, on, runs, limit, json } => {
                let model = read_model(&model, &on.for_reading()?)?;
                let speed = speed(&model, read_dataset(&data, model.schema())?, runs as usize, limit)?;
                show(&speed, json, Speed::table)
            }
            Self::Flops { model, data, json } => {
                let model = read_model(&model, &Device::flex())?;
                let flops = flops(model.config(), model.tokenizer(), &read_dataset(&data, model.schema())?);
                show(&flops, json, Flops::table)
            }
        }
    }
}
