//! Arguments that several verbs share.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::Args;
use sinet::Error;
use sinet::config::RunConfig;
use sinet::config::overrides::Override;
use sinet::device::DeviceChoice;

/// The run of `train`, `ablate` and `cross-validate`.
#[derive(Debug, Args)]
pub struct RunArguments {
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

impl RunArguments {
    pub fn config(&self) -> Result<RunConfig, Error> {
        RunConfig::read(&self.config, &self.set)
    }

    pub fn data<'a>(&'a self, config: &'a RunConfig) -> &'a Path {
        self.data.as_ref().unwrap_or(&config.data)
    }
}

/// The one run of `train` and `distil`: its place, its seed, and whether it goes on.
#[derive(Debug, Args)]
pub struct OneRun {
    /// The folder of the models, the report, the metrics and the checkpoint
    #[arg(long, default_value = "runs/latest")]
    pub output: PathBuf,
    /// The seed, instead of the configuration's
    #[arg(long)]
    pub seed: Option<u64>,
    /// Go on from the checkpoint in the output folder, if there is one
    #[arg(long)]
    pub resume: bool,
}

/// The device of every verb that computes with a network.
#[derive(Debug, Args)]
pub struct OnDevice {
    /// The device of the network: auto, flex (the processor), cuda[:N] or vulkan[:N], as `sinet doctor` lists them; auto takes
    /// the first discrete GPU, else the processor, and says why. Without this it is auto for training, and flex for the rest:
    /// sentence by sentence the processor is fast, and says the same on every computer
    #[arg(long, value_name = "DEVICE")]
    device: Option<DeviceChoice>,
}

impl OnDevice {
    pub fn for_training(&self) -> Result<Device, Error> {
        self.device.unwrap_or(DeviceChoice::Auto).open()
    }

    pub fn for_reading(&self) -> Result<Device, Error> {
        self.device.unwrap_or(DeviceChoice::Flex).open()
    }
}
