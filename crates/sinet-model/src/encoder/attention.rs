//! Multi-head self-attention of packed sentences: by the fused operation where that serves, else in plain tensors.
//!
//! The fused operation knows neither dropout nor anything that is added to a score. In training the plain form takes all
//! sentences as one rectangle. In inference it takes some queries of a sentence at a time, so that its memory grows with
//! the length of a sentence and not with the square of it; it is slower than the fused operation, and as exact.

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use sinet_kernels::{attention, softmax};

use crate::layers::Dropout;
use crate::mode::Mode;
use crate::packed_rows::{HIDDEN, PackedRows};

/// Queries of a sentence that are computed at a time in inference.
const QUERIES: usize = 128;

/// softmax(s(Q, K)) V for every head of every sentence, where s is Q Kᵀ times a scale, and more in some encoders
/// ([`Scores`]).
#[derive(Module, Debug)]
pub struct SelfAttention {
    heads: usize,
    scale: f64,
    dropout: Dropout,
}

/// The parts of a score of a query with a key beyond the scaled product.
#[derive(Clone, Copy)]
pub(super) enum Scores<'a> {
    /// Nothing (Vaswani et al., 2017).
    Plain,
    /// Only keys at most this many positions away count (Beltagy et al., 2020).
    Within(usize),
    /// The sum with what an encoder computes of queries, keys and their distances.
    Plus(&'a Addition<'a>),
}

/// Given queries `[sentences, heads, queries, d/h]`, keys `[sentences, heads, keys, d/h]` and which of a sentence they are:
/// `[sentences or 1, heads, queries, keys]`.
pub(super) type Addition<'a> = dyn Fn(&Tensor<4>, &Tensor<4>, &Block) -> Tensor<4> + 'a;

/// Some queries and some keys, as positions in their sentence.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub queries: Range<usize>,
    pub keys: Range<usize>,
}

impl SelfAttention {
    /// Attention of `heads` heads of `head_size` numbers each. `terms` is the number of products that a score sums up, which
    /// the scale 1 / √(terms · d/h) allows for; 1, but for disentangled attention.
    pub(super) fn new(heads: usize, head_size: usize, terms: usize, dropout: f64) -> Self {
        Self { heads, scale: ((terms * head_size) as f64).powf(-0.5), dropout: Dropout::new(dropout) }
    }

    /// # Shapes
    ///
    /// - projected: `[rows, 3d]`, Q, K and V side by side, the heads of each side by side
    /// - output: `[rows, d]`
    pub(super) fn attend(&self, projected: Tensor<2>, scores: Scores, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        match (mode, scores) {
            (Mode::Training, _) => self.attend_at_once(projected, scores, rows),
            (Mode::Inference, Scores::Plus(_)) => self.attend_by_parts(projected, scores, rows),
            (Mode::Inference, Scores::Within(reach)) if rows.longest() > reach + 1 => {
                self.attend_by_parts(projected, scores, rows)
            }
            (Mode::Inference, Scores::Plain | Scores::Within(_)) => {
                let segments = rows.segments(&projected.device());
                attention(projected, self.heads, &segments)
            }
        }
    }

    /// The attention weights of each sentence's first row, `[sentences, heads, longest]`.
    pub(super) fn of_first_rows(&self, projected: Tensor<2>, scores: Scores, rows: &PackedRows) -> Tensor<3> {
        let [query, key, _] = thirds(projected);
        let first = rows.cls_rows(&query.device());
        let query = self.split(query.select(0, first).unsqueeze_dim(1));
        let block = Block { queries: 0..1, keys: 0..rows.longest() };
        self.weights(query, self.split(rows.unpack(key)), &block, scores, rows).squeeze_dim(2)
    }

    fn attend_at_once(&self, projected: Tensor<2>, scores: Scores, rows: &PackedRows) -> Tensor<2> {
        let [query, key, value] = thirds(projected).map(|part| self.split(rows.unpack(part)));
        let all = Block { queries: 0..rows.longest(), keys: 0..rows.longest() };
        let weights = self.dropout.forward(self.weights(query, key, &all, scores, rows), Mode::Training);
        let context = weights.matmul(value).swap_dims(1, 2);
        let [sentences, longest, h, size] = context.dims();
        rows.pack(context.reshape([sentences, longest, h * size]))
    }

    fn attend_by_parts(&self, projected: Tensor<2>, scores: Scores, rows: &PackedRows) -> Tensor<2> {
        let [query, key, value] = thirds(projected);
        let mut contexts = Vec::new();
        for sequence in 0..rows.sequences() {
            let of_sequence = rows.sequence(sequence);
            let (n, attended) = (of_sequence.len(), rows.pieces(sequence).len());
            let part = |all: &Tensor<2>| self.split(all.clone().slice(of_sequence.clone()).unsqueeze_dim(0));
            let [query, key, value] = [&query, &key, &value].map(part);
            for start in (0..n).step_by(QUERIES) {
                let queries = start..(start + QUERIES).min(n);
                let keys = match scores {
                    Scores::Within(reach) => {
                        queries.start.saturating_sub(reach).min(attended - 1)..(queries.end + reach).min(attended)
                    }
                    Scores::Plain | Scores::Plus(_) => 0..attended,
                };
                let [_, h, _, size] = query.dims();
                let rows_of = |all: &Tensor<4>, range: Range<usize>| all.clone().slice([0..1, 0..h, range, 0..size]);
                let (query, value) = (rows_of(&query, queries.clone()), rows_of(&value, keys.clone()));
                let key = rows_of(&key, keys.clone());
                let block = Block { queries, keys };
                let context = softmax(self.scores(query, key, &block, scores)).matmul(value).swap_dims(1, 2);
                contexts.push(context.reshape([block.queries.len(), h * size]));
            }
        }
        Tensor::cat(contexts, 0)
    }

    /// `[sentences, heads, queries, d/h]` and `[sentences, heads, longest, d/h]` to `[sentences, heads, queries, longest]`.
    fn weights(&self, query: Tensor<4>, key: Tensor<4>, block: &Block, scores: Scores, rows: &PackedRows) -> Tensor<4> {
        let scores = self.scores(query, key, block, scores);
        softmax(match rows.key_mask(true, &scores.device()) {
            Some(mask) => {
                let [sentences, longest] = mask.dims();
                scores + mask.reshape([sentences, 1, 1, longest])
            }
            None => scores,
        })
    }

    /// The scores before the softmax.
    fn scores(&self, query: Tensor<4>, key: Tensor<4>, block: &Block, scores: Scores) -> Tensor<4> {
        let product = |query: Tensor<4>, key: Tensor<4>| query.matmul(key.swap_dims(2, 3)) * self.scale;
        match scores {
            Scores::Plain => product(query, key),
            Scores::Within(reach) => {
                let hidden = block.hidden_beyond(reach, &query.device());
                product(query, key) + hidden
            }
            Scores::Plus(addition) => {
                let more = addition(&query, &key, block);
                product(query, key) + more
            }
        }
    }

    /// The factor of every product in a score.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// `[sentences, n, d]` to `[sentences, heads, n, d/h]`.
    pub(super) fn split(&self, x: Tensor<3>) -> Tensor<4> {
        let [sentences, n, d] = x.dims();
        x.reshape([sentences, n, self.heads, d / self.heads]).swap_dims(1, 2)
    }
}

impl Block {
    /// The distances of its keys from its queries, key position minus query position, row by row.
    pub fn distances(&self) -> impl Iterator<Item = isize> {
        let keys = self.keys.clone();
        self.queries.clone().flat_map(move |query| keys.clone().map(move |key| key as isize - query as isize))
    }

    /// 0 for keys at most `reach` away, a large negative number for those beyond, `[1, 1, queries, keys]`.
    fn hidden_beyond(&self, reach: usize, device: &Device) -> Tensor<4> {
        let mask = self.distances().map(|distance| if distance.unsigned_abs() <= reach { 0.0 } else { HIDDEN });
        let mask: Vec<f32> = mask.collect();
        Tensor::from_data(TensorData::new(mask, [1, 1, self.queries.len(), self.keys.len()]), device)
    }
}

/// `[rows, 3d]` to three times `[rows, d]`.
pub(super) fn thirds(projected: Tensor<2>) -> [Tensor<2>; 3] {
    let [rows, width] = projected.dims();
    let d = width / 3;
    [0, 1, 2].map(|i| projected.clone().slice([0..rows, i * d..(i + 1) * d]))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Distribution, Int};

    use super::*;

    /// A sentence longer than a part, one as long as a few rows, and one with padding.
    #[test]
    fn parts_are_the_whole() {
        let device = Device::flex();
        device.seed(1);
        let sentences = [vec![1; 2 * QUERIES + 3], vec![1; 5], vec![1; QUERIES]];
        let padded = |pieces: &[u32]| pieces.len() + usize::from(pieces.len() == 5) * 2;
        let rows = PackedRows::new(&sentences, padded, 0);
        let attention = SelfAttention::new(2, 4, 1, 0.0);
        let projected = Tensor::random([rows.ids().len(), 24], Distribution::Normal(0.0, 1.0), &device);
        let slope = |_: &Tensor<4>, _: &Tensor<4>, block: &Block| {
            let distances: Vec<i32> = block.distances().map(|distance| distance as i32).collect();
            let distances = Tensor::<1, Int>::from_data(distances.as_slice(), &Device::flex()).float();
            distances.reshape([1, 1, block.queries.len(), block.keys.len()]) * 0.01
        };
        for (what, scores) in [
            ("plain", Scores::Plain),
            ("near", Scores::Within(7)),
            ("far", Scores::Within(999)),
            ("plus", Scores::Plus(&slope)),
        ] {
            let expected = attention.attend(projected.clone(), scores, &rows, Mode::Training);
            let found = attention.attend(projected.clone(), scores, &rows, Mode::Inference);
            let by_parts = attention.attend_by_parts(projected.clone(), scores, &rows);
            for found in [found, by_parts] {
                // Padding rows have no meaning.
                let keep = |x: Tensor<2>| {
                    let kept = (0..3).map(|i| x.clone().slice(rows.pieces(i)));
                    Tensor::cat(kept.collect(), 0)
                };
                let difference: f32 = (keep(found) - keep(expected.clone())).abs().max().into_scalar();
                assert!(difference < 1e-5, "{what}: {difference}");
            }
        }
    }
}
