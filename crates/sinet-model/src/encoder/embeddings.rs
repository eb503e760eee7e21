//! The input of an encoder's first layer.

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};

use crate::layers::{Dropout, LayerNorm, embedding};
use crate::mode::Mode;
use crate::packed_rows::{PackedRows, indices};

/// Word, position and type embeddings, as far as an encoder has them, summed and normalised.
#[derive(Module, Debug)]
pub struct Embeddings {
    /// One row a word piece, `[vocabulary, d]`.
    pub word_embeddings: Embedding,
    /// One row a position, `[positions, d]`; none where only the attention knows positions.
    pub position_embeddings: Option<Embedding>,
    /// One row a segment; only the first is used here, `[types, d]`.
    pub token_type_embeddings: Option<Embedding>,
    /// Over the sum.
    pub layer_norm: LayerNorm,
    /// On the result.
    pub dropout: Dropout,
    pub(super) first_position: usize,
}

/// Sizes of [`Embeddings`].
#[derive(Debug, Clone, Copy)]
pub(super) struct EmbeddingsConfig {
    pub words: usize,
    /// 0 for none.
    pub positions: usize,
    /// The position of a sentence's first piece: RoBERTa begins after the index that stands for padding.
    pub first_position: usize,
    /// 0 for none.
    pub types: usize,
    pub size: usize,
    pub layer_norm_eps: f64,
    pub dropout: f64,
}

impl EmbeddingsConfig {
    /// Embeddings with random weights.
    pub fn init(&self, device: &Device) -> Embeddings {
        let table = |rows: usize| (rows > 0).then(|| embedding(rows, self.size, device));
        Embeddings {
            word_embeddings: embedding(self.words, self.size, device),
            position_embeddings: table(self.positions),
            token_type_embeddings: table(self.types),
            layer_norm: LayerNorm::init(self.size, self.layer_norm_eps, device),
            dropout: Dropout::new(self.dropout),
            first_position: self.first_position,
        }
    }
}

impl Embeddings {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let device = words.device();
        let mut sum = words;
        if let Some(types) = &self.token_type_embeddings {
            sum = sum + types.weight.val().slice(0..1);
        }
        if let Some(table) = &self.position_embeddings {
            let positions = rows.positions().map(|position| self.first_position + position);
            sum = sum + table.weight.val().select(0, indices(positions, &device));
        }
        self.dropout.forward(self.layer_norm.forward(sum), mode)
    }
}
