//! The findings of a model, taken into a document that a person may have corrected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sinet_formats::{LabelledDocument, LabelledEntity, Provenance};
use sinet_text::ByteSpan;

use super::history::Change;
use super::shift::Shift;
use super::{Correction, EntityId, Layer, Link, OpenDocument, Pairing, RelationId};

/// A relation that a model has found between entities of the document.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRelation {
    /// Its type.
    pub kind: String,
    /// The entity that it goes out from.
    pub head: EntityId,
    /// The entity that it goes to.
    pub tail: EntityId,
    /// Its probability.
    pub score: Option<f32>,
}

/// How many of a person's labels have gone because their text has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// Entities.
    pub entities: usize,
    /// Relations.
    pub relations: usize,
}

impl Lost {
    /// The lost labels in one sentence, or `None` if none is lost.
    pub fn tell(self) -> Option<String> {
        let count = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("one {one} of yours")),
            count => Some(format!("{count} {many} of yours")),
        };
        let gone = [count(self.entities, "entity", "entities"), count(self.relations, "relation", "relations")];
        let gone = gone.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        (!gone.is_empty()).then(|| format!("Gone with the text that they stood in: {gone}."))
    }
}

impl OpenDocument {
    /// Puts a new reading in the place of the model's layer, whose labels all count as the model's.
    ///
    /// The reading may be of a changed text. A person's labels then move with their text; those whose text is not
    /// there any more go, and so does what of the history is about them. Whatever has moved or gone comes back to its place
    /// if its text does, unless something was corrected meanwhile.
    pub fn take_reading(&mut self, reading: LabelledDocument) -> Lost {
        let LabelledDocument { id: _, text, words, sentences, entities, relations } = reading;
        let lost = if text == self.text { Lost::default() } else { self.change_text(&text) };
        self.text = text;
        self.set_words(words, sentences, &[]);

        let before = std::mem::take(&mut self.entities.model);
        let mut free: BTreeMap<ByteSpan, EntityId> =
            self.entities.known.iter().map(|(&id, &span)| (span, id)).rev().collect();
        let mut ids = Vec::with_capacity(entities.len());
        for entity in entities {
            let id = free.remove(&entity.span).unwrap_or_else(|| EntityId(self.new_id()));
            self.entities.known.insert(id, entity.span);
            self.entities.model.insert(id, LabelledEntity { provenance: Provenance::Model, ..entity });
            ids.push(id);
        }
        // A relation by a person stays, even if the model does not see it any more.
        for (_, link) in self.relations.iter().filter(|(_, link)| link.provenance == Provenance::Person) {
            for end in [link.head, link.tail] {
                if let (false, Some(entity)) = (self.entities.model.contains_key(&end), before.get(&end)) {
                    self.entities.model.insert(end, entity.clone());
                }
            }
        }
        let found = (relations.into_iter()).filter_map(|relation| {
            let (head, tail) = (*ids.get(relation.head)?, *ids.get(relation.tail)?);
            Some(FoundRelation { kind: relation.kind, head, tail, score: relation.score })
        });
        self.take_relations(found.collect());
        lost
    }

    /// Puts other relations in the place of those that the model has found.
    pub fn take_relations(&mut self, found: Vec<FoundRelation>) {
        self.relations.model.clear();
        let known: BTreeMap<Pairing, RelationId> =
            self.relations.known.iter().map(|(&id, pairing)| (pairing.clone(), id)).collect();
        for FoundRelation { kind, head, tail, score } in found {
            let link = Link { kind, head, tail, score, provenance: Provenance::Model };
            let id = known.get(&link.pairing()).copied().unwrap_or_else(|| RelationId(self.new_id()));
            self.relations.known.insert(id, link.pairing());
            self.relations.model.insert(id, link);
        }
        self.forget_relations();
    }

    /// Forgets relations that neither the model nor a person speaks of any more, nor the history. A model may find others
    /// at every threshold, and what is known is kept with the document.
    fn forget_relations(&mut self) {
        let changes = self.history.steps().flat_map(|step| &step.changes);
        let in_history: BTreeSet<RelationId> = changes
            .filter_map(|change| match change {
                Change::Relation(id, _) => Some(*id),
                Change::Entity(..) => None,
            })
            .collect();
        let Layer { model, corrections, known } = &mut self.relations;
        known.retain(|id, _| model.contains_key(id) || corrections.contains_key(id) || in_history.contains(id));
    }

    /// Goes on with another text: as it was left, or with what of the labels still has its text. The document before is set
    /// aside, unless the corrections stand as they stood and nothing is lost by going on from them.
    fn change_text(&mut self, text: &str) -> Lost {
        if let Some(before) = self.history.aside.iter().find(|before| before.text == text) {
            // The types are those of now.
            *self = Self { tagset: self.tagset.take(), ..Self::clone(before) };
            return Lost::default();
        }
        let before = self.is_corrected().then(|| Arc::new(self.clone()));
        let lost = self.move_to(text);
        if let Some(before) = before.filter(|before| !self.has_corrections_of(before)) {
            let newest = self.history.aside.len().saturating_sub(ASIDE - 1);
            self.history.aside.drain(..newest);
            self.history.aside.push(before);
        }
        lost
    }

    /// Whether this document has the corrections of another one, each in its place.
    fn has_corrections_of(&self, other: &Self) -> bool {
        self.entities.corrections == other.entities.corrections
            && self.relations.corrections == other.relations.corrections
    }

    /// Moves all labels to where their text stands in another one, and drops those whose text is not there.
    fn move_to(&mut self, text: &str) -> Lost {
        let old = std::mem::take(&mut self.text);
        let shift = Shift::between(&old, text);
        let move_label =
            |label: &LabelledEntity| Some(LabelledEntity { span: shift.find(label.span)?, ..label.clone() });
        // A correction goes with what a person says; what the model had said is only remembered while it is there.
        let move_correction = |correction: &Correction<LabelledEntity>| {
            let was = correction.was.as_ref().and_then(move_label);
            match &correction.now {
                Some(now) => Some(Correction { was, now: Some(move_label(now)?) }),
                None => was.map(|was| Correction { was: Some(was), now: None }),
            }
        };
        let before: BTreeSet<EntityId> = self.entities.iter().map(|(id, _)| id).collect();
        let count = |document: &Self| {
            let entities = document.entities.corrections.values().filter(|own| own.now.is_some()).count();
            let relations = document.relations.corrections.values().filter(|own| own.now.is_some()).count();
            Lost { entities, relations }
        };
        let own = count(self);

        self.entities.model = keep(&self.entities.model, move_label);
        self.entities.known = keep(&self.entities.known, |&span| shift.find(span));
        self.entities.corrections = keep(&self.entities.corrections, move_correction);
        let mut forgotten: BTreeSet<EntityId> = BTreeSet::new();
        for change in self.history.steps_mut().flat_map(|step| &mut step.changes) {
            let Change::Entity(id, sides) = change else { continue };
            for side in sides.iter_mut().filter(|side| side.is_some()) {
                *side = side.as_ref().and_then(move_correction);
                if side.is_none() {
                    forgotten.insert(*id);
                }
            }
        }
        let gone: BTreeSet<EntityId> = before.into_iter().filter(|&id| self.entities.get(id).is_none()).collect();
        self.relations.model.retain(|_, link| !gone.contains(&link.head) && !gone.contains(&link.tail));
        self.relations.known.retain(|_, known| !gone.contains(&known.head) && !gone.contains(&known.tail));
        self.relations.corrections.retain(|_, correction| {
            let link = correction.now.as_ref().or(correction.was.as_ref());
            link.is_some_and(|link| !gone.contains(&link.head) && !gone.contains(&link.tail))
        });
        let about_what_is_left = |change: &Change| match change {
            Change::Entity(id, _) => !forgotten.contains(id),
            Change::Relation(_, sides) => sides.iter().flatten().all(|correction| {
                let links = correction.was.iter().chain(&correction.now);
                links
                    .flat_map(|link| [link.head, link.tail])
                    .all(|end| !gone.contains(&end) && !forgotten.contains(&end))
            }),
        };
        self.history.steps_mut().for_each(|step| step.changes.retain(about_what_is_left));
        self.history.done.retain(|step| !step.changes.is_empty());
        self.history.undone.retain(|step| !step.changes.is_empty());
        let left = count(self);
        Lost { entities: own.entities - left.entities, relations: own.relations - left.relations }
    }
}

/// How many texts whose corrections have moved or gone are remembered.
const ASIDE: usize = 20;

/// The rest of each.
fn keep<I: Ord + Copy, T, U>(all: &BTreeMap<I, T>, mut change: impl FnMut(&T) -> Option<U>) -> BTreeMap<I, U> {
    all.iter().filter_map(|(&id, item)| Some((id, change(item)?))).collect()
}
