//! Which of WebAssembly's vector instructions the browser runs: it is asked to validate a module that holds one.

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// Whether it runs vector instructions at all.
pub fn has_vectors() -> bool {
    accepts(&VECTORS)
}

/// Whether it runs relaxed ones, which newer browsers have.
pub fn has_relaxed() -> bool {
    accepts(&RELAXED)
}

fn accepts(module: &[u8]) -> bool {
    let validate = || {
        let wasm = Reflect::get(&js_sys::global(), &"WebAssembly".into())?;
        let validate: Function = Reflect::get(&wasm, &"validate".into())?.dyn_into()?;
        validate.call1(&wasm, &Uint8Array::from(module))
    };
    validate().is_ok_and(|valid| valid.is_truthy())
}

/// ```wat
/// (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt))
/// ```
const VECTORS: [u8; 31] =
    [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/// ```wat
/// (module (func (result v128)
///     i32.const 0 i8x16.splat i32.const 0 i8x16.splat i32.const 0 i32x4.splat
///     i32x4.relaxed_dot_i8x16_i7x16_add_s))
/// ```
const RELAXED: [u8; 40] = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15,
    65, 0, 253, 17, 253, 147, 2, 11,
];
