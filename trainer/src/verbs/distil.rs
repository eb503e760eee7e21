//! `sinet distil`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::config::RunConfig;
use sinet::config::overrides::Override;
use sinet::run::train::train;

use crate::arguments::{OnDevice, OneRun};

/// Train a student on labelled sentences and on what teachers say
///
/// It is `sinet train` with the keys `distil.teachers` and `distil.unlabelled`; the other keys of `[distil]` are the temperature
/// and the weights. Several teachers are averaged. They may have any encoder, and must have the types of the data.
#[derive(Debug, Args)]
pub struct Distil {
    /// The model folder of a teacher; several are averaged
    #[arg(long = "teacher", required = true, num_args = 1.., value_name = "DIR")]
    teachers: Vec<PathBuf>,
    /// The run of the student, as a TOML file; `sinet init config` writes one
    #[arg(long, value_name = "CONFIG")]
    student: PathBuf,
    /// A key of the configuration and its value, instead of the file's; short: `--distil.temperature 3`
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Override>,
    /// The folder with train.json, dev.json and types.json, instead of the configuration's
    #[arg(long)]
    data: Option<PathBuf>,
    /// Texts that the teachers answer for, a line each or in any format that sinet reads
    #[arg(long, value_name = "FILE")]
    unlabelled: Option<PathBuf>,
    #[command(flatten)]
    on: OnDevice,
    #[command(flatten)]
    one: OneRun,
}

impl Distil {
    pub fn run(self) -> Result<(), Error> {
        let mut set = self.set;
        set.push(Override::new("distil.teachers", &self.teachers)?);
        if let Some(unlabelled) = &self.unlabelled {
            set.push(Override::new("distil.unlabelled", unlabelled)?);
        }
        let mut config = RunConfig::read(&self.student, &set)?;
        let OneRun { output, seed, resume } = self.one;
        config.train.seed = seed.unwrap_or(config.train.seed);
        let data = self.data.as_ref().unwrap_or(&config.data);
        train(&config, &self.on.for_training()?, data, &output, resume)
    }
}
