//! The edits of a person.

use sinet_formats::{LabelledEntity, Provenance};
use sinet_text::{ByteSpan, WordRange};

use super::history::Change;
use super::{EntityId, Link, OpenDocument, Pairing, RelationId, Selection};
use crate::tagset::Sort;

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
    /// The types of the set do not allow it.
    #[error("{reason}")]
    NotAllowed {
        /// The reason, in one sentence.
        reason: String,
    },
}

/// A change that is not made yet.
struct Planned {
    change: Change,
    /// The label that it is about.
    about: Selection,
    /// What should be selected after it.
    after: Selection,
}

impl OpenDocument {
    /// Makes an edit, and says what should be selected after it.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it makes no sense here, or the types of the set do not allow it.
    pub fn apply(&mut self, edit: Edit) -> Result<Selection, Refusal> {
        self.apply_all([edit])
    }

    /// Makes some edits in order, as one step of the history, and says what should be selected after the last one.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if one of them makes no sense here or is not allowed. Then none is made.
    pub fn apply_all(&mut self, edits: impl IntoIterator<Item = Edit>) -> Result<Selection, Refusal> {
        let (next_id, aside) = (self.next_id, std::mem::take(&mut self.history.aside));
        let (mut changes, mut about, mut after) = (Vec::new(), Selection::None, Selection::None);
        for edit in edits {
            match self.plan(edit) {
                Ok(planned) => {
                    self.set(&planned.change, 1);
                    changes.push(planned.change);
                    (about, after) = (planned.about, planned.after);
                }
                Err(refusal) => {
                    changes.iter().rev().for_each(|change| self.set(change, 0));
                    (self.next_id, self.history.aside) = (next_id, aside);
                    return Err(refusal);
                }
            }
        }
        if changes.is_empty() {
            self.history.aside = aside;
        } else {
            self.remember(changes, about);
        }
        Ok(after)
    }

    fn plan(&mut self, edit: Edit) -> Result<Planned, Refusal> {
        match edit {
            Edit::AddEntity { kind, words } => {
                let span = self.span_of(words).ok_or(Refusal::NoWords)?;
                if self.entities.own().any(|(_, twin)| twin.span == span && twin.kind == kind) {
                    return Err(Refusal::There);
                }
                let twins: Vec<EntityId> =
                    self.entities.iter().filter(|(_, twin)| twin.span == span).map(|(id, _)| id).collect();
                let by_model = |id: &EntityId| {
                    self.shown_entity(*id).is_some_and(|(_, twin)| twin.provenance == Provenance::Model)
                };
                let found = twins.into_iter().find(by_model);
                let removed = || {
                    let known = self.entities.known.iter().filter(|(_, known)| **known == span);
                    known.map(|(&id, _)| id).find(|&id| self.entities.get(id).is_none())
                };
                let id = found.or_else(removed).unwrap_or(EntityId(self.next_id));
                self.may_become(id, &kind)?;
                self.next_id += u32::from(id.0 == self.next_id);
                Ok(self.plan_entity(id, kind, span))
            }
            Edit::RemoveEntity(id) => {
                self.shown_entity(id).ok_or(Refusal::Gone)?;
                let about = Selection::Entity(id);
                Ok(Planned { change: self.change_entity(id, None), about, after: Selection::None })
            }
            Edit::RetypeEntity { id, kind } => {
                let span = self.shown_entity(id).ok_or(Refusal::Gone)?.1.span;
                self.may_become(id, &kind)?;
                self.replace_entity(id, kind, span)
            }
            Edit::MoveEntity { id, words } => {
                let kind = self.shown_entity(id).ok_or(Refusal::Gone)?.0.to_owned();
                let span = self.span_of(words).ok_or(Refusal::NoWords)?;
                self.replace_entity(id, kind, span)
            }
            Edit::AcceptEntity(id) => {
                let (kind, label) = self.shown_entity(id).ok_or(Refusal::Gone)?;
                let (kind, span) = (kind.to_owned(), label.span);
                self.replace_entity(id, kind, span)
            }
            Edit::AddRelation { kind, head, tail } => {
                self.shown_entity(head).ok_or(Refusal::Gone)?;
                self.shown_entity(tail).ok_or(Refusal::Gone)?;
                let pairing = Pairing { head, tail, kind };
                let known = self.relations.known.iter().find(|(_, known)| **known == pairing).map(|(&id, _)| id);
                let free =
                    known.filter(|&id| self.relations.get(id).is_none_or(|link| link.provenance == Provenance::Model));
                let id = free.unwrap_or(RelationId(self.next_id));
                let planned = self.replace_relation(id, pairing)?;
                self.next_id += u32::from(id.0 == self.next_id);
                Ok(planned)
            }
            Edit::RemoveRelation(id) => {
                self.shown_relation(id).ok_or(Refusal::Gone)?;
                let about = Selection::Relation(id);
                Ok(Planned { change: self.change_relation(id, None), about, after: Selection::None })
            }
            Edit::RetypeRelation { id, kind } => {
                let Pairing { head, tail, .. } = self.shown_relation(id).ok_or(Refusal::Gone)?;
                self.replace_relation(id, Pairing { head, tail, kind })
            }
            Edit::ReverseRelation(id) => {
                let Pairing { head, tail, kind } = self.shown_relation(id).ok_or(Refusal::Gone)?;
                self.replace_relation(id, Pairing { head: tail, tail: head, kind })
            }
            Edit::AcceptRelation(id) => {
                let pairing = self.shown_relation(id).ok_or(Refusal::Gone)?;
                self.replace_relation(id, pairing)
            }
        }
    }

    fn replace_entity(&self, id: EntityId, kind: String, span: ByteSpan) -> Result<Planned, Refusal> {
        let is_there = self.entities.own().any(|(_, other)| other.span == span && other.kind == kind);
        if is_there { Err(Refusal::There) } else { Ok(self.plan_entity(id, kind, span)) }
    }

    fn replace_relation(&self, id: RelationId, now: Pairing) -> Result<Planned, Refusal> {
        if now.head == now.tail {
            return Err(Refusal::OneEnd);
        }
        if self.relations.own().any(|(_, other)| other.is(&now)) {
            return Err(Refusal::There);
        }
        let [head, tail] = [now.head, now.tail].map(|end| self.shown_entity(end).map_or("", |(kind, _)| kind));
        if let Some(tagset) = &self.tagset {
            tagset.allows(&now.kind, head, tail).map_err(|reason| Refusal::NotAllowed { reason })?;
        }
        let Pairing { head, tail, kind } = now;
        let link = Link { kind, head, tail, score: None, provenance: Provenance::Person };
        let selection = Selection::Relation(id);
        Ok(Planned { change: self.change_relation(id, Some(link)), about: selection, after: selection })
    }

    /// Whether an entity may be of another type, for all that a person has related it to. What was not allowed before is
    /// no reason.
    fn may_become(&self, id: EntityId, kind: &str) -> Result<(), Refusal> {
        let (Some(tagset), Some((before, label))) = (&self.tagset, self.shown_entity(id)) else { return Ok(()) };
        for (_, link) in self.relations.own().filter(|(_, link)| [link.head, link.tail].contains(&id)) {
            let ends = [link.head, link.tail].map(|end| self.shown_entity(end).map(|(kind, _)| kind));
            let [Some(head), Some(tail)] = ends else { continue };
            let [new_head, new_tail] =
                [(link.head, head), (link.tail, tail)].map(|(end, now)| if end == id { kind } else { now });
            if let (Ok(()), Err(reason)) =
                (tagset.allows(&link.kind, head, tail), tagset.allows(&link.kind, new_head, new_tail))
            {
                let [text, before, kind] = [
                    label.span.of(&self.text).unwrap_or_default(),
                    tagset.words(Sort::Entity, before),
                    tagset.words(Sort::Entity, kind),
                ];
                let reason = format!("“{text}” stays {before}, because as {kind} it would lose a relation: {reason}");
                return Err(Refusal::NotAllowed { reason });
            }
        }
        Ok(())
    }

    fn plan_entity(&self, id: EntityId, kind: String, span: ByteSpan) -> Planned {
        let now = LabelledEntity { kind, span, score: None, provenance: Provenance::Person };
        let selection = Selection::Entity(id);
        Planned { change: self.change_entity(id, Some(now)), about: selection, after: selection }
    }

    fn change_entity(&self, id: EntityId, now: Option<LabelledEntity>) -> Change {
        Change::Entity(id, [self.entities.corrections.get(&id).cloned(), self.entities.correct(id, now)])
    }

    fn change_relation(&self, id: RelationId, now: Option<Link>) -> Change {
        Change::Relation(id, [self.relations.corrections.get(&id).cloned(), self.relations.correct(id, now)])
    }
}
