//! AVX2, and AVX-512 with its integer products (VNNI).
#![expect(unsafe_code, reason = "vector loads and stores take pointers, and the processor is asked at run time")]

use std::arch::x86_64::*;

use crate::rounding::round_row;
use crate::tile::Tile;

/// Proof that the processor has AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

impl Tile for Avx2 {
    const ROWS: usize = 4;
    const COLUMNS: usize = 16;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        // SAFETY: `self` proves the instructions.
        unsafe { avx2_f32(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0) }
    }

    type Weight = i8;

    fn widen<'a>(self, panel: &'a [i8], _: &'a mut Vec<i8>) -> &'a [i8] {
        panel
    }

    fn multiply_int8(self, x: &[i16], w: &[i8], y: &mut [i32]) {
        // SAFETY: `self` proves the instructions.
        unsafe { avx2_int8(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0) }
    }

    fn round(self, x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
        // SAFETY: `self` proves the instructions.
        unsafe { avx2_round(x, limit, codes) }
    }
}

#[target_feature(enable = "avx2,fma")]
fn avx2_f32(x: &[[f32; 4]], w: &[[f32; 16]], y: &mut [[f32; 16]]) {
    let mut sums = [[_mm256_setzero_ps(); 2]; 4];
    for (x, w) in x.iter().zip(w) {
        // SAFETY: both halves lie inside of `w`.
        let w = unsafe { [_mm256_loadu_ps(w.as_ptr()), _mm256_loadu_ps(w[8..].as_ptr())] };
        for (sums, &x) in sums.iter_mut().zip(x) {
            let x = _mm256_set1_ps(x);
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = _mm256_fmadd_ps(x, w, *sum);
            }
        }
    }
    for (y, sums) in y.iter_mut().zip(sums) {
        for (y, sum) in y.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            // SAFETY: `y` has room for eight numbers.
            unsafe { _mm256_storeu_ps(y.as_mut_ptr(), sum) };
        }
    }
}

#[target_feature(enable = "avx2")]
fn avx2_int8(x: &[[i16; 8]], w: &[[i8; 32]], y: &mut [[i32; 16]]) {
    let mut sums = [[_mm256_setzero_si256(); 2]; 4];
    for (x, w) in x.iter().zip(w) {
        // SAFETY: both halves lie inside of `w`.
        let w = unsafe { [_mm_loadu_si128(w.as_ptr().cast()), _mm_loadu_si128(w[16..].as_ptr().cast())] };
        let w = [_mm256_cvtepi8_epi16(w[0]), _mm256_cvtepi8_epi16(w[1])];
        for (sums, x) in sums.iter_mut().zip(x.as_chunks().0) {
            let x = _mm256_set1_epi32(pair(*x));
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(x, w));
            }
        }
    }
    for (y, sums) in y.iter_mut().zip(sums) {
        for (y, sum) in y.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            // SAFETY: `y` has room for eight numbers.
            unsafe { _mm256_storeu_si256(y.as_mut_ptr().cast(), sum) };
        }
    }
}

/// Proof that the processor has AVX-512 and its integer products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vnni");
        all.then_some(Self(()))
    }
}

impl Tile for Avx512 {
    const ROWS: usize = 8;
    const COLUMNS: usize = 32;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        // SAFETY: `self` proves the instructions.
        unsafe { avx512_f32(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0) }
    }

    type Weight = i8;

    fn widen<'a>(self, panel: &'a [i8], _: &'a mut Vec<i8>) -> &'a [i8] {
        panel
    }

    fn multiply_int8(self, x: &[i16], w: &[i8], y: &mut [i32]) {
        // SAFETY: `self` proves the instructions.
        unsafe { avx512_int8(x.as_chunks().0, w.as_chunks().0, y.as_chunks_mut().0) }
    }

    fn round(self, x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
        // SAFETY: `self` proves the instructions.
        unsafe { avx512_round(x, limit, codes) }
    }
}

#[target_feature(enable = "avx512f")]
fn avx512_f32(x: &[[f32; 8]], w: &[[f32; 32]], y: &mut [[f32; 32]]) {
    let mut sums = [[_mm512_setzero_ps(); 2]; 8];
    for (x, w) in x.iter().zip(w) {
        // SAFETY: both halves lie inside of `w`.
        let w = unsafe { [_mm512_loadu_ps(w.as_ptr()), _mm512_loadu_ps(w[16..].as_ptr())] };
        for (sums, &x) in sums.iter_mut().zip(x) {
            let x = _mm512_set1_ps(x);
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = _mm512_fmadd_ps(x, w, *sum);
            }
        }
    }
    for (y, sums) in y.iter_mut().zip(sums) {
        for (y, sum) in y.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
            // SAFETY: `y` has room for sixteen numbers.
            unsafe { _mm512_storeu_ps(y.as_mut_ptr(), sum) };
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn avx512_int8(x: &[[i16; 16]], w: &[[i8; 64]], y: &mut [[i32; 32]]) {
    let mut sums = [[_mm512_setzero_si512(); 2]; 8];
    for (x, w) in x.iter().zip(w) {
        // SAFETY: both halves lie inside of `w`.
        let w = unsafe { [_mm256_loadu_si256(w.as_ptr().cast()), _mm256_loadu_si256(w[32..].as_ptr().cast())] };
        let w = [_mm512_cvtepi8_epi16(w[0]), _mm512_cvtepi8_epi16(w[1])];
        for (sums, x) in sums.iter_mut().zip(x.as_chunks().0) {
            let x = _mm512_set1_epi32(pair(*x));
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = _mm512_dpwssd_epi32(*sum, x, w);
            }
        }
    }
    for (y, sums) in y.iter_mut().zip(sums) {
        for (y, sum) in y.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
            // SAFETY: `y` has room for sixteen numbers.
            unsafe { _mm512_storeu_si512(y.as_mut_ptr().cast(), sum) };
        }
    }
}

#[target_feature(enable = "avx2")]
fn avx2_round(x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
    round_row(x, limit, codes)
}

#[target_feature(enable = "avx512f,avx512bw")]
fn avx512_round(x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
    round_row(x, limit, codes)
}

/// Two numbers side by side, as one to copy into every lane.
#[inline(always)]
fn pair(x: [i16; 2]) -> i32 {
    i32::from(x[1]) << 16 | i32::from(x[0] as u16)
}
