//! Asking the browser for its WebGPU adapter, without starting anything on it.

use js_sys::{Promise, Reflect};
use sinet_logic::engine::device::Adapter;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// `navigator.gpu`; web-sys still calls it unstable.
    type Gpu;
    #[wasm_bindgen(method, catch, js_name = requestAdapter)]
    fn request_adapter(this: &Gpu) -> Result<Promise, JsValue>;

    type GpuAdapter;
    #[wasm_bindgen(method, getter)]
    fn info(this: &GpuAdapter) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn features(this: &GpuAdapter) -> Features;

    type Features;
    #[wasm_bindgen(method)]
    fn has(this: &Features, name: &str) -> bool;
}

/// The adapter that the browser would give, if any.
pub async fn probe() -> Option<Adapter> {
    let navigator = web_sys::window()?.navigator();
    let gpu = Reflect::get(&navigator, &"gpu".into()).ok().filter(|gpu| !gpu.is_falsy())?;
    let adapter = JsFuture::from(gpu.unchecked_into::<Gpu>().request_adapter().ok()?).await.ok()?;
    if adapter.is_falsy() {
        return None;
    }
    // Chrome before 136 had the flag on the adapter itself.
    let old_flag = flag(&adapter, "isFallbackAdapter");
    let adapter: GpuAdapter = adapter.unchecked_into();
    let info = adapter.info();
    let words = ["vendor", "architecture", "description"].map(|key| word(&info, key)).into_iter().flatten();
    Some(Adapter {
        name: words.collect::<Vec<_>>().join(" "),
        is_fallback: old_flag || flag(&info, "isFallbackAdapter"),
        has_timestamps: adapter.features().has("timestamp-query"),
    })
}

/// Whether this page has the worker program for WebGPU. `cargo xtask serve` shows it first without.
pub fn has_program() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let mark = document.and_then(|document| document.query_selector("meta[name=sinet-webgpu]").ok().flatten());
    mark.is_none()
}

fn flag(object: &JsValue, key: &str) -> bool {
    Reflect::get(object, &key.into()).is_ok_and(|value| value.is_truthy())
}

fn word(object: &JsValue, key: &str) -> Option<String> {
    Reflect::get(object, &key.into()).ok()?.as_string().filter(|word| !word.is_empty())
}
