//! The sentence encoder: one of those that people have, by Hugging Face's configuration and tensor names.
//!
//! A file an encoder. They share the parts that are equal in several of them: the `embeddings`, the layer (`transformer`),
//! and all of them the `attention`.

mod albert;
mod attention;
mod bert;
mod deberta;
mod distilbert;
mod electra;
mod embeddings;
mod modernbert;
mod mpnet;
mod roberta;
mod transformer;

pub use albert::{Albert, AlbertConfig};
pub use attention::SelfAttention;
pub use bert::{Bert, BertConfig};
pub use deberta::{Deberta, DebertaConfig, DebertaLayer, PositionTerm};
pub use distilbert::DistilBertConfig;
pub use electra::ElectraConfig;
pub use embeddings::Embeddings;
pub use modernbert::{LayerType, ModernBert, ModernBertConfig, ModernBertLayer, Rope, RopeParameters};
pub use mpnet::{MpNet, MpNetConfig};
pub use roberta::RobertaConfig;
pub use transformer::{Activation, Projection, QueryKeyValue, TransformerLayer};

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use crate::batch::Batch;
use crate::mode::Mode;
use crate::packed_rows::indices;

/// The kind of encoder, and its sizes: the fields of Hugging Face's `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model_type")]
pub enum EncoderConfig {
    /// BERT (Devlin et al., 2019).
    #[serde(rename = "bert")]
    Bert(BertConfig),
    /// ALBERT (Lan et al., 2019): one layer, used again and again.
    #[serde(rename = "albert")]
    Albert(AlbertConfig),
    /// DistilBERT (Sanh et al., 2019).
    #[serde(rename = "distilbert")]
    DistilBert(DistilBertConfig),
    /// ELECTRA (Clark et al., 2020).
    #[serde(rename = "electra")]
    Electra(ElectraConfig),
    /// MPNet (Song et al., 2020).
    #[serde(rename = "mpnet")]
    MpNet(MpNetConfig),
    /// RoBERTa (Liu et al., 2019).
    #[serde(rename = "roberta")]
    Roberta(RobertaConfig),
    /// XLM-R (Conneau et al., 2019): a RoBERTa of a hundred languages.
    #[serde(rename = "xlm-roberta")]
    XlmRoberta(RobertaConfig),
    /// DeBERTa, versions 2 and 3 (He et al., 2021).
    #[serde(rename = "deberta-v2")]
    Deberta(DebertaConfig),
    /// ModernBERT (Warner et al., 2024).
    #[serde(rename = "modernbert")]
    ModernBert(ModernBertConfig),
}

/// The sizes that all encoders have, under one name each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Number of word pieces.
    pub vocabulary: usize,
    /// Size of an embedding.
    pub embedding: usize,
    /// Size d of a hidden state.
    pub hidden: usize,
    /// How many layers an input goes through.
    pub layers: usize,
    /// Number of attention heads a layer.
    pub heads: usize,
    /// Size of the feed-forward block.
    pub feed_forward: usize,
    /// Longest input in word pieces, `[CLS]` and `[SEP]` included.
    pub max_pieces: usize,
    /// Every other size that the memory for an encoder grows with.
    pub others: Vec<usize>,
}

/// A field of a configuration that asks for what does not work here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {reason}")]
pub struct Unsupported {
    /// The field.
    pub field: &'static str,
    /// The condition that it does not meet.
    pub reason: &'static str,
}

impl EncoderConfig {
    /// An encoder with random weights.
    ///
    /// # Panics
    ///
    /// Panics or computes nonsense if [`EncoderConfig::check`] finds an error.
    pub fn init(&self, device: &Device) -> Encoder {
        match self {
            Self::Bert(config) => Encoder::Bert(config.init(device)),
            Self::Albert(config) => Encoder::Albert(config.init(device)),
            Self::DistilBert(config) => Encoder::DistilBert(config.init(device)),
            Self::Electra(config) => Encoder::Electra(config.init(device)),
            Self::MpNet(config) => Encoder::MpNet(config.init(device)),
            Self::Roberta(config) | Self::XlmRoberta(config) => Encoder::Roberta(config.init(device)),
            Self::Deberta(config) => Encoder::Deberta(config.init(device)),
            Self::ModernBert(config) => Encoder::ModernBert(config.init(device)),
        }
    }

    /// Checks that the encoder can be computed: its heads divide its size, and nothing is asked for that does not work here.
    ///
    /// # Errors
    ///
    /// [`Unsupported`], naming the field.
    pub fn check(&self) -> Result<(), Unsupported> {
        let Sizes { hidden, heads, layers, max_pieces, .. } = self.sizes();
        let refused = |field, reason| Some(Unsupported { field, reason });
        let general = || match () {
            () if heads == 0 || !hidden.is_multiple_of(heads) => {
                refused("num_attention_heads", "it must divide hidden_size")
            }
            () if layers == 0 => refused("num_hidden_layers", "an encoder has a layer"),
            () if max_pieces < 3 => refused("max_position_embeddings", "a word needs 3"),
            () => None,
        };
        let own = match self {
            Self::MpNet(config) => config.unsupported(),
            Self::Deberta(config) => config.unsupported(),
            Self::ModernBert(config) => config.unsupported(),
            _ => None,
        };
        own.or_else(general).map_or(Ok(()), Err)
    }

    /// Its sizes.
    pub fn sizes(&self) -> Sizes {
        match self {
            Self::Bert(config) => config.sizes(),
            Self::Albert(config) => config.sizes(),
            Self::DistilBert(config) => config.sizes(),
            Self::Electra(config) => config.sizes(),
            Self::MpNet(config) => config.sizes(),
            Self::Roberta(config) | Self::XlmRoberta(config) => config.sizes(),
            Self::Deberta(config) => config.sizes(),
            Self::ModernBert(config) => config.sizes(),
        }
    }

    /// Size d of a hidden state.
    pub fn hidden_size(&self) -> usize {
        self.sizes().hidden
    }

    /// Longest input in word pieces, `[CLS]` and `[SEP]` included.
    pub fn max_pieces(&self) -> usize {
        self.sizes().max_pieces
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
    /// DistilBERT.
    DistilBert(Bert),
    /// ELECTRA.
    Electra(Bert),
    /// MPNet.
    MpNet(MpNet),
    /// RoBERTa and XLM-R.
    Roberta(Bert),
    /// DeBERTa.
    Deberta(Deberta),
    /// ModernBERT.
    ModernBert(ModernBert),
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
            Self::Bert(bert) | Self::DistilBert(bert) | Self::Electra(bert) | Self::Roberta(bert) => {
                bert.forward(words, rows, mode)
            }
            Self::Albert(albert) => albert.forward(words, rows, mode),
            Self::MpNet(mpnet) => mpnet.forward(words, rows, mode),
            Self::Deberta(deberta) => deberta.forward(words, rows, mode),
            Self::ModernBert(modernbert) => modernbert.forward(words, rows, mode),
        })
    }

    /// The hidden states, and the attention of `[CLS]` in the last layer, in inference.
    pub fn forward_with_attention(&self, batch: &Batch) -> EncoderOutput {
        let (words, rows) = (self.word_embeddings(batch), batch.encoder_rows());
        let EncoderOutput { hidden, cls_attention } = match self {
            Self::Bert(bert) | Self::DistilBert(bert) | Self::Electra(bert) | Self::Roberta(bert) => {
                bert.forward_with_attention(words, rows)
            }
            Self::Albert(albert) => albert.forward_with_attention(words, rows),
            Self::MpNet(mpnet) => mpnet.forward_with_attention(words, rows),
            Self::Deberta(deberta) => deberta.forward_with_attention(words, rows),
            Self::ModernBert(modernbert) => modernbert.forward_with_attention(words, rows),
        };
        EncoderOutput { hidden: batch.own_rows(hidden), cls_attention: batch.own_keys(cls_attention) }
    }

    /// The encoder for inference on any device: queries, keys and values are one product.
    pub fn fused(self) -> Self {
        match self {
            Self::Bert(bert) => Self::Bert(bert.fused()),
            Self::Albert(albert) => Self::Albert(albert.fused()),
            Self::DistilBert(bert) => Self::DistilBert(bert.fused()),
            Self::Electra(bert) => Self::Electra(bert.fused()),
            Self::MpNet(mpnet) => Self::MpNet(mpnet.fused()),
            Self::Roberta(bert) => Self::Roberta(bert.fused()),
            Self::Deberta(deberta) => Self::Deberta(deberta.fused()),
            // It has one product as it is trained.
            Self::ModernBert(modernbert) => Self::ModernBert(modernbert),
        }
    }

    /// The encoder for inference on the host: its matrices are packed, and can no longer be read.
    pub fn packed(self, precision: Precision) -> Self {
        match self {
            Self::Bert(bert) => Self::Bert(bert.packed(precision)),
            Self::Albert(albert) => Self::Albert(albert.packed(precision)),
            Self::DistilBert(bert) => Self::DistilBert(bert.packed(precision)),
            Self::Electra(bert) => Self::Electra(bert.packed(precision)),
            Self::MpNet(mpnet) => Self::MpNet(mpnet.packed(precision)),
            Self::Roberta(bert) => Self::Roberta(bert.packed(precision)),
            Self::Deberta(deberta) => Self::Deberta(deberta.packed(precision)),
            Self::ModernBert(modernbert) => Self::ModernBert(modernbert.packed(precision)),
        }
    }

    /// The word-embedding table, `[vocabulary, embedding size]`.
    pub fn word_table(&self) -> Tensor<2> {
        let embeddings = match self {
            Self::Bert(bert) | Self::DistilBert(bert) | Self::Electra(bert) | Self::Roberta(bert) => &bert.embeddings,
            Self::Albert(albert) => &albert.embeddings,
            Self::MpNet(mpnet) => &mpnet.embeddings,
            Self::Deberta(deberta) => &deberta.embeddings,
            Self::ModernBert(modernbert) => &modernbert.embeddings,
        };
        embeddings.word_embeddings.weight.val()
    }

    /// The encoder with another word-embedding table.
    ///
    /// # Panics
    ///
    /// Panics if the table has another shape.
    pub fn with_word_table(mut self, table: Tensor<2>) -> Self {
        assert_eq!(table.dims(), self.word_table().dims());
        let embeddings = match &mut self {
            Self::Bert(bert) | Self::DistilBert(bert) | Self::Electra(bert) | Self::Roberta(bert) => {
                &mut bert.embeddings
            }
            Self::Albert(albert) => &mut albert.embeddings,
            Self::MpNet(mpnet) => &mut mpnet.embeddings,
            Self::Deberta(deberta) => &mut deberta.embeddings,
            Self::ModernBert(modernbert) => &mut modernbert.embeddings,
        };
        embeddings.word_embeddings.weight = Param::from_tensor(table);
        self
    }
}
