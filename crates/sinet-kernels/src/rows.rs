//! Loops over rows, in whatever SIMD the processor has.

pub(crate) mod attention;
#[cfg(feature = "autodiff")]
pub(crate) mod backward;

use std::ops::Range;

use pulp::Arch;
#[cfg(feature = "rayon")]
use rayon::prelude::*;

use crate::elements::{exp, gelu, hash};

/// Independent sums, so that a reduction becomes SIMD without changing the order within a lane.
const LANES: usize = 16;

/// y = gelu(x)
pub(crate) fn gelu_forward(x: &[f32], y: &mut [f32]) {
    let share = share(y.len(), 4096);
    chunks_mut(y, share).zip(chunks(x, share)).for_each(|(y, x)| {
        Arch::new().dispatch(
            #[inline(always)]
            || y.iter_mut().zip(x).for_each(|(y, x)| *y = gelu(*x)),
        )
    });
}

/// Maxima of ranges of rows as long as `d`, one after the other; an empty range gives zeros.
///
/// A sparse table: level k holds the maxima of all runs of 2^k rows, and the maximum of any range is that of the
/// two runs, as long as they fit, at its two ends.
pub(crate) fn range_max(rows: &[f32], d: usize, ranges: &[Range<usize>], maxima: &mut [f32]) {
    let longest = ranges.iter().map(Range::len).max().unwrap_or(0).max(1);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut levels: Vec<Vec<f32>> = Vec::new();
            for level in 0..longest.ilog2() {
                let below = levels.last().map_or(rows, Vec::as_slice);
                let (first, second) = (below, &below[d << level..]);
                levels.push(first.iter().zip(second).map(|(a, b)| larger(*a, *b)).collect());
            }
            for (maximum, range) in maxima.chunks_exact_mut(d).zip(ranges) {
                let Some(level) = range.len().checked_ilog2() else {
                    maximum.fill(0.0);
                    continue;
                };
                let table = if level == 0 { rows } else { &levels[level as usize - 1] };
                let run = |start: usize| &table[start * d..(start + 1) * d];
                let (first, last) = (run(range.start), run(range.end - (1 << level)));
                for ((maximum, a), b) in maximum.iter_mut().zip(first).zip(last) {
                    *maximum = larger(*a, *b);
                }
            }
        },
    );
}

/// Softmax of each row of length `n`, in place.
pub(crate) fn softmax_forward(y: &mut [f32], n: usize) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for row in y.chunks_exact_mut(n) {
                let scale = 1.0 / exponentials(row);
                row.iter_mut().for_each(|y| *y *= scale);
            }
        },
    );
}

/// Softmax but for its scale: each y becomes exp(y - max y). Gives their sum.
#[inline(always)]
fn exponentials(row: &mut [f32]) -> f32 {
    let highest = highest(row);
    row.iter_mut().for_each(|y| *y = exp(*y - highest));
    sum(row)
}

/// y = (x - mean) / √(variance + ε) · γ + β for each row as long as γ.
pub(crate) fn layer_norm_forward(x: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32, y: &mut [f32]) {
    let d = gamma.len();
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (y, x) in y.chunks_exact_mut(d).zip(x.chunks_exact(d)) {
                let (mean, scale) = moments(x, epsilon);
                for (((y, x), g), b) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
                    *y = (x - mean) * scale * g + b;
                }
            }
        },
    );
}

/// 1/keep with probability `keep`, else 0.
pub(crate) fn keep_mask(mask: &mut [f32], keep: f32, seed: u32) {
    let threshold = (f64::from(keep) * 2f64.powi(32)) as u32;
    let scale = 1.0 / keep;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (i, mask) in mask.iter_mut().enumerate() {
                *mask = if hash(seed, i as u32) < threshold { scale } else { 0.0 };
            }
        },
    );
}

/// How many of `n` things each thread gets: a multiple of `least`, and not 0.
fn share(n: usize, least: usize) -> usize {
    #[cfg(feature = "rayon")]
    let threads = rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    let threads = 1;
    n.div_ceil(threads).next_multiple_of(least).max(least)
}

/// Parts of a slice, shared among threads where there are any.
#[cfg(feature = "rayon")]
pub(crate) fn chunks(x: &[f32], size: usize) -> rayon::slice::Chunks<'_, f32> {
    x.par_chunks(size)
}

#[cfg(feature = "rayon")]
pub(crate) fn chunks_mut(x: &mut [f32], size: usize) -> rayon::slice::ChunksMut<'_, f32> {
    x.par_chunks_mut(size)
}

#[cfg(not(feature = "rayon"))]
pub(crate) fn chunks(x: &[f32], size: usize) -> std::slice::Chunks<'_, f32> {
    x.chunks(size)
}

#[cfg(not(feature = "rayon"))]
pub(crate) fn chunks_mut(x: &mut [f32], size: usize) -> std::slice::ChunksMut<'_, f32> {
    x.chunks_mut(size)
}

/// Mean, and 1/√(variance + ε).
#[inline(always)]
fn moments(x: &[f32], epsilon: f32) -> (f32, f32) {
    let n = x.len() as f32;
    let mean = sum(x) / n;
    let variance = reduce(
        x,
        x,
        #[inline(always)]
        |a, _| (a - mean) * (a - mean),
    ) / n;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

/// The larger number, in one instruction: what is not a number is not looked for.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn highest(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for x in chunks {
        lanes.iter_mut().zip(x).for_each(|(lane, x)| *lane = larger(*x, *lane));
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, larger)
}

#[inline(always)]
fn sum(x: &[f32]) -> f32 {
    reduce(
        x,
        x,
        #[inline(always)]
        |a, _| a,
    )
}

/// Σ f(x, y)
#[inline(always)]
fn reduce(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (x_chunks, x_rest) = x.as_chunks::<LANES>();
    let (y_chunks, y_rest) = y.as_chunks::<LANES>();
    for (x, y) in x_chunks.iter().zip(y_chunks) {
        for i in 0..LANES {
            lanes[i] += f(x[i], y[i]);
        }
    }
    let rest: f32 = x_rest.iter().zip(y_rest).map(|(x, y)| f(*x, *y)).sum();
    lanes.iter().sum::<f32>() + rest
}
