//! MPNet, as <https://github.com/huggingface/transformers/blob/main/src/transformers/models/mpnet/modeling_mpnet.py>
//! computes it: BERT's layers without segments, positions that are counted from 2, and a bias of each head for the
//! distance of two positions, which all layers share.

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use super::attention::{Block, Scores};
use super::embeddings::{Embeddings, EmbeddingsConfig};
use super::transformer::TransformerLayerConfig;
use super::{Activation, EncoderOutput, Sizes, TransformerLayer, Unsupported};
use crate::layers::embedding;
use crate::mode::Mode;
use crate::packed_rows::{PackedRows, indices};

/// Sizes of an [`MpNet`], by Hugging Face's names and with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MpNetConfig {
    /// Number of word pieces.
    pub vocab_size: usize,
    /// Size d of a hidden state.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads a layer.
    pub num_attention_heads: usize,
    /// Size of the feed-forward block.
    pub intermediate_size: usize,
    /// Its activation.
    pub hidden_act: Activation,
    /// Rows of the position table; the longest input is 2 shorter.
    pub max_position_embeddings: usize,
    /// ε of every layer normalisation.
    pub layer_norm_eps: f64,
    /// Dropout on the embeddings and on both blocks' outputs, in training.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights, in training.
    pub attention_probs_dropout_prob: f64,
    /// Rows of the table of biases, of which 32 are used.
    pub relative_attention_num_buckets: usize,
}

impl Default for MpNetConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_527,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: Activation::Gelu,
            max_position_embeddings: 512,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            relative_attention_num_buckets: BUCKETS,
        }
    }
}

/// Number of groups of distances.
const BUCKETS: usize = 32;

/// Distances from here on are one group.
const FAR: f32 = 128.0;

/// The position of a sentence's first piece: padding, whose id is 1 here always, would have the position 1.
const FIRST_POSITION: usize = 2;

/// MPNet.
#[derive(Module, Debug)]
pub struct MpNet {
    /// The input of the first layer.
    pub embeddings: Embeddings,
    /// From input to output.
    pub layers: Vec<TransformerLayer>,
    /// Added to the scores of each head, `[buckets, heads]`.
    pub relative_attention_bias: Embedding,
}

impl MpNetConfig {
    /// An MPNet with random weights.
    pub fn init(&self, device: &Device) -> MpNet {
        let layer = TransformerLayerConfig {
            hidden_size: self.hidden_size,
            heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            activation: self.hidden_act,
            layer_norm_eps: self.layer_norm_eps,
            hidden_dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
            score_terms: 1,
            drops_attention_output: true,
        };
        let embeddings = EmbeddingsConfig {
            words: self.vocab_size,
            positions: self.max_position_embeddings,
            first_position: FIRST_POSITION,
            types: 0,
            size: self.hidden_size,
            layer_norm_eps: self.layer_norm_eps,
            dropout: self.hidden_dropout_prob,
        };
        MpNet {
            embeddings: embeddings.init(device),
            layers: (0..self.num_hidden_layers).map(|_| layer.init(device)).collect(),
            relative_attention_bias: embedding(self.relative_attention_num_buckets, self.num_attention_heads, device),
        }
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            embedding: self.hidden_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            feed_forward: self.intermediate_size,
            max_pieces: self.max_position_embeddings.saturating_sub(FIRST_POSITION),
            others: vec![self.max_position_embeddings, self.relative_attention_num_buckets],
        }
    }

    pub(super) fn unsupported(&self) -> Option<Unsupported> {
        let too_few = self.relative_attention_num_buckets < BUCKETS;
        too_few.then_some(Unsupported { field: "relative_attention_num_buckets", reason: "MPNet counts at least 32" })
    }
}

impl MpNet {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let biases = self.biases(rows.longest());
        let addition = |_: &Tensor<4>, _: &Tensor<4>, block: &Block| of_block(&biases, rows.longest(), block);
        let embedded = self.embeddings.forward(words, rows, mode);
        self.layers.iter().fold(embedded, |hidden, layer| layer.forward(hidden, Scores::Plus(&addition), rows, mode))
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let biases = self.biases(rows.longest());
        let addition = |_: &Tensor<4>, _: &Tensor<4>, block: &Block| of_block(&biases, rows.longest(), block);
        let scores = Scores::Plus(&addition);
        let (last, rest) = self.layers.split_last().expect("an MPNet has a layer");
        let step = |hidden, layer: &TransformerLayer| layer.forward(hidden, scores, rows, Mode::Inference);
        let hidden = rest.iter().fold(self.embeddings.forward(words, rows, Mode::Inference), step);
        last.forward_with_attention(hidden, scores, rows)
    }

    pub(super) fn fused(self) -> Self {
        Self { layers: self.layers.into_iter().map(TransformerLayer::fused).collect(), ..self }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        Self { layers: self.layers.into_iter().map(|layer| layer.packed(precision)).collect(), ..self }
    }

    /// The biases of each head for all distances in a sentence of `longest` rows, from -(longest - 1) on,
    /// `[heads, 2 longest - 1]`.
    fn biases(&self, longest: usize) -> Tensor<2> {
        let farthest = longest as isize - 1;
        let table = self.relative_attention_bias.weight.val();
        let buckets = indices((-farthest..=farthest).map(bucket), &table.device());
        table.select(0, buckets).swap_dims(0, 1)
    }
}

/// The biases of a block, `[1, heads, queries, keys]`, of those of all distances.
fn of_block(biases: &Tensor<2>, longest: usize, block: &Block) -> Tensor<4> {
    let [heads, _] = biases.dims();
    let places = block.distances().map(|distance| (distance + longest as isize - 1) as usize);
    let places = indices(places, &biases.device());
    biases.clone().select(1, places).reshape([1, heads, block.queries.len(), block.keys.len()])
}

/// The row of the table of biases for a distance, key position minus query position: half of the rows for each direction,
/// of these half for a distance each, and the others for distances that grow exponentially (Raffel et al., 2020).
fn bucket(distance: isize) -> usize {
    let half = BUCKETS / 2;
    let exact = half / 2;
    let direction = if distance > 0 { half } else { 0 };
    let far = distance.unsigned_abs();
    if far < exact {
        return direction + far;
    }
    // In 32 bits, as PyTorch rounds it.
    let exact_f = exact as f32;
    let share = (far as f32 / exact_f).ln() / (FAR / exact_f).ln();
    direction + (exact + (share * (half - exact) as f32) as usize).min(half - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_grouped() {
        // transformers' MPNetEncoder.relative_position_bucket
        let cases =
            [(0, 0), (-1, 1), (1, 17), (7, 23), (-8, 8), (8, 24), (-11, 8), (-12, 9), (127, 31), (-127, 15), (900, 31)];
        for (distance, expected) in cases {
            assert_eq!(bucket(distance), expected, "{distance}");
        }
    }
}
