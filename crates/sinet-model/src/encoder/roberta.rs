//! RoBERTa and XLM-R, as
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/roberta/modeling_roberta.py> computes
//! them: BERT, whose positions are counted from the index after that of padding.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::embeddings::EmbeddingsConfig;
use super::transformer::TransformerLayerConfig;
use super::{Activation, Bert, Sizes};

/// Sizes of a RoBERTa or an XLM-R, by Hugging Face's names and with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RobertaConfig {
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
    /// Rows of the position table; the longest input is `pad_token_id` + 1 shorter.
    pub max_position_embeddings: usize,
    /// Number of segments.
    pub type_vocab_size: usize,
    /// ε of every layer normalisation.
    pub layer_norm_eps: f64,
    /// Dropout on the embeddings and on both blocks' outputs, in training.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights, in training.
    pub attention_probs_dropout_prob: f64,
    /// The id of the padding token, whose position all padding has.
    pub pad_token_id: usize,
}

impl Default for RobertaConfig {
    fn default() -> Self {
        Self {
            vocab_size: 50_265,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: Activation::Gelu,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            pad_token_id: 1,
        }
    }
}

impl RobertaConfig {
    /// A RoBERTa with random weights.
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
            first_position: self.first_position(),
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
            max_pieces: self.max_position_embeddings.saturating_sub(self.first_position()),
            others: vec![self.max_position_embeddings, self.type_vocab_size],
        }
    }

    fn first_position(&self) -> usize {
        self.pad_token_id.saturating_add(1)
    }
}
