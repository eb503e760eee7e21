//! DistilBERT, as
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/distilbert/modeling_distilbert.py>
//! computes it: BERT's layers without segments, under other names. In training nothing is dropped out between the attention
//! and its residual.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::embeddings::EmbeddingsConfig;
use super::transformer::TransformerLayerConfig;
use super::{Activation, Bert, Sizes};

/// Sizes of a DistilBERT, by Hugging Face's names and with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DistilBertConfig {
    /// Number of word pieces.
    pub vocab_size: usize,
    /// Size d of a hidden state.
    pub dim: usize,
    /// Number of layers.
    pub n_layers: usize,
    /// Number of attention heads a layer.
    pub n_heads: usize,
    /// Size of the feed-forward block.
    pub hidden_dim: usize,
    /// Its activation.
    pub activation: Activation,
    /// Longest input in word pieces.
    pub max_position_embeddings: usize,
    /// Dropout on the embeddings and on the feed-forward block's output, in training.
    pub dropout: f64,
    /// Dropout on attention weights, in training.
    pub attention_dropout: f64,
}

impl Default for DistilBertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30_522,
            dim: 768,
            n_layers: 6,
            n_heads: 12,
            hidden_dim: 3072,
            activation: Activation::Gelu,
            max_position_embeddings: 512,
            dropout: 0.1,
            attention_dropout: 0.1,
        }
    }
}

/// ε of every layer normalisation, which no configuration says.
const LAYER_NORM_EPS: f64 = 1e-12;

impl DistilBertConfig {
    /// A DistilBERT with random weights.
    pub fn init(&self, device: &Device) -> Bert {
        let layer = TransformerLayerConfig {
            hidden_size: self.dim,
            heads: self.n_heads,
            intermediate_size: self.hidden_dim,
            activation: self.activation,
            layer_norm_eps: LAYER_NORM_EPS,
            hidden_dropout: self.dropout,
            attention_dropout: self.attention_dropout,
            score_terms: 1,
            drops_attention_output: false,
        };
        let embeddings = EmbeddingsConfig {
            words: self.vocab_size,
            positions: self.max_position_embeddings,
            first_position: 0,
            types: 0,
            size: self.dim,
            layer_norm_eps: LAYER_NORM_EPS,
            dropout: self.dropout,
        };
        Bert::init(embeddings, layer, self.n_layers, device)
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            embedding: self.dim,
            hidden: self.dim,
            layers: self.n_layers,
            heads: self.n_heads,
            feed_forward: self.hidden_dim,
            max_pieces: self.max_position_embeddings,
            others: vec![self.max_position_embeddings],
        }
    }
}
