//! BERT, as <https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/modeling_bert.py>
//! computes it; the pooler is left out, since nothing here reads it.
//!
//! DistilBERT, ELECTRA and RoBERTa are made of the same layers: see their modules for the difference.

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
    /// `[embedding, d]`, where an embedding has a size of its own (ELECTRA).
    pub embeddings_project: Option<PackableLinear>,
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
            score_terms: 1,
            drops_attention_output: true,
        };
        let embeddings = EmbeddingsConfig {
            words: self.vocab_size,
            positions: self.max_position_embeddings,
            first_position: 0,
            types: self.type_vocab_size,
            size: self.hidden_size,
            layer_norm_eps: self.layer_norm_eps,
            dropout: self.hidden_dropout_prob,
        };
        Bert::init(embeddings, layer, self.num_hidden_layers, device)
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            embedding: self.hidden_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            feed_forward: self.intermediate_size,
            max_pieces: self.max_position_embeddings,
            others: vec![self.max_position_embeddings, self.type_vocab_size],
        }
    }
}

impl Bert {
    /// One with random weights.
    pub(super) fn init(
        embeddings: EmbeddingsConfig,
        layer: TransformerLayerConfig,
        layers: usize,
        device: &Device,
    ) -> Self {
        let (size, d) = (embeddings.size, layer.hidden_size);
        Self {
            embeddings: embeddings.init(device),
            embeddings_project: (size != d).then(|| PackableLinear::init(size, d, true, device)),
            layers: (0..layers).map(|_| layer.init(device)).collect(),
        }
    }

    /// # Shapes
    ///
    /// - words: `[rows, embedding]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let embedded = self.embed(words, rows, mode);
        self.layers.iter().fold(embedded, |hidden, layer| layer.forward(hidden, Scores::Plain, rows, mode))
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let (last, rest) = self.layers.split_last().expect("a BERT has a layer");
        let step = |hidden, layer: &TransformerLayer| layer.forward(hidden, Scores::Plain, rows, Mode::Inference);
        let hidden = rest.iter().fold(self.embed(words, rows, Mode::Inference), step);
        last.forward_with_attention(hidden, Scores::Plain, rows)
    }

    pub(super) fn fused(self) -> Self {
        Self { layers: self.layers.into_iter().map(TransformerLayer::fused).collect(), ..self }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        Self {
            embeddings_project: self.embeddings_project.map(|linear| linear.packed(precision)),
            layers: self.layers.into_iter().map(|layer| layer.packed(precision)).collect(),
            ..self
        }
    }

    fn embed(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let embedded = self.embeddings.forward(words, rows, mode);
        match &self.embeddings_project {
            Some(linear) => linear.forward(embedded),
            None => embedded,
        }
    }
}
