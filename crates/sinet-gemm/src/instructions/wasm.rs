//! WebAssembly's 128-bit vectors.
#![cfg(target_feature = "simd128")]
#![expect(unsafe_code, reason = "vector loads and stores take pointers")]

use std::arch::wasm32::*;

use crate::tile::Tile;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Simd128;

impl Tile for Simd128 {
    const ROWS: usize = 4;
    const COLUMNS: usize = 8;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        multiply_f32(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0);
    }

    type Weight = i16;

    fn widen<'a>(self, panel: &'a [i8], scratch: &'a mut Vec<i16>) -> &'a [i16] {
        scratch.resize(panel.len(), 0);
        for (wide, w) in scratch.as_chunks_mut::<8>().0.iter_mut().zip(panel.as_chunks::<8>().0) {
            // SAFETY: both are eight numbers.
            unsafe { v128_store(wide.as_mut_ptr().cast(), i16x8_load_extend_i8x8(w.as_ptr())) };
        }
        scratch
    }

    fn multiply_int8(self, x: &[i16], w: &[i16], y: &mut [i32]) {
        multiply_int8(x.as_chunks().0.as_chunks().0, w.as_chunks().0.as_chunks().0, y.as_chunks_mut().0);
    }
}

// In a function of its own the engine keeps the sums in registers.
#[inline(never)]
fn multiply_f32(x: &[[f32; 4]], w: &[[f32; 8]], y: &mut [[f32; 8]]) {
    multiply_f32_with(x, w, y, |x, w, sum| f32x4_add(sum, f32x4_mul(x, w)));
}

/// The tile in f32, with whatever `add_product` makes of x, w and their sum so far.
#[inline(always)]
pub(super) fn multiply_f32_with(
    x: &[[f32; 4]],
    w: &[[f32; 8]],
    y: &mut [[f32; 8]],
    add_product: impl Fn(v128, v128, v128) -> v128,
) {
    let mut sums = [[f32x4_splat(0.0); 2]; 4];
    for (x, w) in x.iter().zip(w) {
        // SAFETY: both halves lie inside of `w`.
        let w = unsafe { [v128_load(w.as_ptr().cast()), v128_load(w[4..].as_ptr().cast())] };
        for (sums, x) in sums.iter_mut().zip(x) {
            // SAFETY: a reference points to a number.
            let x = unsafe { v128_load32_splat(std::ptr::from_ref(x).cast()) };
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = add_product(x, w, *sum);
            }
        }
    }
    for (y, sums) in y.iter_mut().zip(sums) {
        for (y, sum) in y.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            // SAFETY: `y` has room for four numbers.
            unsafe { v128_store(y.as_mut_ptr().cast(), sum) };
        }
    }
}

#[inline(never)]
fn multiply_int8(x: &[[[i16; 2]; 4]], w: &[[[i16; 8]; 2]], y: &mut [[i32; 8]]) {
    let mut sums = [[i32x4_splat(0); 2]; 4];
    for (x, w) in x.iter().zip(w) {
        // SAFETY: each half is eight numbers.
        let w = unsafe { [v128_load(w[0].as_ptr().cast()), v128_load(w[1].as_ptr().cast())] };
        for (sums, x) in sums.iter_mut().zip(x) {
            // SAFETY: a pair of numbers is 32 bits.
            let x = unsafe { v128_load32_splat(std::ptr::from_ref(x).cast()) };
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = i32x4_add(*sum, i32x4_dot_i16x8(x, w));
            }
        }
    }
    store_i32(sums, y);
}

/// The sums of a tile, each row where it goes.
#[inline(always)]
pub(super) fn store_i32(sums: [[v128; 2]; 4], y: &mut [[i32; 8]]) {
    for (y, sums) in y.iter_mut().zip(sums) {
        for (y, sum) in y.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            // SAFETY: `y` has room for four numbers.
            unsafe { v128_store(y.as_mut_ptr().cast(), sum) };
        }
    }
}
