//! The relation classifier (section 3.2, eq. 8 to 10).

use std::collections::BTreeMap;
use std::ops::Range;

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};

use super::{ConcatLinear, width_rows};
use crate::interaction::Spaces;
use crate::mode::Mode;
use crate::packed_rows::indices;
use crate::pooling::{Pooling, pool};
use crate::span::{Pair, Span};

/// Sizes and variants of a [`RelationClassifier`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelationClassifierConfig {
    pub hidden_size: usize,
    pub width_embedding: usize,
    pub relation_types: usize,
    pub span_pooling: Pooling,
    pub context_pooling: Pooling,
    pub dropout: f64,
}

/// The relation types of an ordered pair of spans.
///
/// ```text
/// s^r    = maxpool( h^r of a span's pieces ),  e(s) = [ s^r; w_k ]            (8)
/// r      = [ c(s1, s2); h'^r_cls; e(s1); e(s2) ]                              (9)
/// y^r    = sigmoid( W_re r + b^r )                                            (10)
/// ```
///
/// The local context c(s1, s2) is pooled over the encoder's hidden states strictly between the spans; spans that touch or
/// overlap have none, and c = 0. The order of r is the authors' code's, which also puts both widths at the end.
#[derive(Module, Debug)]
pub struct RelationClassifier {
    /// W_re, `[4d + 2 width size, relation types]`, and b^r.
    pub linear: ConcatLinear<6>,
    #[module(skip)]
    span_pooling: Pooling,
    #[module(skip)]
    context_pooling: Pooling,
}

/// The spans of a batch between which relations are looked for, ready for [`RelationClassifier::forward`]: pooled once,
/// and in inference multiplied once, in however many pairs they are.
#[derive(Debug, Clone)]
pub struct Candidates<'a> {
    spans: &'a [Span],
    /// h, `[rows, d]`
    hidden: Tensor<2>,
    /// h'^r_cls, a row a sentence.
    cls: Tensor<2>,
    /// s^r as head and as tail, a row a span.
    ends: [Tensor<2>; 2],
    /// w_k as head and as tail, a row a span.
    widths: [Tensor<2>; 2],
    mode: Mode,
}

impl RelationClassifierConfig {
    /// A classifier with random weights.
    pub fn init(&self, device: &Device) -> RelationClassifier {
        let Self { hidden_size: d, width_embedding: w, .. } = *self;
        RelationClassifier {
            linear: ConcatLinear::init([d, d, d, d, w, w], self.relation_types, self.dropout, device),
            span_pooling: self.span_pooling,
            context_pooling: self.context_pooling,
        }
    }
}

impl RelationClassifier {
    /// The vectors that pairs take from their sentences and from their spans (eq. 8).
    ///
    /// # Shapes
    ///
    /// - widths: `[widths, width size]`
    ///
    /// # Panics
    ///
    /// Panics if there is no span, or if one names rows that the batch has not.
    pub fn candidates<'a>(&self, spaces: &Spaces, spans: &'a [Span], widths: &Embedding, mode: Mode) -> Candidates<'a> {
        let rows: Vec<_> = spans.iter().map(|span| span.rows.clone()).collect();
        let s = pool(spaces.relation.clone(), &rows, self.span_pooling, mode); // (8)
        let w = widths.weight.val().select(0, width_rows(widths, spans.iter(), &s.device()));
        Candidates {
            spans,
            hidden: spaces.hidden.clone(),
            cls: self.linear.part(1, spaces.relation_context.clone(), mode),
            ends: [2, 3].map(|part| self.linear.part(part, s.clone(), mode)),
            widths: [4, 5].map(|part| self.linear.part(part, w.clone(), mode)),
            mode,
        }
    }

    /// The scores of every relation type for each ordered pair of candidates, before the sigmoid.
    ///
    /// # Shapes
    ///
    /// - output: `[pairs, relation types]`
    ///
    /// # Panics
    ///
    /// Panics if there is no pair, or if a pair joins spans of two sentences.
    // ANCHOR: forward
    pub fn forward(&self, candidates: &Candidates, pairs: &[Pair]) -> Tensor<2> {
        let Candidates { spans, hidden, cls, ends: [head_s, tail_s], widths: [head_w, tail_w], mode } = candidates;
        let device = &hidden.device();
        let between: Vec<_> = pairs.iter().map(|pair| spans[pair.head].between(&spans[pair.tail])).collect();
        let (distinct, of_pair) = distinct(&between);
        let of_pair = indices(of_pair.into_iter(), device);
        let sentence = indices(pairs.iter().map(|pair| spans[pair.head].sentence), device);
        let head = indices(pairs.iter().map(|pair| pair.head), device);
        let tail = indices(pairs.iter().map(|pair| pair.tail), device);
        let pick = |vectors: &Tensor<2>, rows| vectors.clone().select(0, rows);

        let c = self.linear.part(0, pool(hidden.clone(), &distinct, self.context_pooling, *mode), *mode);
        let (c, cls) = (pick(&c, of_pair), pick(cls, sentence));
        let (s1, w1) = (pick(head_s, head.clone()), pick(head_w, head));
        let (s2, w2) = (pick(tail_s, tail.clone()), pick(tail_w, tail));
        let r = [c, cls, s1, s2, w1, w2]; // (9)
        self.linear.forward(r, *mode) // (10)
    }
    // ANCHOR_END: forward
}

/// The distinct ranges, ascending, and for each range its place among them.
fn distinct(ranges: &[Range<usize>]) -> (Vec<Range<usize>>, Vec<usize>) {
    let mut places: BTreeMap<_, _> = ranges.iter().map(|range| ((range.start, range.end), 0)).collect();
    places.values_mut().enumerate().for_each(|(i, place)| *place = i);
    let of_range = ranges.iter().map(|range| places[&(range.start, range.end)]).collect();
    (places.into_keys().map(|(start, end)| start..end).collect(), of_range)
}
