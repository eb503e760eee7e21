//! Why certain words are, or are not, an entity, and why two entities are, or are not, related.

use serde::{Deserialize, Serialize};

use crate::annotation::WordRange;

/// A question about a text that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Are these words an entity?
    Span {
        /// Any words of the text.
        words: WordRange,
    },
    /// Are these two related?
    Pair {
        /// The words of the relation's head.
        head: WordRange,
        /// The words of its tail.
        tail: WordRange,
        /// The entities among which relations are looked for.
        entities: Vec<WordRange>,
    },
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// About words.
    Span(SpanExplanation),
    /// About two spans.
    Pair(PairExplanation),
}

/// The model's judgement of some words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpanExplanation {
    /// The words.
    pub words: WordRange,
    /// The softmax probabilities: of "no entity", then of each type in the schema's order. Empty where the model was
    /// not asked because of [`SpanDecision`].
    pub scores: Vec<f32>,
    /// The lowest probability of an entity that is reported.
    pub threshold: f32,
    /// The decision that follows.
    pub decision: SpanDecision,
}

/// Whether some words are reported as an entity, and if not, the rule that drops them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanDecision {
    /// They are reported.
    Reported {
        /// Index of the type in the schema.
        kind: usize,
    },
    /// No type is likelier than "no entity".
    NoEntity,
    /// A type is the likeliest, but below the threshold.
    BelowThreshold {
        /// Index of the type in the schema.
        kind: usize,
    },
    /// They are never considered: wider than an entity may be.
    TooWide {
        /// Words that an entity may have.
        most: usize,
    },
    /// They are never considered: no single input of the encoder holds them.
    Across {
        /// The boundary between.
        boundary: Boundary,
    },
    /// There are no such words.
    Nowhere,
}

/// A boundary between words that the encoder does not read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// The end of a sentence.
    Sentences,
    /// A cut in a sentence that is longer than the encoder's input.
    Windows,
}

/// The model's judgement of two spans, in both directions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairExplanation {
    /// The head of the relations in `forward`.
    pub head: WordRange,
    /// Their tail.
    pub tail: WordRange,
    /// The lowest probability of a relation that is reported.
    pub threshold: f32,
    /// Why nothing at all is reported between the two, whatever the scores.
    pub barrier: Option<PairBarrier>,
    /// From head to tail, for each type in the schema's order. Empty where one input of the encoder does not hold both.
    pub forward: Vec<RelationScore>,
    /// From tail to head, likewise.
    pub backward: Vec<RelationScore>,
}

/// One relation type between two spans, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RelationScore {
    /// The sigmoid probability in this direction.
    pub score: f32,
    /// The decision that follows.
    pub decision: RelationDecision,
}

/// Whether a relation is reported in one direction, and if not, the rule that drops it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationDecision {
    /// It is reported.
    Reported {
        /// With this probability. A type without direction has the better one of its two directions, which may be the
        /// other's.
        score: f32,
    },
    /// It is reported, but the other way round: a type without direction counts once, from what starts first.
    OtherWayRound,
    /// Its probability is below the threshold; for a type without direction, those of both directions are.
    BelowThreshold,
    /// A [`PairBarrier`] stands before it.
    Barred,
}

/// Why two spans can have no relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairBarrier {
    /// One of them has no words, or leaves the text.
    Nowhere,
    /// One of them lies across a boundary, or the two lie on different sides of one.
    Apart {
        /// The boundary between.
        boundary: Boundary,
    },
    /// They are the same span, and only one entity has it.
    Same,
    /// The head is no entity.
    HeadIsNoEntity,
    /// The tail is no entity.
    TailIsNoEntity,
    /// Neither is an entity.
    NeitherIsEntity,
}

impl SpanExplanation {
    /// Whether the words are reported as an entity.
    pub fn is_reported(&self) -> bool {
        matches!(self.decision, SpanDecision::Reported { .. })
    }
}

impl RelationScore {
    /// Whether the relation is reported in this direction.
    pub fn is_reported(&self) -> bool {
        matches!(self.decision, RelationDecision::Reported { .. })
    }
}
