//! BERT, as <https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/modeling_bert.py>
//! computes it; the pooler is left out, since nothing here reads it.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use super::transformer::TransformerLayerConfig;
use super::{Activation, Embeddings, EncoderOutput, TransformerLayer};
use crate::batch::Batch;
use crate::layers::{Dropout, embedding, layer_norm};

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
        let d = self.hidden_size;
        let layer = TransformerLayerConfig {
            hidden_size: d,
            heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            activation: self.hidden_act,
            layer_norm_eps: self.layer_norm_eps,
            hidden_dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
        };
        Bert {
            embeddings: Embeddings {
                word_embeddings: embedding(self.vocab_size, d, device),
                position_embeddings: embedding(self.max_position_embeddings, d, device),
                token_type_embeddings: embedding(self.type_vocab_size, d, device),
                layer_norm: layer_norm(d, self.layer_norm_eps, device),
                dropout: Dropout::new(self.hidden_dropout_prob),
            },
            layers: (0..self.num_hidden_layers).map(|_| layer.init(device)).collect(),
        }
    }
}

impl Bert {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let embedded = self.embeddings.forward(words, batch);
        self.layers.iter().fold(embedded, |hidden, layer| layer.forward(hidden, batch))
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, batch: &Batch) -> EncoderOutput {
        let embedded = self.embeddings.forward(words, batch);
        let (last, rest) = self.layers.split_last().expect("a BERT has a layer");
        let hidden = rest.iter().fold(embedded, |hidden, layer| layer.forward(hidden, batch));
        last.forward_with_attention(hidden, batch)
    }

    pub(super) fn joined(self) -> Self {
        Self { layers: self.layers.into_iter().map(TransformerLayer::joined).collect(), ..self }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        Self { layers: self.layers.into_iter().map(|layer| layer.packed(precision)).collect(), ..self }
    }
}
