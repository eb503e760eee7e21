//! The browser's word on the machine's processor and memory.

use js_sys::Reflect;

/// Threads that run at once; 1 if the browser doesn't say.
pub fn cores() -> usize {
    web_sys::window().map_or(1, |window| window.navigator().hardware_concurrency() as usize).max(1)
}

/// Memory in gibibytes, roughly, as far as the browser says.
pub fn memory() -> Option<f64> {
    Reflect::get(&web_sys::window()?.navigator(), &"deviceMemory".into()).ok()?.as_f64()
}
