//! The types that a model takes for each other.

use std::collections::BTreeSet;

use sinet_text::{Labels, WordRange};

/// Counts of a type that was found in place of another, or of none. Rows are the labels, columns the findings; the last
/// of both is "none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Confusion {
    pub(super) counts: Vec<Vec<usize>>,
}

impl Confusion {
    pub(super) fn new(types: usize) -> Self {
        Self { counts: vec![vec![0; types + 1]; types + 1] }
    }

    /// Entities with the same words are one place.
    pub(super) fn add_entities(&mut self, gold: Labels, found: Labels) {
        let places = |labels: Labels| labels.entities.iter().map(|entity| (entity.words, entity.kind)).collect();
        self.add(places(gold), places(found));
    }

    /// Relations between the same words are one place.
    pub(super) fn add_relations(&mut self, gold: Labels, found: Labels) {
        let places = |labels: Labels| {
            let words = |entity: usize| labels.entities[entity].words;
            let pairs = labels.relations.iter();
            pairs
                .map(|pair| ([words(pair.head), words(pair.tail)], pair.kind))
                .collect::<BTreeSet<([WordRange; 2], usize)>>()
        };
        self.add(places(gold), places(found));
    }

    /// Labels that both have are right. Of the rest at a place, one is taken for the other, in the order of the types; what then
    /// stands alone is taken for none, or none for it.
    fn add<P: Ord + Copy>(&mut self, gold: BTreeSet<(P, usize)>, found: BTreeSet<(P, usize)>) {
        let none = self.counts.len() - 1;
        gold.intersection(&found).for_each(|&(_, kind)| self.counts[kind][kind] += 1);
        let mut wrong: Vec<(P, usize)> = found.difference(&gold).copied().collect();
        for &(place, kind) in gold.difference(&found) {
            let taken_for = wrong.iter().position(|other| other.0 == place).map(|other| wrong.remove(other).1);
            self.counts[kind][taken_for.unwrap_or(none)] += 1;
        }
        wrong.into_iter().for_each(|(_, kind)| self.counts[none][kind] += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_counts_once() {
        let mut confusion = Confusion::new(2);
        let set = |labels: &[(char, usize)]| labels.iter().copied().collect::<BTreeSet<_>>();
        // a: right; b: 0 for 1; c: missed; d: nothing there; e: of two labels one is right.
        let gold = set(&[('a', 0), ('b', 1), ('c', 1), ('e', 0), ('e', 1)]);
        let found = set(&[('a', 0), ('b', 0), ('d', 1), ('e', 1)]);
        confusion.add(gold, found);
        assert_eq!(confusion.counts, [[1, 0, 1], [1, 1, 1], [0, 1, 0]]);
    }
}
