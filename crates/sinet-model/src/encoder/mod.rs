//! The sentence encoder: BERT or ALBERT, by Hugging Face's configuration and tensor names.

mod albert;
mod bert;
mod transformer;

pub use albert::{Albert, AlbertConfig};
pub use bert::{Bert, BertConfig};
pub use transformer::{Activation, Projection, QueryKeyValue, TransformerLayer};

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use crate::batch::Batch;
use crate::layers::{Dropout, LayerNorm, embedding};
use crate::mode::Mode;
use crate::packed_rows::{PackedRows, indices};

/// The kind of encoder, and its sizes: the fields of Hugging Face's `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model_type", rename_all = "lowercase")]
pub enum EncoderConfig {
    /// BERT (Devlin et al., 2019).
    Bert(BertConfig),
    /// ALBERT (Lan et al., 2019): one layer, used again and again.
    Albert(AlbertConfig),
}

impl EncoderConfig {
    /// An encoder with random weights.
    pub fn init(&self, device: &Device) -> Encoder {
        match self {
            Self::Bert(config) => Encoder::Bert(config.init(device)),
            Self::Albert(config) => Encoder::Albert(config.init(device)),
        }
    }

    /// Size d of a hidden state.
    pub fn hidden_size(&self) -> usize {
        match self {
            Self::Bert(config) => config.hidden_size,
            Self::Albert(config) => config.hidden_size,
        }
    }

    /// Number of attention heads a layer.
    pub fn attention_heads(&self) -> usize {
        match self {
            Self::Bert(config) => config.num_attention_heads,
            Self::Albert(config) => config.num_attention_heads,
        }
    }

    /// Longest input in word pieces, `[CLS]` and `[SEP]` included.
    pub fn max_pieces(&self) -> usize {
        match self {
            Self::Bert(config) => config.max_position_embeddings,
            Self::Albert(config) => config.max_position_embeddings,
        }
    }
}

/// The sentence encoder.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one encoder in a network, and its weights lie elsewhere")]
pub enum Encoder {
    /// BERT.
    Bert(Bert),
    /// ALBERT.
    Albert(Albert),
}

/// The encoder's hidden states and attention for a batch.
#[derive(Debug, Clone)]
pub struct EncoderOutput {
    /// The hidden states of the last layer, `[rows, d]`.
    pub hidden: Tensor<2>,
    /// The attention weights of each sentence's `[CLS]` in the last layer, `[sentences, heads, longest]`; each row sums to 1,
    /// or to less where words around the sentence take part.
    pub cls_attention: Tensor<3>,
}

impl Encoder {
    /// The hidden states of the last layer.
    ///
    /// # Shapes
    ///
    /// - output: `[rows, d]`, the rows of `batch`
    pub fn forward(&self, batch: &Batch, mode: Mode) -> Tensor<2> {
        let words = self.word_embeddings(batch);
        self.forward_words(words, batch, mode)
    }

    /// The word embeddings of a batch, `[encoder rows, embedding size]`.
    pub fn word_embeddings(&self, batch: &Batch) -> Tensor<2> {
        let table = self.word_table();
        let ids = indices(batch.encoder_rows().ids().iter().map(|&id| id as usize), &table.device());
        table.select(0, ids)
    }

    /// [`Encoder::forward`] from word embeddings that were looked up before. Training does so: the table is
    /// half of a small encoder's weights, and only the rows of a batch have a gradient.
    ///
    /// # Shapes
    ///
    /// - words: `[encoder rows, embedding size]`, for [`Batch::encoder_rows`]
    /// - output: `[rows, d]`, for [`Batch::rows`]
    pub fn forward_words(&self, words: Tensor<2>, batch: &Batch, mode: Mode) -> Tensor<2> {
        let rows = batch.encoder_rows();
        batch.own_rows(match self {
            Self::Bert(bert) => bert.forward(words, rows, mode),
            Self::Albert(albert) => albert.forward(words, rows, mode),
        })
    }

    /// The hidden states, and the attention of `[CLS]` in the last layer, in inference.
    pub fn forward_with_attention(&self, batch: &Batch) -> EncoderOutput {
        let (words, rows) = (self.word_embeddings(batch), batch.encoder_rows());
        let EncoderOutput { hidden, cls_attention } = match self {
            Self::Bert(bert) => bert.forward_with_attention(words, rows),
            Self::Albert(albert) => albert.forward_with_attention(words, rows),
        };
        EncoderOutput { hidden: batch.own_rows(hidden), cls_attention: batch.own_keys(cls_attention) }
    }

    /// The encoder for inference on any device: queries, keys and values are one product.
    pub fn fused(self) -> Self {
        match self {
            Self::Bert(bert) => Self::Bert(bert.fused()),
            Self::Albert(albert) => Self::Albert(albert.fused()),
        }
    }

    /// The encoder for inference on the host: its matrices are packed, and can no longer be read.
    pub fn packed(self, precision: Precision) -> Self {
        match self {
            Self::Bert(bert) => Self::Bert(bert.packed(precision)),
            Self::Albert(albert) => Self::Albert(albert.packed(precision)),
        }
    }

    /// The word-embedding table, `[vocabulary, embedding size]`.
    pub fn word_table(&self) -> Tensor<2> {
        self.embeddings().word_embeddings.weight.val()
    }

    /// The encoder with another word-embedding table.
    ///
    /// # Panics
    ///
    /// Panics if the table has another shape.
    pub fn with_word_table(mut self, table: Tensor<2>) -> Self {
        assert_eq!(table.dims(), self.word_table().dims());
        let embeddings = match &mut self {
            Self::Bert(bert) => &mut bert.embeddings,
            Self::Albert(albert) => &mut albert.embeddings,
        };
        embeddings.word_embeddings.weight = Param::from_tensor(table);
        self
    }

    fn embeddings(&self) -> &Embeddings {
        match self {
            Self::Bert(bert) => &bert.embeddings,
            Self::Albert(albert) => &albert.embeddings,
        }
    }
}

/// Word, position and type embeddings, summed and normalised: the input of the first layer.
#[derive(Module, Debug)]
pub struct Embeddings {
    /// One row a word piece, `[vocabulary, d]`.
    pub word_embeddings: burn::nn::Embedding,
    /// One row a position, `[positions, d]`.
    pub position_embeddings: burn::nn::Embedding,
    /// One row a segment; only the first is used here, `[types, d]`.
    pub token_type_embeddings: burn::nn::Embedding,
    /// Over the sum.
    pub layer_norm: LayerNorm,
    /// On the result.
    pub dropout: Dropout,
}

/// Sizes of [`Embeddings`].
#[derive(Debug, Clone, Copy)]
struct EmbeddingsConfig {
    words: usize,
    positions: usize,
    types: usize,
    size: usize,
    layer_norm_eps: f64,
    dropout: f64,
}

impl EmbeddingsConfig {
    /// Embeddings with random weights.
    fn init(&self, device: &Device) -> Embeddings {
        Embeddings {
            word_embeddings: embedding(self.words, self.size, device),
            position_embeddings: embedding(self.positions, self.size, device),
            token_type_embeddings: embedding(self.types, self.size, device),
            layer_norm: LayerNorm::init(self.size, self.layer_norm_eps, device),
            dropout: Dropout::new(self.dropout),
        }
    }
}

impl Embeddings {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let positions: Tensor<1, Int> = rows.positions(&words.device());
        let positions = self.position_embeddings.weight.val().select(0, positions);
        let segment = self.token_type_embeddings.weight.val().slice(0..1);
        self.dropout.forward(self.layer_norm.forward(words + segment + positions), mode)
    }
}
