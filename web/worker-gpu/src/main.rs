//! The inference worker that can also use WebGPU.
#![recursion_limit = "256"]

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuBackend, WgpuInitError};

fn main() {
    sinet_worker::serve(Some(|| Box::pin(open())));
}

/// More dispatches than a forward pass has: it is handed to the GPU at once, when its result is asked for.
const DISPATCHES: usize = 1024;

async fn open() -> Result<Device, String> {
    let options = Device::wgpu_options().graphics_api(WgpuBackend::WebGpu).tasks_max(DISPATCHES);
    options.init_async().await.map_err(|error| match error {
        WgpuInitError::AdapterUnavailable { .. } => "the browser offers no adapter any more".to_owned(),
        error => error.to_string(),
    })
}
