//! One thing on which two people do not agree.

use sinet_text::{ByteSpan, Types};

use super::comparison::{End, Side};

/// A label that only one of two people has, or that both have in another way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Disagreement {
    pub(super) part: Part,
    /// What each says: nothing, or a label of the same sort.
    pub labels: [Option<Label>; 2],
}

/// The part of the comparison that it is about. Entities are before relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Entity(usize),
    Relation(usize),
}

/// A label of one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Label {
    /// An entity.
    Entity(End),
    /// A relation.
    Relation {
        /// Its type.
        kind: String,
        /// Its head and its tail.
        ends: [End; 2],
        /// Whether it has no direction.
        symmetric: bool,
    },
}

/// The sort of a disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only one has it.
    Only(Side),
    /// Both have it, with another type.
    OtherType,
    /// Both have an entity there, with other boundaries, and perhaps another type.
    OtherBoundaries,
    /// Both have the relation, in opposite directions.
    Reversed,
}

impl Disagreement {
    /// Its sort.
    pub fn kind(&self) -> Kind {
        match &self.labels {
            [_, None] => Kind::Only(Side::First),
            [None, _] => Kind::Only(Side::Second),
            [Some(Label::Entity(first)), Some(Label::Entity(second))] if first.span != second.span => {
                Kind::OtherBoundaries
            }
            [Some(Label::Relation { kind: first, .. }), Some(Label::Relation { kind: second, .. })]
                if first == second =>
            {
                Kind::Reversed
            }
            _ => Kind::OtherType,
        }
    }

    /// Whether it is about a relation.
    pub fn is_relation(&self) -> bool {
        matches!(self.part, Part::Relation(_))
    }

    /// The stretch of text from the first to the last byte of all that either label names.
    pub fn span(&self) -> ByteSpan {
        let ends = self.labels.iter().flatten().flat_map(Label::ends);
        let spans = ends.map(|end| end.span);
        spans
            .reduce(|one, other| ByteSpan { start: one.start.min(other.start), end: one.end.max(other.end) })
            .unwrap_or(ByteSpan { start: 0, end: 0 })
    }
}

impl Label {
    /// The entity itself, or both ends of the relation.
    pub fn ends(&self) -> &[End] {
        match self {
            Self::Entity(end) => std::slice::from_ref(end),
            Self::Relation { ends, .. } => ends,
        }
    }

    /// It in a few words, for a text that it fits.
    pub fn tell(&self, text: &str, types: &Types) -> String {
        let covered = |end: &End| end.span.of(text).unwrap_or_default().to_owned();
        match self {
            Self::Entity(end) => format!("{} “{}”", types.entity(&end.kind), covered(end)),
            Self::Relation { kind, ends: [head, tail], symmetric } => {
                let [from, to] = if *symmetric { ["between", "and"] } else { ["from", "to"] };
                format!("{} {from} “{}” {to} “{}”", types.relation(kind), covered(head), covered(tail))
            }
        }
    }
}
