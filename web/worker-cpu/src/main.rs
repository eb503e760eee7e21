//! The inference worker for machines without WebGPU: small, because it brings no shaders.

fn main() {
    sinet_worker::serve(None);
}
