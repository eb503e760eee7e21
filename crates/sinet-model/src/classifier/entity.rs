//! The entity classifier (section 3.2, eq. 5 to 7).

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};

use super::{ConcatLinear, width_rows};
use crate::interaction::Spaces;
use crate::mode::Mode;
use crate::packed_rows::indices;
use crate::pooling::{Pooling, pool};
use crate::span::Span;

/// Sizes and variants of an [`EntityClassifier`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntityClassifierConfig {
    pub hidden_size: usize,
    pub width_embedding: usize,
    pub entity_types: usize,
    pub span_pooling: Pooling,
    pub dropout: f64,
}

/// The type of a span, or "none".
///
/// ```text
/// s^e = maxpool( h^e of the span's pieces )           (5)
/// e   = [ h'^e_cls; s^e; w_k ]                        (6)
/// y^e = softmax( W_ner e + b^e )                      (7)
/// ```
///
/// The order of e is the authors' code's.
#[derive(Module, Debug)]
pub struct EntityClassifier {
    /// W_ner, `[2d + width size, entity types + 1]`, and b^e; class 0 is "none".
    pub linear: ConcatLinear<3>,
    #[module(skip)]
    span_pooling: Pooling,
}

impl EntityClassifierConfig {
    /// A classifier with random weights.
    pub fn init(&self, device: &Device) -> EntityClassifier {
        let Self { hidden_size: d, width_embedding: w, entity_types, span_pooling, dropout } = *self;
        EntityClassifier { linear: ConcatLinear::init([d, d, w], entity_types + 1, dropout, device), span_pooling }
    }
}

impl EntityClassifier {
    /// The scores of every entity type for each span, before the softmax; column 0 is "none".
    ///
    /// # Shapes
    ///
    /// - widths: `[widths, width size]`
    /// - output: `[spans, entity types + 1]`
    ///
    /// # Panics
    ///
    /// Panics if there is no span, or if one names rows or a sentence that the batch has not.
    // ANCHOR: forward
    pub fn forward(&self, spaces: &Spaces, spans: &[Span], widths: &Embedding, mode: Mode) -> Tensor<2> {
        let device = &spaces.entity.device();
        let rows: Vec<_> = spans.iter().map(|span| span.rows.clone()).collect();
        let sentence = indices(spans.iter().map(|span| span.sentence), device);
        let width = width_rows(widths, spans.iter(), device);

        let s = pool(spaces.entity.clone(), &rows, self.span_pooling, mode); // (5)
        let [cls, s, w] = self.linear.parts([spaces.entity_context.clone(), s, widths.weight.val()], mode);
        let e = [cls.select(0, sentence), s, w.select(0, width)]; // (6)
        self.linear.forward(e, mode) // (7)
    }
    // ANCHOR_END: forward
}
