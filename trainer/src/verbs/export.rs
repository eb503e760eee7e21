//! `sinet export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sinet::Error;
use sinet::model::export::export;
use sinet::run::folder::{BEST, MODEL_BEST};
use sinet_text::SymmetricRule;

/// Write a model in another precision
///
/// A run keeps the weights of its best epoch in 32-bit floats, while its model folders hold 8-bit integers. Digits that
/// the precision of a model folder has rounded away do not come back.
#[derive(Debug, Args)]
pub struct Export {
    /// A model folder
    #[arg(long, required_unless_present = "run", conflicts_with = "run")]
    model: Option<PathBuf>,
    /// A finished run, as `sinet train --output` names it: its best epoch
    #[arg(long)]
    run: Option<PathBuf>,
    /// How weights are stored
    #[arg(long, value_enum)]
    precision: Precision,
    /// The model folder to write
    #[arg(long)]
    output: PathBuf,
    /// Labelled sentences in SpERT's JSON, for the scores on its card
    #[arg(long)]
    data: Option<PathBuf>,
    /// How relations of symmetric types are compared: text-order, directed or doubled
    #[arg(long, value_name = "RULE", default_value = SymmetricRule::default().name())]
    symmetric: SymmetricRule,
}

impl Export {
    pub fn run(self) -> Result<(), Error> {
        let Self { model, run, precision, output, data, symmetric } = self;
        let (model, weights) = match (model, run) {
            (_, Some(run)) => (run.join(MODEL_BEST), Some(run.join(BEST))),
            (Some(model), None) => (model, None),
            (None, None) => unreachable!("the arguments say that one of both is there"),
        };
        export(&model, weights.as_deref(), precision.into(), &output, data.as_deref(), symmetric)
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Precision {
    /// 32-bit floats
    F32,
    /// 16-bit floats
    F16,
    /// 8-bit integers with a scale a row
    Int8,
}

impl From<Precision> for sinet_infer::Precision {
    fn from(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Self::F32,
            Precision::F16 => Self::F16,
            Precision::Int8 => Self::Int8,
        }
    }
}
