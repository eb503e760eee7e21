//! The agreement of two people who have labelled the same documents, and a third document from both.
//!
//! [`pair`] finds the documents of two files that have the same text. A [`Comparison`] cuts the text of a pair into words and
//! puts its labels side by side: those of both, and a [`Disagreement`] for each of the others. [`Agreement`] has the measures,
//! [`Adjudication`] makes a third document by a [`Decision`] on each disagreement.
//!
//! All labels of a document count, whoever made them.

mod adjudication;
mod comparison;
mod disagreement;
mod kappa;
mod matches;
mod paired;

use std::collections::{BTreeMap, BTreeSet};

pub use adjudication::{Adjudication, Decision, NotDecidable, Place};
pub use comparison::{Comparison, End, Side};
pub use disagreement::{Disagreement, Kind, Label};
pub use kappa::Kappa;
pub use matches::Matches;
pub use paired::{Alone, Paired, pair};

use comparison::RelationKey;

/// How far two people agree, over any number of documents. All documents are counted together: a long one counts for more.
///
/// Each document is a set of labels: one that is given twice counts once. Entities are the same by place and type, or by place
/// alone; relations by type and the places of both ends, strictly with the types of both ends too. A relation without
/// direction is the same whichever end comes first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agreement {
    /// Each word's label, corrected for chance.
    pub words: Kappa,
    /// Entities by place and type, of each type.
    pub entities: BTreeMap<String, Matches>,
    /// Entities by place.
    pub entity_boundaries: Matches,
    /// Relations by type, both places and both types of entities, of each type.
    pub relations: BTreeMap<String, Matches>,
    /// Relations by type and both places, of each type.
    pub relation_boundaries: BTreeMap<String, Matches>,
}

impl Agreement {
    /// The agreement on some documents.
    pub fn over<'c>(comparisons: impl IntoIterator<Item = &'c Comparison>) -> Self {
        let mut agreement = Self::default();
        for comparison in comparisons {
            agreement.add(comparison);
        }
        agreement
    }

    /// The entities of all types by place and type.
    pub fn all_entities(&self) -> Matches {
        self.entities.values().copied().sum()
    }

    /// The relations of all types, strictly.
    pub fn all_relations(&self) -> Matches {
        self.relations.values().copied().sum()
    }

    /// The relations of all types by type and both places.
    pub fn all_relation_boundaries(&self) -> Matches {
        self.relation_boundaries.values().copied().sum()
    }

    fn add(&mut self, comparison: &Comparison) {
        let [first, second] = Side::ALL.map(|side| comparison.word_labels(side));
        first.into_iter().zip(second).for_each(|(first, second)| self.words.add(first, second));

        let sets = Side::ALL.map(|side| comparison.entity_set(side));
        matches::count(&mut self.entities, &sets, |entity| &entity.kind);
        let places = sets.map(|entities| entities.into_iter().map(|entity| entity.span).collect::<BTreeSet<_>>());
        self.entity_boundaries += Matches::between(&places);

        let sets = Side::ALL.map(|side| comparison.relation_set(side));
        matches::count(&mut self.relations, &sets, |relation| &relation.kind);
        let place = |RelationKey { kind, ends }| (kind, ends.map(|end| end.span));
        let places = sets.map(|relations| relations.into_iter().map(place).collect());
        matches::count(&mut self.relation_boundaries, &places, |(kind, _)| kind);
    }
}

#[cfg(test)]
mod tests;
