//! The result of reading a text: entities and relations with scores, in a form that serialises to the JSON
//! which `sinet predict` prints and `sinet.annotate` returns.

mod parts;

use serde::{Deserialize, Serialize};

pub use parts::Part;

/// An annotated text.
///
/// Every `start` and `end` counts Unicode code points of `text` (what Python slices by), end exclusive;
/// [`Annotation::offset_unit`] says so in the JSON too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// The text as it was given.
    pub text: String,
    /// Name of the model that read it.
    pub model: String,
    /// The unit of every `start` and `end`.
    pub offset_unit: OffsetUnit,
    /// The words of the text, in order.
    pub words: Vec<TextRange>,
    /// The inputs of the encoder, one each; together they cover all words.
    pub windows: Vec<Window>,
    /// The entities found, by start, then end.
    pub entities: Vec<Entity>,
    /// The relations found, by head, then tail.
    pub relations: Vec<Relation>,
}

/// The unit in which text positions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetUnit {
    /// UTF-8 bytes (Rust).
    Bytes,
    /// Unicode code points (Python).
    CodePoints,
    /// UTF-16 code units (JavaScript).
    Utf16,
}

/// A stretch of text, in the unit that its container names, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TextRange {
    /// First position.
    pub start: usize,
    /// Position after the last.
    pub end: usize,
}

/// A stretch of words, as indices into [`Annotation::words`], end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WordRange {
    /// First word.
    pub start: usize,
    /// Word after the last.
    pub end: usize,
}

/// A run of words that the encoder read as one input: a sentence, or a part of one that was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its place in the text.
    #[serde(flatten)]
    pub range: TextRange,
    /// The words it holds.
    pub words: WordRange,
    /// Number of word pieces the encoder saw, `[CLS]` and `[SEP]` included.
    pub pieces: usize,
    /// Number of word pieces that did not fit the encoder, all of one word that is longer than its input. Above 0 the end
    /// of that word was not read.
    #[serde(default)]
    pub dropped_pieces: usize,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Type name from the model's schema.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its place in the text.
    #[serde(flatten)]
    pub range: TextRange,
    /// The words it spans.
    pub words: WordRange,
    /// The text it covers.
    pub text: String,
    /// Softmax probability of its type, 0 to 1.
    pub score: f32,
}

/// A directed, labelled pair of entities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relation {
    /// Type name from the model's schema.
    #[serde(rename = "type")]
    pub kind: String,
    /// Index of the head in [`Annotation::entities`].
    pub head: usize,
    /// Index of the tail in [`Annotation::entities`].
    pub tail: usize,
    /// Sigmoid probability of its type, 0 to 1.
    pub score: f32,
}

/// The network's attention while it read one window.
///
/// Each map is one row per attention head. A row holds one weight for each word of the window (a word's
/// pieces summed), then the weight of `[SEP]`, then the weight of the own `[CLS]`: it sums to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowAttention {
    /// Index into [`Annotation::windows`].
    pub window: usize,
    /// CTAM, entity `[CLS]` over the relation space (A^e of the paper). Empty where this direction is off.
    pub entity_over_relation: Vec<Vec<f32>>,
    /// CTAM, relation `[CLS]` over the entity space (A^r). Empty where this direction is off.
    pub relation_over_entity: Vec<Vec<f32>>,
    /// The encoder's own last layer, from its `[CLS]` (its weights on `[SEP]` and on itself come last, as above).
    pub encoder_cls: Vec<Vec<f32>>,
}
