//! Everything after the encoder: TAP, CTAM, the entity classifier and the relation classifier.

use std::collections::BTreeMap;
use std::ops::Range;

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Int, Tensor};
use sinet_kernels::Precision;

use crate::batch::{Batch, indices};
use crate::config::{Agent, HeadsConfig, Interaction, Pooling};
use crate::ctam::{Ctam, CtamOutput};
use crate::layers::{Dropout, Linear, embedding, linear};
use crate::pooling::pool;
use crate::tap::Tap;

/// Everything after the encoder.
#[derive(Module, Debug)]
pub struct Heads {
    /// Eq. 1; `None` for the variant "Base".
    pub tap: Option<Tap>,
    /// Eq. 2 to 4, a module a layer; empty where neither task looks at the other.
    pub ctam: Vec<Ctam>,
    /// Width embeddings, `[widths, width size]`, by the number of words of a span.
    pub widths: Embedding,
    /// W_ner of eq. 7, `[2d + width size, entity types + 1]`; class 0 is "none".
    pub entity_classifier: Linear,
    /// W_re of eq. 10, `[4d + 2 width size, relation types]`.
    pub relation_classifier: Linear,
    dropout: Dropout,
    #[module(skip)]
    interaction: Interaction,
    #[module(skip)]
    agent: Agent,
    #[module(skip)]
    span_pooling: Pooling,
    #[module(skip)]
    context_pooling: Pooling,
}

/// A candidate span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Index of its sentence in the batch.
    pub sentence: usize,
    /// Its word pieces, as rows of the batch.
    pub rows: Range<usize>,
    /// Its width in words.
    pub words: usize,
}

/// An ordered pair of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Index of the head among the spans.
    pub head: usize,
    /// Index of the tail among the spans.
    pub tail: usize,
}

/// A batch as the two tasks see it.
#[derive(Debug, Clone)]
pub struct Spaces {
    /// The encoder's hidden states, `[rows, d]`.
    pub hidden: Tensor<2>,
    /// h^e, `[rows, d]`.
    pub entity: Tensor<2>,
    /// h^r, `[rows, d]`.
    pub relation: Tensor<2>,
    /// What the entity classifier reads as its `[CLS]`, `[sentences, d]`.
    pub entity_context: Tensor<2>,
    /// What the relation classifier reads as its `[CLS]`, `[sentences, d]`.
    pub relation_context: Tensor<2>,
    /// What CTAM looked at, in its last layer.
    pub attention: Attention,
}

/// Parts of a trained network that can be left out when it reads, to see what they do.
///
/// What the network does not have stays off whatever its switch says. Nothing is trained anew: a network that learned
/// with a part gives other numbers without it than the paper's variant of [`Interaction`], which never had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Eq. 1. Off: h^e = h^r = h, the encoder's hidden states serve both tasks.
    pub tap: bool,
    /// Eq. 2 to 4 from the entity task into the relation space. Off: the update is skipped, h'^e_cls = h^e_cls.
    pub entity_looks: bool,
    /// Eq. 2 to 4 from the relation task into the entity space. Off: h'^r_cls = h^r_cls.
    pub relation_looks: bool,
}

impl Default for Switches {
    /// Everything on: the network as it was trained.
    fn default() -> Self {
        Self { tap: true, entity_looks: true, relation_looks: true }
    }
}

/// The attention of both directions of CTAM; `None` where a direction is off.
///
/// Shapes and keys as in [`CtamOutput::attention`].
#[derive(Debug, Clone)]
pub struct Attention {
    /// A^e: the entity task over the relation space.
    pub entity: Option<Tensor<3>>,
    /// A^r: the relation task over the entity space.
    pub relation: Option<Tensor<3>>,
}

impl HeadsConfig {
    /// Heads with random weights, for an encoder of hidden size `d`.
    ///
    /// # Panics
    ///
    /// Panics if CTAM has no layer, or if its heads do not divide `d`.
    pub fn init(&self, d: usize, device: &Device) -> Heads {
        assert!(self.ctam.layers > 0, "CTAM needs a layer");
        assert!(d.is_multiple_of(self.ctam.heads), "{} CTAM heads do not divide d = {d}", self.ctam.heads);
        let looks = self.interaction.entity_looks() || self.interaction.relation_looks();
        let layers = if looks { self.ctam.layers } else { 0 };
        let w = self.width_embedding;
        Heads {
            tap: self.interaction.has_tap().then(|| Tap::init(d, device)),
            ctam: (0..layers).map(|_| Ctam::init(d, &self.ctam, device)).collect(),
            widths: embedding(self.widths, w, device),
            entity_classifier: linear(2 * d + w, self.entity_types + 1, true, device),
            relation_classifier: linear(4 * d + 2 * w, self.relation_types, true, device),
            dropout: Dropout::new(self.dropout),
            interaction: self.interaction,
            agent: self.ctam.agent,
            span_pooling: self.span_pooling,
            context_pooling: self.context_pooling,
        }
    }
}

impl Heads {
    /// TAP and CTAM: the two spaces, and what each task learns from the other (eq. 1 to 4).
    ///
    /// # Shapes
    ///
    /// - hidden: `[rows, d]`, the rows of `batch`
    pub fn spaces(&self, hidden: Tensor<2>, batch: &Batch) -> Spaces {
        self.spaces_with(hidden, batch, Switches::default())
    }

    /// As [`Heads::spaces`], without the parts that are switched off.
    pub fn spaces_with(&self, hidden: Tensor<2>, batch: &Batch, switches: Switches) -> Spaces {
        let (entity, relation) = match &self.tap {
            Some(tap) if switches.tap => tap.forward(hidden.clone()),
            _ => (hidden.clone(), hidden.clone()),
        };
        let look = |looks: bool, own: &Tensor<2>, other: &Tensor<2>| {
            let agent = self.agent(own.clone(), batch);
            if looks { self.look(agent, other, batch) } else { (agent, None) }
        };
        let (entity_looks, relation_looks) = (
            switches.entity_looks && self.interaction.entity_looks(),
            switches.relation_looks && self.interaction.relation_looks(),
        );
        let (entity_context, attention_e) = look(entity_looks, &entity, &relation);
        let (relation_context, attention_r) = look(relation_looks, &relation, &entity);
        Spaces {
            hidden,
            entity,
            relation,
            entity_context,
            relation_context,
            attention: Attention { entity: attention_e, relation: attention_r },
        }
    }

    /// Scores of every entity type for each span (eq. 5 to 7, before the softmax); column 0 is "none".
    ///
    /// # Shapes
    ///
    /// - output: `[spans, entity types + 1]`
    ///
    /// # Panics
    ///
    /// Panics if there is no span, or if one names rows or a sentence that the batch has not.
    pub fn entity_logits(&self, spaces: &Spaces, spans: &[Span]) -> Tensor<2> {
        let rows: Vec<_> = spans.iter().map(|span| span.rows.clone()).collect();
        let pooled = pool(spaces.entity.clone(), &rows, self.span_pooling);
        let sentences = indices(spans.iter().map(|span| span.sentence), &pooled.device());
        let parts = [
            Part { vectors: spaces.entity_context.clone(), rows: Some(sentences) },
            Part { vectors: pooled, rows: None },
            self.width(spans.iter()),
        ];
        self.classify(&self.entity_classifier, parts)
    }

    /// Scores of every relation type for each ordered pair of spans (eq. 8 to 10, before the sigmoid).
    ///
    /// The local context c(s1, s2) is pooled over the encoder's hidden states strictly between the spans;
    /// spans that touch or overlap have none, and c = 0.
    ///
    /// # Shapes
    ///
    /// - output: `[pairs, relation types]`
    ///
    /// # Panics
    ///
    /// Panics if there is no pair, or if a pair joins spans of two sentences.
    pub fn relation_logits(&self, spaces: &Spaces, spans: &[Span], pairs: &[Pair]) -> Tensor<2> {
        let device = spaces.hidden.device();
        let contexts: Vec<_> = pairs.iter().map(|pair| between(&spans[pair.head], &spans[pair.tail])).collect();
        let (distinct, of_pair) = distinct(&contexts);
        let rows: Vec<_> = spans.iter().map(|span| span.rows.clone()).collect();
        let pooled = pool(spaces.relation.clone(), &rows, self.span_pooling);
        let heads = indices(pairs.iter().map(|pair| pair.head), &device);
        let tails = indices(pairs.iter().map(|pair| pair.tail), &device);
        let sentences = indices(pairs.iter().map(|pair| spans[pair.head].sentence), &device);
        let parts = [
            Part {
                vectors: pool(spaces.hidden.clone(), &distinct, self.context_pooling),
                rows: Some(indices(of_pair.into_iter(), &device)),
            },
            Part { vectors: spaces.relation_context.clone(), rows: Some(sentences) },
            Part { vectors: pooled.clone(), rows: Some(heads) },
            Part { vectors: pooled, rows: Some(tails) },
            self.width(pairs.iter().map(|pair| &spans[pair.head])),
            self.width(pairs.iter().map(|pair| &spans[pair.tail])),
        ];
        self.classify(&self.relation_classifier, parts)
    }

    /// The heads for inference on the host: their matrices are packed, and can no longer be read.
    pub fn packed(self, precision: Precision) -> Self {
        let ctam = self.ctam.into_iter().map(|layer| layer.packed(precision)).collect();
        Self { tap: self.tap.map(|tap| tap.packed(precision)), ctam, ..self }
    }

    /// A linear classifier of inputs whose parts lie side by side.
    ///
    /// W [a; b; …] is W_a a + W_b b + …, so a vector that many inputs share is multiplied once. In training each
    /// input is dropped out by itself, and has to be put together.
    fn classify<const N: usize>(&self, classifier: &Linear, parts: [Part; N]) -> Tensor<2> {
        let weight = classifier.weight.val();
        if weight.device().is_autodiff() {
            let input = Tensor::cat(parts.map(|part| part.pick(|vectors| vectors)).into(), 1);
            return classifier.forward(self.dropout.forward(input));
        }
        let mut first = 0;
        let products = parts.map(|part| {
            let columns = first..first + part.vectors.dims()[1];
            first = columns.end;
            part.pick(|vectors| vectors.matmul(weight.clone().slice(columns)))
        });
        let sum = products.into_iter().reduce(|sum, product| sum + product).expect("an input has parts");
        match &classifier.bias {
            Some(bias) => sum + bias.val().unsqueeze(),
            None => sum,
        }
    }

    /// What stands for each sentence in its own space, `[sentences, d]`.
    fn agent(&self, own: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let words: Vec<_> = (0..batch.sentences()).map(|i| batch.pieces(i).start + 1..batch.pieces(i).end).collect();
        match self.agent {
            Agent::Cls => own.clone().select(0, batch.cls_rows(&own.device())),
            Agent::Max => pool(own, &words, Pooling::Max),
            Agent::Mean => pool(own, &words, Pooling::Mean),
        }
    }

    /// One direction through all CTAM layers, and the last one's attention.
    fn look(&self, agent: Tensor<2>, other: &Tensor<2>, batch: &Batch) -> (Tensor<2>, Option<Tensor<3>>) {
        self.ctam.iter().fold((agent, None), |(agent, _), layer| {
            let CtamOutput { context, attention } = layer.forward(agent, other.clone(), batch);
            (context, Some(attention))
        })
    }

    /// w_k of each span.
    fn width<'a>(&self, spans: impl Iterator<Item = &'a Span>) -> Part {
        let table = self.widths.weight.val();
        let [rows, _] = table.dims();
        let words = indices(spans.map(|span| span.words.min(rows - 1)), &table.device());
        Part { vectors: table, rows: Some(words) }
    }
}

/// A part of the inputs of a classifier.
struct Part {
    /// `[n, size]`
    vectors: Tensor<2>,
    /// Which vector each input has, `[inputs]`; without it, its own.
    rows: Option<Tensor<1, Int>>,
}

impl Part {
    /// Does something with the vectors, and gives one of the results to each input.
    fn pick(self, f: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let vectors = f(self.vectors);
        match self.rows {
            Some(rows) => vectors.select(0, rows),
            None => vectors,
        }
    }
}

/// The distinct ranges, ascending, and for each range its place among them.
fn distinct(ranges: &[Range<usize>]) -> (Vec<Range<usize>>, Vec<usize>) {
    let mut places: BTreeMap<_, _> = ranges.iter().map(|range| ((range.start, range.end), 0)).collect();
    places.values_mut().enumerate().for_each(|(i, place)| *place = i);
    let of_range = ranges.iter().map(|range| places[&(range.start, range.end)]).collect();
    (places.into_keys().map(|(start, end)| start..end).collect(), of_range)
}

/// The rows strictly between two spans; empty where they touch or overlap.
fn between(a: &Span, b: &Span) -> Range<usize> {
    assert_eq!(a.sentence, b.sentence, "a pair lies in one sentence");
    let (first, second) = if a.rows.start <= b.rows.start { (a, b) } else { (b, a) };
    first.rows.end..second.rows.start.max(first.rows.end)
}
