//! ALBERT, as <https://github.com/huggingface/transformers/blob/main/src/transformers/models/albert/modeling_albert.py>
//! computes it: small embeddings mapped to the hidden size, and one layer's weights for all layers.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use super::attention::Scores;
use super::embeddings::{Embeddings, EmbeddingsConfig};
use super::transformer::TransformerLayerConfig;
use super::{Activation, EncoderOutput, Sizes, TransformerLayer};
use crate::linear::PackableLinear;
use crate::mode::Mode;
use crate::packed_rows::PackedRows;

/// Sizes of an [`Albert`], by Hugging Face's names.
///
/// All published ALBERT models have one group of one inner layer; so has this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlbertConfig {
    /// Number of word pieces.
    pub vocab_size: usize,
    /// Size of an embedding.
    pub embedding_size: usize,
    /// Size d of a hidden state.
    pub hidden_size: usize,
    /// How often the layer is applied.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Size of the feed-forward block.
    pub intermediate_size: usize,
    /// Its activation.
    pub hidden_act: Activation,
    /// Longest input in word pieces.
    pub max_position_embeddings: usize,
    /// Number of segments.
    pub type_vocab_size: usize,
    /// ε of every layer normalisation.
    pub layer_norm_eps: f64,
    /// Dropout on the embeddings and on both blocks' outputs, in training.
    #[serde(default)]
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights, in training.
    #[serde(default)]
    pub attention_probs_dropout_prob: f64,
}

/// ALBERT.
#[derive(Module, Debug)]
pub struct Albert {
    /// In the embedding size.
    pub embeddings: Embeddings,
    /// `[embedding, d]`
    pub embedding_hidden_mapping_in: PackableLinear,
    /// The one layer.
    pub layer: TransformerLayer,
    repeats: usize,
}

impl AlbertConfig {
    /// An ALBERT with random weights.
    pub fn init(&self, device: &Device) -> Albert {
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
            first_position: 0,
            types: self.type_vocab_size,
            size: self.embedding_size,
            layer_norm_eps: self.layer_norm_eps,
            dropout: self.hidden_dropout_prob,
        };
        Albert {
            embeddings: embeddings.init(device),
            embedding_hidden_mapping_in: PackableLinear::init(self.embedding_size, self.hidden_size, true, device),
            layer: layer.init(device),
            repeats: self.num_hidden_layers,
        }
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            embedding: self.embedding_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            feed_forward: self.intermediate_size,
            max_pieces: self.max_position_embeddings,
            others: vec![self.max_position_embeddings, self.type_vocab_size],
        }
    }
}

impl Albert {
    /// # Shapes
    ///
    /// - words: `[rows, embedding]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        self.repeat(self.repeats, words, rows, mode)
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let hidden = self.repeat(self.repeats - 1, words, rows, Mode::Inference);
        self.layer.forward_with_attention(hidden, Scores::Plain, rows)
    }

    pub(super) fn fused(self) -> Self {
        Self { layer: self.layer.fused(), ..self }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        Self {
            embedding_hidden_mapping_in: self.embedding_hidden_mapping_in.packed(precision),
            layer: self.layer.packed(precision),
            ..self
        }
    }

    fn repeat(&self, times: usize, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let embedded = self.embedding_hidden_mapping_in.forward(self.embeddings.forward(words, rows, mode));
        (0..times).fold(embedded, |hidden, _| self.layer.forward(hidden, Scores::Plain, rows, mode))
    }
}
