//! The labels that a document shows: the model's labels with a person's corrections over them.

use std::collections::{BTreeMap, BTreeSet};

use sinet_formats::{LabelledEntity, Provenance};
use sinet_text::{ByteSpan, WordRange};

use super::{EntityId, Link, OpenDocument, Pairing, RelationId, Selection};
use crate::tagset::Sort;

/// All labels that are shown. Both ends of every relation are among the entities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    /// By place, the longer of two that start together last.
    pub entities: Vec<Entity>,
    /// By the places of head and tail.
    pub relations: Vec<Relation>,
    /// The places of the entities, by name.
    places: BTreeMap<EntityId, usize>,
}

/// An entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its name.
    pub id: EntityId,
    /// Its type.
    pub kind: String,
    /// Its place in the text.
    pub span: ByteSpan,
    /// The words that it touches; none if it lies between words.
    pub words: WordRange,
    /// The text that it covers.
    pub text: String,
    /// Probability of its type, if a model gave it.
    pub score: Option<f32>,
    /// Who says so.
    pub provenance: Provenance,
}

/// A relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Its name.
    pub id: RelationId,
    /// Its type.
    pub kind: String,
    /// The entity that it goes out from.
    pub head: EntityId,
    /// The entity that it goes to.
    pub tail: EntityId,
    /// Probability of its type, if a model gave it.
    pub score: Option<f32>,
    /// Who says so.
    pub provenance: Provenance,
}

/// Types that a reader does not want to see.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hidden {
    /// Of entities.
    pub entities: BTreeSet<String>,
    /// Of relations.
    pub relations: BTreeSet<String>,
}

impl Labels {
    /// These labels without the types that are hidden, and without the relations that so lose an end.
    #[must_use]
    pub fn without(mut self, hidden: &Hidden) -> Self {
        self.entities.retain(|entity| !hidden.entities.contains(&entity.kind));
        self.places = self.entities.iter().enumerate().map(|(place, entity)| (entity.id, place)).collect();
        let (relations, places) = (&mut self.relations, &self.places);
        relations.retain(|relation| {
            !hidden.relations.contains(&relation.kind)
                && places.contains_key(&relation.head)
                && places.contains_key(&relation.tail)
        });
        self
    }

    /// The entity of that name.
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(self.place(id)?)
    }

    /// The index of the entity of that name in `entities`.
    pub fn place(&self, id: EntityId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// The relation of that name.
    pub fn relation(&self, id: RelationId) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.id == id)
    }

    /// Whether what is selected is there, in a text of so many words.
    pub fn have(&self, selection: Selection, word_count: usize) -> bool {
        match selection {
            Selection::None => true,
            Selection::Entity(id) => self.places.contains_key(&id),
            Selection::Relation(id) => self.relation(id).is_some(),
            Selection::Words(words) => words.start < words.end && words.end <= word_count,
            Selection::Pair(head, tail) => self.places.contains_key(&head) && self.places.contains_key(&tail),
        }
    }

    /// Head and tail of a relation.
    pub fn ends(&self, relation: &Relation) -> Option<[&Entity; 2]> {
        Some([self.entity(relation.head)?, self.entity(relation.tail)?])
    }
}

impl OpenDocument {
    /// The labels that are shown.
    ///
    /// If a person's entity covers exactly what the model's does, or a person's relation says what the model's
    /// says, only the person's is shown; so is no relation without both its ends, and of a model's no label that the types
    /// of the set have no place for.
    pub fn labels(&self) -> Labels {
        let own: BTreeSet<ByteSpan> = self.entities.own().map(|(_, label)| label.span).collect();
        let mut entities: Vec<Entity> = (self.entities.iter())
            .filter_map(|(id, label)| {
                Some(Entity {
                    id,
                    kind: self.entity_kind(id, label, |span| own.contains(span))?.to_owned(),
                    span: label.span,
                    words: self.words_of(label.span),
                    text: label.span.of(&self.text).unwrap_or_default().to_owned(),
                    score: label.score,
                    provenance: label.provenance,
                })
            })
            .collect();
        entities.sort_by_key(|entity| (entity.span, entity.id));
        let places: BTreeMap<EntityId, usize> =
            entities.iter().enumerate().map(|(place, entity)| (entity.id, place)).collect();
        let own: BTreeSet<Pairing> = self.relations.own().map(|(_, link)| link.pairing()).collect();
        let kind_of = |id| Some(entities[*places.get(&id)?].kind.as_str());
        let mut relations: Vec<([usize; 2], Relation)> = (self.relations.iter())
            .filter_map(|(id, link)| {
                let Pairing { head, tail, kind } =
                    self.relation_pairing(id, link, kind_of, |pairing| own.contains(pairing))?;
                let ends = [*places.get(&head)?, *places.get(&tail)?];
                Some((ends, Relation { id, kind, head, tail, score: link.score, provenance: link.provenance }))
            })
            .collect();
        relations.sort_by(|(a_ends, a), (b_ends, b)| (a_ends, &a.kind, a.id).cmp(&(b_ends, &b.kind, b.id)));
        if self.tagset.is_some() {
            // Two types of the model may be one here.
            relations.dedup_by(|(b_ends, b), (a_ends, a)| {
                let is_same = (a_ends, &a.kind, a.provenance) == (b_ends, &b.kind, b.provenance);
                if is_same && b.score > a.score {
                    std::mem::swap(a, b);
                }
                is_same && a.provenance == Provenance::Model
            });
        }
        let relations = relations.into_iter().map(|(_, relation)| relation).collect();
        Labels { entities, relations, places }
    }

    /// An entity that is shown, with the type under which it is.
    pub(super) fn shown_entity(&self, id: EntityId) -> Option<(&str, &LabelledEntity)> {
        let label = self.entities.get(id)?;
        let kind = self.entity_kind(id, label, |span| self.entities.own().any(|(_, own)| own.span == *span))?;
        Some((kind, label))
    }

    /// A relation that is shown, by its ends and the type under which it is.
    pub(super) fn shown_relation(&self, id: RelationId) -> Option<Pairing> {
        let link = self.relations.get(id)?;
        let kind_of = |id| self.shown_entity(id).map(|(kind, _)| kind);
        let is_said = |pairing: &Pairing| self.relations.own().any(|(_, own)| own.is(pairing));
        self.relation_pairing(id, link, kind_of, is_said)
    }

    /// The type under which a model's labels are shown, if they are.
    fn own_kind<'a>(&'a self, sort: Sort, kind: &'a str) -> Option<&'a str> {
        self.tagset.as_ref().map_or(Some(kind), |tagset| tagset.of_model(sort, kind))
    }

    /// The type under which an entity is shown, if it is.
    fn entity_kind<'a>(
        &'a self,
        id: EntityId,
        label: &'a LabelledEntity,
        is_covered: impl Fn(&ByteSpan) -> bool,
    ) -> Option<&'a str> {
        if self.entities.corrections.contains_key(&id) {
            return Some(&label.kind);
        }
        if is_covered(&label.span) { None } else { self.own_kind(Sort::Entity, &label.kind) }
    }

    /// The ends of a relation and the type under which it is shown, if it is.
    fn relation_pairing<'a>(
        &self,
        id: RelationId,
        link: &Link,
        kind_of: impl Fn(EntityId) -> Option<&'a str>,
        is_said: impl Fn(&Pairing) -> bool,
    ) -> Option<Pairing> {
        let (head, tail) = (kind_of(link.head)?, kind_of(link.tail)?);
        if self.relations.corrections.contains_key(&id) {
            return Some(link.pairing());
        }
        let kind = self.own_kind(Sort::Relation, &link.kind)?;
        if let Some(tagset) = &self.tagset {
            tagset.allows(kind, head, tail).ok()?;
        }
        let pairing = Pairing { head: link.head, tail: link.tail, kind: kind.to_owned() };
        (!is_said(&pairing)).then_some(pairing)
    }
}
