//! A third document from two.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::WordRange;

use super::comparison::{Comparison, End, Side};
use super::disagreement::Part;

/// The documents of two people, decided disagreement by disagreement. What both agree on is in the third document from the start;
/// what is not decided is not in it, nor is a relation without both its ends.
#[derive(Debug, Clone)]
pub struct Adjudication {
    comparisons: Vec<Comparison>,
    decisions: BTreeMap<Place, Decision>,
    /// What was decided, the last at the end.
    history: Vec<(Place, Decision)>,
}

/// Names a disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The comparison.
    pub document: usize,
    /// The place in [`Comparison::disagreements`].
    pub disagreement: usize,
}

/// What a person decides about a disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// As the first has it, who may have nothing.
    First,
    /// As the second has it, who may have nothing.
    Second,
    /// As both have it: two labels if each has one.
    Both,
    /// Nothing.
    Neither,
    /// Another entity.
    Entity {
        /// Its type.
        kind: String,
        /// Its words, of those that both share.
        words: WordRange,
    },
    /// Another relation between the same entities.
    Relation {
        /// Its type.
        kind: String,
        /// Whether it goes against the direction of the first person's, or of the second's if the first has none.
        reversed: bool,
    },
}

/// Why something cannot be decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotDecidable {
    /// There is no such disagreement.
    #[error("There is no such difference.")]
    Gone,
    /// An entity for a relation, or the other way round.
    #[error("An entity can only take the place of an entity, and a relation that of a relation.")]
    OtherSort,
    /// There are no such words.
    #[error("An entity needs at least one word.")]
    NoWords,
}

impl Adjudication {
    /// Nothing decided yet.
    pub fn new(comparisons: Vec<Comparison>) -> Self {
        Self { comparisons, decisions: BTreeMap::new(), history: Vec::new() }
    }

    /// The documents.
    pub fn comparisons(&self) -> &[Comparison] {
        &self.comparisons
    }

    /// Every disagreement, document by document in the order of the text.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.comparisons.iter().enumerate().flat_map(|(document, comparison)| {
            (0..comparison.disagreements().len()).map(move |disagreement| Place { document, disagreement })
        })
    }

    /// The decision on a disagreement, if there is one yet.
    pub fn decision(&self, place: Place) -> Option<&Decision> {
        self.decisions.get(&place)
    }

    /// Number of disagreements that are decided.
    pub fn decided(&self) -> usize {
        self.decisions.len()
    }

    /// Decides a disagreement, or decides it anew.
    ///
    /// # Errors
    ///
    /// [`NotDecidable`] if it makes no sense there; everything is as it was.
    pub fn decide(&mut self, place: Place, decision: Decision) -> Result<(), NotDecidable> {
        let comparison = self.comparisons.get(place.document).ok_or(NotDecidable::Gone)?;
        let disagreement = comparison.disagreements().get(place.disagreement).ok_or(NotDecidable::Gone)?;
        match &decision {
            Decision::Entity { .. } if disagreement.is_relation() => return Err(NotDecidable::OtherSort),
            Decision::Relation { .. } if !disagreement.is_relation() => return Err(NotDecidable::OtherSort),
            Decision::Entity { words, .. } if comparison.span_of(*words).is_none() => {
                return Err(NotDecidable::NoWords);
            }
            _ => {}
        }
        self.decisions.insert(place, decision.clone());
        self.history.push((place, decision));
        Ok(())
    }

    /// What was decided and not taken back, in its order. A place comes twice if it was decided anew.
    pub fn history(&self) -> &[(Place, Decision)] {
        &self.history
    }

    /// Takes the last decision back, and says about what. `None` if there is none.
    pub fn undo(&mut self) -> Option<Place> {
        let (place, _) = self.history.pop()?;
        match self.history.iter().rfind(|(earlier, _)| *earlier == place) {
            Some((_, before)) => _ = self.decisions.insert(place, before.clone()),
            None => _ = self.decisions.remove(&place),
        }
        Some(place)
    }

    /// The third documents, one for each comparison, as far as they are decided.
    pub fn documents(&self) -> Vec<LabelledDocument> {
        (0..self.comparisons.len()).map(|document| self.document(document)).collect()
    }

    /// The third document of one comparison. Its labels are a person's; its entities are in order.
    ///
    /// # Panics
    ///
    /// If there is no such comparison.
    pub fn document(&self, document: usize) -> LabelledDocument {
        let comparison = &self.comparisons[document];
        let mut decisions: BTreeMap<Part, Option<&Decision>> = BTreeMap::new();
        for (disagreement, found) in comparison.disagreements().iter().enumerate() {
            decisions.insert(found.part, self.decisions.get(&Place { document, disagreement }));
        }
        // For each spot the entities of the third document that stand for those of the two people.
        let spots: Vec<[Option<End>; 2]> = (0..comparison.spots.len())
            .map(|spot| {
                let [first, second] = Side::ALL.map(|side| {
                    comparison.spots[spot][side as usize].map(|it| comparison.entities[side as usize][it].clone())
                });
                match decisions.get(&Part::Entity(spot)) {
                    None | Some(Some(Decision::Both)) => [first, second],
                    Some(Some(Decision::First)) => [first.clone(), first],
                    Some(Some(Decision::Second)) => [second.clone(), second],
                    Some(Some(Decision::Entity { kind, words })) => {
                        let own = comparison.span_of(*words).map(|span| End { span, kind: kind.clone() });
                        [own.clone(), own]
                    }
                    Some(None | Some(Decision::Neither | Decision::Relation { .. })) => [None, None],
                }
            })
            .collect();
        let ends: BTreeSet<&End> = spots.iter().flatten().flatten().collect();
        let ends: Vec<&End> = ends.into_iter().collect();
        let mut relations = BTreeSet::new();
        for (bond, links) in comparison.bonds.iter().enumerate() {
            let decision = decisions.get(&Part::Relation(bond));
            for side in Side::ALL {
                let Some(link) = links[side as usize].map(|link| &comparison.relations[side as usize][link]) else {
                    continue;
                };
                let (kind, is_reversed) = match (decision, side) {
                    (None | Some(Some(Decision::Both)), _)
                    | (Some(Some(Decision::First)), Side::First)
                    | (Some(Some(Decision::Second)), Side::Second) => (&link.kind, false),
                    (Some(Some(Decision::Relation { kind, reversed })), side)
                        if side == Side::First || links[0].is_none() =>
                    {
                        (kind, *reversed)
                    }
                    _ => continue,
                };
                let [head, tail] = link.ends.map(|end| comparison.spot_of[side as usize][end]);
                let end = |spot: usize| {
                    let end = spots[spot][side as usize].as_ref()?;
                    ends.binary_search(&end).ok()
                };
                let (Some(from), Some(to)) = (end(head), end(tail)) else { continue };
                let (from, to) = if is_reversed { (to, from) } else { (from, to) };
                let is_there = link.symmetric && *kind == link.kind && relations.contains(&(to, from, kind));
                // Two entities may have become one.
                if !is_there && (from != to || head == tail) {
                    relations.insert((from, to, kind));
                }
            }
        }
        LabelledDocument {
            entities: (ends.iter())
                .map(|end| LabelledEntity {
                    kind: end.kind.clone(),
                    span: end.span,
                    score: None,
                    provenance: Provenance::Person,
                })
                .collect(),
            relations: (relations.into_iter())
                .map(|(head, tail, kind)| LabelledRelation {
                    kind: kind.clone(),
                    head,
                    tail,
                    score: None,
                    provenance: Provenance::Person,
                })
                .collect(),
            ..comparison.bare.clone()
        }
    }
}
