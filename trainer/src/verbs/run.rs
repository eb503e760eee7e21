//! What `train`, `ablate` and `cross-validate` are told about a run.

use std::path::{Path, PathBuf};

use clap::Args;
use sinet::Error;
use sinet::config::RunConfig;
use sinet::overrides::Override;

#[derive(Debug, Args)]
pub struct Run {
    /// The run, as a TOML file; `sinet init config` writes one
    #[arg(long)]
    config: PathBuf,
    /// A key of the configuration and its value, instead of the file's; short: `--train.epochs 3`
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Override>,
    /// The folder with train.json, dev.json and types.json, or with folds of these, instead of the configuration's
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Run {
    pub fn config(&self) -> Result<RunConfig, Error> {
        RunConfig::read(&self.config, &self.set)
    }

    pub fn data<'a>(&'a self, config: &'a RunConfig) -> &'a Path {
        self.data.as_ref().unwrap_or(&config.data)
    }
}
