//! NEON, which every 64-bit ARM processor has.
#![expect(unsafe_code, reason = "vector loads and stores take pointers")]

use std::arch::aarch64::*;

use crate::tile::Tile;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Neon;

impl Tile for Neon {
    const ROWS: usize = 4;
    const COLUMNS: usize = 16;

    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]) {
        let (x, w, y) = (x.as_chunks::<4>().0, w.as_chunks::<16>().0, y.as_chunks_mut::<16>().0);
        // SAFETY: no pointers.
        let mut sums = [[unsafe { vdupq_n_f32(0.0) }; 4]; 4];
        for (x, w) in x.iter().zip(w) {
            // SAFETY: `x` is four numbers and `w` sixteen.
            unsafe {
                let x = vld1q_f32(x.as_ptr());
                let w = [0, 4, 8, 12].map(|i| vld1q_f32(w[i..].as_ptr()));
                for i in 0..4 {
                    sums[0][i] = vfmaq_laneq_f32::<0>(sums[0][i], w[i], x);
                    sums[1][i] = vfmaq_laneq_f32::<1>(sums[1][i], w[i], x);
                    sums[2][i] = vfmaq_laneq_f32::<2>(sums[2][i], w[i], x);
                    sums[3][i] = vfmaq_laneq_f32::<3>(sums[3][i], w[i], x);
                }
            }
        }
        for (y, sums) in y.iter_mut().zip(sums) {
            for (y, sum) in y.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
                // SAFETY: `y` has room for four numbers.
                unsafe { vst1q_f32(y.as_mut_ptr(), sum) };
            }
        }
    }

    type Weight = i8;

    fn widen<'a>(self, panel: &'a [i8], _: &'a mut Vec<i8>) -> &'a [i8] {
        panel
    }

    fn multiply_int8(self, x: &[i16], w: &[i8], y: &mut [i32]) {
        let (x, w, y) = (x.as_chunks::<8>().0, w.as_chunks::<32>().0, y.as_chunks_mut::<16>().0);
        // SAFETY: no pointers.
        let mut sums = [[unsafe { vdupq_n_s32(0) }; 4]; 4];
        for (x, w) in x.iter().zip(w) {
            // SAFETY: `x` is eight numbers and `w` thirty-two.
            unsafe {
                let x = vld1q_s16(x.as_ptr());
                let int8x16x2_t(even, odd) = vld2q_s8(w.as_ptr());
                add::<0, 2, 4, 6>(&mut sums, even, x);
                add::<1, 3, 5, 7>(&mut sums, odd, x);
            }
        }
        for (y, sums) in y.iter_mut().zip(sums) {
            for (y, sum) in y.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
                // SAFETY: `y` has room for four numbers.
                unsafe { vst1q_s32(y.as_mut_ptr(), sum) };
            }
        }
    }
}

/// Adds the products of one input: its weights with the lane of each row.
#[inline(always)]
fn add<const A: i32, const B: i32, const C: i32, const D: i32>(
    sums: &mut [[int32x4_t; 4]; 4],
    w: int8x16_t,
    x: int16x8_t,
) {
    // SAFETY: no pointers.
    unsafe {
        for (i, w) in [vmovl_s8(vget_low_s8(w)), vmovl_high_s8(w)].into_iter().enumerate() {
            let low = vget_low_s16(w);
            sums[0][2 * i] = vmlal_laneq_s16::<A>(sums[0][2 * i], low, x);
            sums[1][2 * i] = vmlal_laneq_s16::<B>(sums[1][2 * i], low, x);
            sums[2][2 * i] = vmlal_laneq_s16::<C>(sums[2][2 * i], low, x);
            sums[3][2 * i] = vmlal_laneq_s16::<D>(sums[3][2 * i], low, x);
            sums[0][2 * i + 1] = vmlal_high_laneq_s16::<A>(sums[0][2 * i + 1], w, x);
            sums[1][2 * i + 1] = vmlal_high_laneq_s16::<B>(sums[1][2 * i + 1], w, x);
            sums[2][2 * i + 1] = vmlal_high_laneq_s16::<C>(sums[2][2 * i + 1], w, x);
            sums[3][2 * i + 1] = vmlal_high_laneq_s16::<D>(sums[3][2 * i + 1], w, x);
        }
    }
}
