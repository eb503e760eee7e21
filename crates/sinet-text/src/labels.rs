//! Labels of one sentence, with types as indices into a schema.

use crate::annotation::WordRange;

#[cfg(doc)]
use crate::schema::Schema;

/// An entity: a stretch of words with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelledSpan {
    /// Index into [`Schema::entities`].
    pub kind: usize,
    /// Its words, not empty.
    pub words: WordRange,
}

/// A relation: a directed pair of entities with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelledPair {
    /// Index into [`Schema::relations`].
    pub kind: usize,
    /// Index of the head among the sentence's entities.
    pub head: usize,
    /// Index of the tail among the sentence's entities.
    pub tail: usize,
}

/// The labels of a sentence, by a person or a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels<'a> {
    /// The entities.
    pub entities: &'a [LabelledSpan],
    /// The relations, as indices into `entities`.
    pub relations: &'a [LabelledPair],
}
