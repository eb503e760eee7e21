//! The edits of a person, and taking them back.

use std::sync::Arc;

use sinet_formats::{LabelledEntity, Provenance};
use sinet_text::WordRange;

use super::{Correction, Entity, EntityId, Link, OpenDocument, Pairing, Relation, RelationId, Selection};

/// One thing that a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Some words become an entity. If the model has found an entity of exactly these words, it takes this type.
    AddEntity {
        /// Its type.
        kind: String,
        /// Its words.
        words: WordRange,
    },
    /// An entity goes, and with it its relations.
    RemoveEntity(EntityId),
    /// An entity takes another type.
    RetypeEntity {
        /// Which.
        id: EntityId,
        /// Its new type.
        kind: String,
    },
    /// An entity takes other words, and keeps its relations.
    MoveEntity {
        /// Which.
        id: EntityId,
        /// Its new words.
        words: WordRange,
    },
    /// An entity of the model is right as it is.
    AcceptEntity(EntityId),
    /// Two entities get a relation. If the model has found it, it is right as it is.
    AddRelation {
        /// Its type.
        kind: String,
        /// The entity that it goes out from.
        head: EntityId,
        /// The entity that it goes to.
        tail: EntityId,
    },
    /// A relation goes.
    RemoveRelation(RelationId),
    /// A relation takes another type.
    RetypeRelation {
        /// Which.
        id: RelationId,
        /// Its new type.
        kind: String,
    },
    /// Head and tail change places.
    ReverseRelation(RelationId),
    /// A relation of the model is right as it is.
    AcceptRelation(RelationId),
}

/// Why an edit cannot be made. The document is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The label has gone.
    #[error("That label is not there any more.")]
    Gone,
    /// There are no such words.
    #[error("An entity needs at least one word.")]
    NoWords,
    /// The same label is there already.
    #[error("That label is there already.")]
    There,
    /// Head and tail are the same.
    #[error("A relation needs two different entities.")]
    OneEnd,
}

/// The edits that were made and those that were taken back; not the readings meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    pub(super) done: Vec<Step>,
    pub(super) undone: Vec<Step>,
    /// The document as it was before corrections went with their text, oldest first; none from before the last edit.
    pub(super) aside: Vec<Arc<OpenDocument>>,
}

/// One edit, as corrections before and after.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) change: Change,
    /// The selection after it, for going back to.
    selection: Selection,
}

/// Every edit changes one correction: relations without both ends are not shown, so nothing else need go.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Entity(EntityId, [Option<Correction<LabelledEntity>>; 2]),
    Relation(RelationId, [Option<Correction<Link>>; 2]),
}

impl OpenDocument {
    /// Makes an edit, and says what should be selected after it.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it makes no sense here.
    pub fn apply(&mut self, edit: Edit) -> Result<Selection, Refusal> {
        let labels = self.labels();
        let entity = |id: EntityId| labels.entity(id).ok_or(Refusal::Gone);
        let relation = |id: RelationId| labels.relation(id).ok_or(Refusal::Gone);
        match edit {
            Edit::AddEntity { kind, words } => {
                let span = self.span_of(words).ok_or(Refusal::NoWords)?;
                let twins = || labels.entities.iter().filter(|twin| twin.span == span);
                if twins().any(|twin| twin.kind == kind && twin.provenance == Provenance::Person) {
                    return Err(Refusal::There);
                }
                let found = twins().find(|twin| twin.provenance == Provenance::Model).map(|twin| twin.id);
                let removed = || {
                    let known = self.entities.known.iter().filter(|(_, known)| **known == span);
                    known.map(|(&id, _)| id).find(|&id| self.entities.get(id).is_none())
                };
                let id = found.or_else(removed).unwrap_or(EntityId(self.next_id));
                self.next_id += u32::from(id.0 == self.next_id);
                let now = LabelledEntity { kind, span, score: None, provenance: Provenance::Person };
                Ok(self.change_entity(id, Some(now)))
            }
            Edit::RemoveEntity(id) => {
                entity(id)?;
                self.change_entity(id, None);
                Ok(Selection::None)
            }
            Edit::RetypeEntity { id, kind } => {
                let Entity { span, .. } = *entity(id)?;
                let now = LabelledEntity { kind, span, score: None, provenance: Provenance::Person };
                self.replace_entity(id, now)
            }
            Edit::MoveEntity { id, words } => {
                let kind = entity(id)?.kind.clone();
                let span = self.span_of(words).ok_or(Refusal::NoWords)?;
                self.replace_entity(id, LabelledEntity { kind, span, score: None, provenance: Provenance::Person })
            }
            Edit::AcceptEntity(id) => {
                let Entity { kind, span, .. } = entity(id)?.clone();
                self.replace_entity(id, LabelledEntity { kind, span, score: None, provenance: Provenance::Person })
            }
            Edit::AddRelation { kind, head, tail } => {
                entity(head)?;
                entity(tail)?;
                let pairing = Pairing { head, tail, kind };
                let known = self.relations.known.iter().find(|(_, known)| **known == pairing).map(|(&id, _)| id);
                let free =
                    known.filter(|&id| self.relations.get(id).is_none_or(|link| link.provenance == Provenance::Model));
                let id = free.unwrap_or(RelationId(self.next_id));
                let selection = self.replace_relation(id, pairing)?;
                self.next_id += u32::from(id.0 == self.next_id);
                Ok(selection)
            }
            Edit::RemoveRelation(id) => {
                relation(id)?;
                self.change_relation(id, None);
                Ok(Selection::None)
            }
            Edit::RetypeRelation { id, kind } => {
                let Relation { head, tail, .. } = *relation(id)?;
                self.replace_relation(id, Pairing { head, tail, kind })
            }
            Edit::ReverseRelation(id) => {
                let Relation { head, tail, kind, .. } = relation(id)?.clone();
                self.replace_relation(id, Pairing { head: tail, tail: head, kind })
            }
            Edit::AcceptRelation(id) => {
                let Relation { head, tail, kind, .. } = relation(id)?.clone();
                self.replace_relation(id, Pairing { head, tail, kind })
            }
        }
    }

    /// Whether there is an edit to take back.
    pub fn can_undo(&self) -> bool {
        !self.history.done.is_empty()
    }

    /// Whether there is an edit to make again.
    pub fn can_redo(&self) -> bool {
        !self.history.undone.is_empty()
    }

    /// Takes the last edit back, and says what it was about. `None` if there is none.
    pub fn undo(&mut self) -> Option<Selection> {
        let step = self.history.done.pop()?;
        self.set(&step.change, 0);
        let selection = step.selection;
        self.history.undone.push(step);
        Some(selection)
    }

    /// Makes the edit again that was taken back last. `None` if there is none.
    pub fn redo(&mut self) -> Option<Selection> {
        let step = self.history.undone.pop()?;
        self.set(&step.change, 1);
        let selection = step.selection;
        self.history.done.push(step);
        Some(selection)
    }

    fn replace_entity(&mut self, id: EntityId, now: LabelledEntity) -> Result<Selection, Refusal> {
        let same = |other: &LabelledEntity| other.span == now.span && other.kind == now.kind;
        let there = self.entities.iter().any(|(_, other)| other.provenance == Provenance::Person && same(other));
        if there { Err(Refusal::There) } else { Ok(self.change_entity(id, Some(now))) }
    }

    fn replace_relation(&mut self, id: RelationId, now: Pairing) -> Result<Selection, Refusal> {
        if now.head == now.tail {
            return Err(Refusal::OneEnd);
        }
        if self.relations.iter().any(|(_, other)| other.provenance == Provenance::Person && other.pairing() == now) {
            return Err(Refusal::There);
        }
        let Pairing { head, tail, kind } = now;
        Ok(self.change_relation(id, Some(Link { kind, head, tail, score: None, provenance: Provenance::Person })))
    }

    fn change_entity(&mut self, id: EntityId, now: Option<LabelledEntity>) -> Selection {
        let change = [self.entities.corrections.get(&id).cloned(), self.entities.correct(id, now)];
        self.make(Change::Entity(id, change), Selection::Entity(id))
    }

    fn change_relation(&mut self, id: RelationId, now: Option<Link>) -> Selection {
        let change = [self.relations.corrections.get(&id).cloned(), self.relations.correct(id, now)];
        self.make(Change::Relation(id, change), Selection::Relation(id))
    }

    fn make(&mut self, change: Change, selection: Selection) -> Selection {
        self.set(&change, 1);
        self.history.undone.clear();
        self.history.done.push(Step { change, selection });
        selection
    }

    fn set(&mut self, change: &Change, side: usize) {
        self.history.aside.clear();
        match change {
            Change::Entity(id, sides) => match &sides[side] {
                Some(correction) => _ = self.entities.corrections.insert(*id, correction.clone()),
                None => _ = self.entities.corrections.remove(id),
            },
            Change::Relation(id, sides) => match &sides[side] {
                Some(correction) => _ = self.relations.corrections.insert(*id, correction.clone()),
                None => _ = self.relations.corrections.remove(id),
            },
        }
    }
}
