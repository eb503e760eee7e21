//! Self-attention of one sentence, all heads.

use pulp::Arch;

use super::exponentials;

/// Queries that are computed side by side: a key that was loaded serves all of them.
const QUERIES: usize = 4;

/// softmax(Q Kᵀ / √(d/h)) V
///
/// # Shapes
///
/// - projected: `[rows, 3d]`, Q, K and V side by side; of K and V the first `keys` rows count
/// - context: `[rows, d]`
pub(crate) fn forward(projected: &[f32], d: usize, keys: usize, heads: usize, context: &mut [f32]) {
    let size = d / heads;
    let scale = (size as f32).powf(-0.5);
    let mut transposed = vec![0.0; size * keys];
    let mut scores = vec![0.0; QUERIES * keys];
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for head in 0..heads {
                let columns = head * size..(head + 1) * size;
                for (key, row) in projected.chunks_exact(3 * d).take(keys).enumerate() {
                    let row = &row[d..][columns.clone()];
                    transposed[key..].iter_mut().step_by(keys).zip(row).for_each(|(k, x)| *k = x * scale);
                }
                let blocks = projected.chunks(QUERIES * 3 * d).zip(context.chunks_mut(QUERIES * d));
                for (queries, context) in blocks {
                    let rows = context.len() / d;
                    let scores = &mut scores[..rows * keys];
                    multiply_queries(queries, 3 * d, columns.start, &transposed, scores, keys);
                    for (scores, context) in scores.chunks_exact_mut(keys).zip(context.chunks_exact_mut(d)) {
                        let scale = 1.0 / exponentials(scores);
                        scores.iter_mut().for_each(|score| *score *= scale);
                        let context = &mut context[columns.clone()];
                        context.fill(0.0);
                        for (row, weight) in projected.chunks_exact(3 * d).zip(scores.iter()) {
                            let value = &row[2 * d..][columns.clone()];
                            context.iter_mut().zip(value).for_each(|(c, v)| *c += weight * v);
                        }
                    }
                }
            }
        },
    );
}

/// Q Kᵀ for a block of queries.
///
/// # Shapes
///
/// - queries: rows of length `stride`, the head's columns from `first` on; transposed: `[size, keys]`
/// - scores: `[queries, keys]`
#[inline(always)]
fn multiply_queries(
    queries: &[f32],
    stride: usize,
    first: usize,
    transposed: &[f32],
    scores: &mut [f32],
    keys: usize,
) {
    scores.fill(0.0);
    for (column, keys_of_column) in transposed.chunks_exact(keys).enumerate() {
        for (scores, query) in scores.chunks_exact_mut(keys).zip(queries.chunks_exact(stride)) {
            let q = query[first + column];
            scores.iter_mut().zip(keys_of_column).for_each(|(score, k)| *score += q * k);
        }
    }
}
