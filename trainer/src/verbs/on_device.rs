//! What every verb that computes with a network is told about its device.

use burn::tensor::Device;
use clap::Args;
use sinet::Error;
use sinet::device::DeviceChoice;

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
