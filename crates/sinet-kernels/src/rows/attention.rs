//! Self-attention of one sentence, all heads.

use pulp::Arch;

use super::{chunks, chunks_mut, exponentials, share};
#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Queries that are computed side by side: a key or value that was loaded serves all of them.
const QUERIES: usize = 4;

/// Keys, and columns of values, that are computed side by side.
const LANES: usize = 8;

/// softmax(Q Kᵀ / √(d/h)) V
///
/// # Shapes
///
/// - projected: `[rows, 3d]`, Q, K and V side by side; of K and V the first `keys` rows count
/// - context: `[rows, d]`
pub(crate) fn forward(projected: &[f32], d: usize, keys: usize, heads: usize, context: &mut [f32]) {
    let share = share(context.len() / d, QUERIES);
    let shares = chunks_mut(context, share * d).zip(chunks(projected, share * 3 * d));
    shares.for_each(|(context, queries)| attend(queries, projected, d, keys, heads, context));
}

/// [`forward`] for some of the queries.
fn attend(queries: &[f32], projected: &[f32], d: usize, keys: usize, heads: usize, context: &mut [f32]) {
    let size = d / heads;
    let padded = keys.next_multiple_of(LANES);
    // Kᵀ of one head, with zeros for the keys that fill up the last lanes.
    let mut transposed = vec![0.0; size * padded];
    let mut scores = [(); QUERIES].map(|()| vec![0.0; padded]);
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for head in 0..heads {
                let first = head * size;
                transpose(projected, 3 * d, d + first, keys, &mut transposed);
                let blocks = queries.chunks(QUERIES * 3 * d).zip(context.chunks_mut(QUERIES * d));
                for (queries, context) in blocks {
                    // The last block may be short; its last query then stands in for those that are missing.
                    let rows = context.len() / d;
                    let query = |i: usize| &queries[i.min(rows - 1) * 3 * d + first..][..size];
                    score(std::array::from_fn(query), &transposed, &mut scores);
                    for scores in &mut scores {
                        let scores = &mut scores[..keys];
                        let scale = 1.0 / exponentials(scores);
                        scores.iter_mut().for_each(|score| *score *= scale);
                    }
                    let values = &projected[2 * d + first..];
                    mix(&scores, keys, values, 3 * d, size, |row, column, mixed| {
                        if row < rows {
                            context[row * d + first + column..][..mixed.len()].copy_from_slice(mixed);
                        }
                    });
                }
            }
        },
    );
}

/// K/√size of one head, its columns from `first` on, as `[size, padded]`.
#[inline(always)]
fn transpose(projected: &[f32], stride: usize, first: usize, keys: usize, transposed: &mut [f32]) {
    let padded = keys.next_multiple_of(LANES);
    let size = transposed.len() / padded;
    let scale = (size as f32).powf(-0.5);
    for (key, row) in projected.chunks_exact(stride).take(keys).enumerate() {
        let row = &row[first..first + size];
        transposed[key..].iter_mut().step_by(padded).zip(row).for_each(|(t, k)| *t = k * scale);
    }
}

/// Scores of some queries with all keys.
#[inline(always)]
fn score(queries: [&[f32]; QUERIES], transposed: &[f32], scores: &mut [Vec<f32>; QUERIES]) {
    let padded = scores[0].len();
    for first in (0..padded).step_by(LANES) {
        let mut sums = [[0.0f32; LANES]; QUERIES];
        for (column, keys) in transposed.chunks_exact(padded).enumerate() {
            let keys: &[f32; LANES] = keys[first..].first_chunk().expect("keys are padded to whole lanes");
            for (sums, query) in sums.iter_mut().zip(queries) {
                let q = query[column];
                sums.iter_mut().zip(keys).for_each(|(sum, k)| *sum += q * k);
            }
        }
        for (scores, sums) in scores.iter_mut().zip(sums) {
            scores[first..first + LANES].copy_from_slice(&sums);
        }
    }
}

/// Σ weight · value for some queries; `store` gets the row of the query, the first column, and the sums.
///
/// `values` begins with the head's values of the first key; rows are `stride` apart.
#[inline(always)]
fn mix(
    weights: &[Vec<f32>; QUERIES],
    keys: usize,
    values: &[f32],
    stride: usize,
    size: usize,
    mut store: impl FnMut(usize, usize, &[f32]),
) {
    let whole = size - size % LANES;
    for first in (0..whole).step_by(LANES) {
        let mut sums = [[0.0f32; LANES]; QUERIES];
        for (key, values) in values.chunks(stride).take(keys).enumerate() {
            let values: &[f32; LANES] = values[first..].first_chunk().expect("a value is as wide as its head");
            for (sums, weights) in sums.iter_mut().zip(weights) {
                let weight = weights[key];
                sums.iter_mut().zip(values).for_each(|(sum, v)| *sum += weight * v);
            }
        }
        sums.iter().enumerate().for_each(|(row, sums)| store(row, first, sums));
    }
    for column in whole..size {
        for (row, weights) in weights.iter().enumerate() {
            let terms = values.chunks(stride).zip(&weights[..keys]).map(|(values, weight)| weight * values[column]);
            store(row, column, &[terms.sum()]);
        }
    }
}
