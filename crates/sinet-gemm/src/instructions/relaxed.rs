//! WebAssembly's relaxed SIMD: fused multiply-add, and sums of four integer products in one instruction.
//!
//! The results of relaxed instructions differ between processors in certain cases. The integer products here stay clear
//! of those cases, and so give the same bits everywhere; sums of fused products differ in their last bits.
#![cfg(target_feature = "simd128")]
#![expect(unsafe_code, reason = "vector loads and stores take pointers")]

use std::arch::wasm32::*;
use std::hint::black_box;

use super::wasm::{Simd128, multiply_f32_with, store_i32};
use crate::rounding::{LARGEST_CODE, round_row};
use crate::tile::Tile;

/// Fused multiply-add, and the integer products of [`Simd128`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fused;

impl Tile for Fused {
    const ROWS: usize = Simd128::ROWS;
    const COLUMNS: usize = Simd128::COLUMNS;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        multiply_f32(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0);
    }

    type Weight = <Simd128 as Tile>::Weight;

    fn widen<'a>(self, panel: &'a [i8], scratch: &'a mut Vec<i16>) -> &'a [i16] {
        Simd128.widen(panel, scratch)
    }

    fn multiply_int8(self, x: &[i16], w: &[i16], y: &mut [i32]) {
        Simd128.multiply_int8(x, w, y);
    }
}

/// Fused multiply-add, and integer products by `i32x4.relaxed_dot_i8x16_i7x16_add_s`.
///
/// That instruction takes weights of 8 bits with a sign and activations of 7 bits without. A code c of an activation
/// has 14 bits with a sign: c + 2¹³ = 2⁷ high + low, two digits of 7 bits. So Σ c w = 2⁷ Σ high w + Σ low w - 2¹³ Σ w.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dot;

/// The offset that makes codes positive.
const OFFSET: i32 = LARGEST_CODE as i32 + 1;

impl Dot {
    /// Whether the processor has this as one instruction. Elsewhere engines compose it of several for 16 bits, and
    /// then the products of [`Simd128`] are faster.
    pub(super) fn is_one_instruction() -> bool {
        // An activation of 8 bits tells them apart: x86's sum of two products in 16 bits stops at 2¹⁵ - 1.
        let product = dot(black_box(i8x16_splat(127)), black_box(i8x16_splat(-1)), i32x4_splat(0));
        i32x4_extract_lane::<0>(product) != 2 * i32::from(i16::MAX)
    }
}

impl Tile for Dot {
    const ROWS: usize = 4;
    const COLUMNS: usize = 8;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        multiply_f32(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0);
    }

    const DEPTH: usize = 4;

    type Weight = [i8; 32];

    /// Before the weights goes -2¹³ Σ w, with which the sums begin.
    fn widen<'a>(self, panel: &'a [i8], scratch: &'a mut Vec<[i8; 32]>) -> &'a [[i8; 32]] {
        let panel = panel.as_chunks::<32>().0;
        let mut first = [0; 32];
        for (column, bytes) in first.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let of_column = panel.iter().flat_map(|w| &w[4 * column..][..4]);
            let sum: i32 = of_column.map(|w| i32::from(*w)).sum();
            *bytes = sum.wrapping_mul(-OFFSET).to_le_bytes().map(|byte| byte as i8);
        }
        scratch.clear();
        scratch.push(first);
        scratch.extend_from_slice(panel);
        scratch
    }

    fn multiply_int8(self, x: &[i16], w: &[[i8; 32]], y: &mut [i32]) {
        multiply_int8(x.as_chunks().0, w, y.as_chunks_mut().0);
    }

    /// The low digits of four inputs, then their high digits.
    fn round(self, x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
        let step = round_row(x, limit, codes);
        for four in codes.as_chunks_mut::<4>().0 {
            let code = four.map(|code| (i32::from(code) + OFFSET) as u16);
            let pair = |a: u16, b: u16| ((b & 127) << 8 | (a & 127)) as i16;
            let [a, b, c, d] = code;
            let [e, f, g, h] = code.map(|code| code >> 7);
            *four = [pair(a, b), pair(c, d), pair(e, f), pair(g, h)];
        }
        step
    }
}

#[target_feature(enable = "relaxed-simd")]
#[inline(never)]
fn multiply_f32(x: &[[f32; 4]], w: &[[f32; 8]], y: &mut [[f32; 8]]) {
    multiply_f32_with(x, w, y, |x, w, sum| f32x4_relaxed_madd(x, w, sum));
}

#[target_feature(enable = "relaxed-simd")]
#[inline(never)]
fn multiply_int8(x: &[[i16; 16]], w: &[[i8; 32]], y: &mut [[i32; 8]]) {
    let Some((first, w)) = w.split_first() else { return };
    let mut sums = [[i32x4_splat(0); 2]; 4];
    add_products::<8>(&mut sums, x, w);
    for sums in &mut sums {
        for (sum, first) in sums.iter_mut().zip(halves(first)) {
            *sum = i32x4_add(i32x4_shl(*sum, 7), first);
        }
    }
    add_products::<0>(&mut sums, x, w);
    store_i32(sums, y);
}

/// Adds the products of one digit, which begins at `DIGIT` of each step.
#[target_feature(enable = "relaxed-simd")]
fn add_products<const DIGIT: usize>(sums: &mut [[v128; 2]; 4], x: &[[i16; 16]], w: &[[i8; 32]]) {
    for (x, w) in x.iter().zip(w) {
        let w = halves(w);
        for (sums, x) in sums.iter_mut().zip(x[DIGIT..DIGIT + 8].as_chunks::<2>().0) {
            // SAFETY: a pair of numbers, which holds four digits, is 32 bits.
            let x = unsafe { v128_load32_splat(x.as_ptr().cast()) };
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = i32x4_relaxed_dot_i8x16_i7x16_add(w, x, *sum);
            }
        }
    }
}

#[inline(always)]
fn halves(w: &[i8; 32]) -> [v128; 2] {
    // SAFETY: both halves lie inside of `w`.
    unsafe { [v128_load(w.as_ptr().cast()), v128_load(w[16..].as_ptr().cast())] }
}

#[target_feature(enable = "relaxed-simd")]
#[inline(never)]
fn dot(a: v128, b: v128, sums: v128) -> v128 {
    i32x4_relaxed_dot_i8x16_i7x16_add(a, b, sums)
}
