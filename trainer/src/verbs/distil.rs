//! `sinet distil`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::config::RunConfig;
use sinet::config::overrides::Override;
use sinet::run::train::train;

use crate::arguments::OnDevice;

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
    /// The folder of the models, the report, the metrics and the checkpoint
    #[arg(long, default_value = "runs/latest")]
    output: PathBuf,
    /// The seed, instead of the configuration's
    #[arg(long)]
    seed: Option<u64>,
    /// Go on from the checkpoint in the output folder, if there is one
    #[arg(long)]
    resume: bool,
}

impl Distil {
    pub fn run(self) -> Result<(), Error> {
        let mut set = self.set;
        set.push(Override::new("distil.teachers", &self.teachers)?);
        if let Some(unlabelled) = &self.unlabelled {
            set.push(Override::new("distil.unlabelled", unlabelled)?);
        }
        if let Some(seed) = &self.seed {
            set.push(Override::new("train.seed", seed)?);
        }
        let config = RunConfig::read(&self.student, &set)?;
        let data = self.data.as_ref().unwrap_or(&config.data);
        train(&config, &self.on.for_training()?, data, &self.output, self.resume)
    }
}
