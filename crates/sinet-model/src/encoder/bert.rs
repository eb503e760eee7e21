//! BERT, as <https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/modeling_bert.py>
//! computes it; the pooler is left out, since nothing here reads it.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use super::transformer::TransformerLayerConfig;
use super::{Activation, Embeddings, EmbeddingsConfig, EncoderOutput, TransformerLayer};
use crate::mode::Mode;
use crate::packed_rows::PackedRows;

/// Sizes of a [`Bert`], by Hugging Face's names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
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
    /// Longest input in word pieces.
    pub max_position_embeddings: usize,
    /// Number of segments.
    pub type_vocab_size: usize,
    /// ε of every layer normalisation.
    pub layer_norm_eps: f64,
    /// Dropout on the embeddings and on both blocks' outputs, in training.
    #[serde(default = "dropout")]
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights, in training.
    #[serde(default = "dropout")]
    pub attention_probs_dropout_prob: f64,
}

fn dropout() -> f64 {
    0.1
}

/// BERT.
#[derive(Module, Debug)]
pub struct Bert {
    /// The input of the first layer.
    pub embeddings: Embeddings,
    /// From input to output.
    pub layers: Vec<TransformerLayer>,
}

impl BertConfig {
    /// A BERT with random weights.
    pub fn init(&self, device: &Device) -> Bert {
        let layer = TransformerLayerConfig {
            hidden_size: self.hidden_size,
            heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            activation: self.hidden_act,
            layer_norm_eps: self.layer_norm_eps,
            hidden_dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
        };
        let embeddings = EmbeddingsConfig {
            words: self.vocab_size,
            positions: self.max_position_embeddings,
            types: self.type_vocab_size,
            size: self.hidden_size,
            layer_norm_eps: self.layer_norm_eps,
            dropout: self.hidden_dropout_prob,
        };
        Bert {
            embeddings: embeddings.init(device),
            layers: (0..self.num_hidden_layers).map(|_| layer.init(device)).collect(),
        }
    }
}

impl Bert {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let embedded = self.embeddings.forward(words, rows, mode);
        self.layers.iter().fold(embedded, |hidden, layer| layer.forward(hidden, rows, mode))
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let embedded = self.embeddings.forward(words, rows, Mode::Inference);
        let (last, rest) = self.layers.split_last().expect("a BERT has a layer");
        let hidden = rest.iter().fold(embedded, |hidden, layer| layer.forward(hidden, rows, Mode::Inference));
        last.forward_with_attention(hidden, rows)
    }

    pub(super) fn fused(self) -> Self {
        Self { layers: self.layers.into_iter().map(TransformerLayer::fused).collect(), ..self }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        Self { layers: self.layers.into_iter().map(|layer| layer.packed(precision)).collect(), ..self }
    }
}
