//! The inference worker that can also use WebGPU.
#![recursion_limit = "256"]

use burn::tensor::Device;
use burn::tensor::wgpu::WgpuBackend;

fn main() {
    sinet_worker::serve(Some(|| Box::pin(open())));
}

async fn open() -> Result<Device, String> {
    let options = Device::wgpu_options().graphics_api(WgpuBackend::WebGpu);
    options.init_async().await.map_err(|error| error.to_string())
}
