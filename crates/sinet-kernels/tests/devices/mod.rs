//! The devices that tests run on.

use burn::tensor::{Device, DeviceType};

/// The processor, and the first GPU, which wgpu drives by Vulkan where there is a driver. Software that imitates one counts,
/// too: Mesa's lavapipe is the GPU of a computer without any.
pub fn devices() -> Vec<Device> {
    let gpu = Device::enumerate(DeviceType::Wgpu).into_vec().into_iter().next();
    if gpu.is_none() {
        println!("skipped on a GPU: there is no driver; on Debian `apt-get install mesa-vulkan-drivers` brings one");
    }
    [Device::flex()].into_iter().chain(gpu).collect()
}
