//! The labels that a document shows: the model's labels with a person's corrections over them.

use std::collections::{BTreeMap, BTreeSet};

use sinet_formats::Provenance;
use sinet_text::{ByteSpan, WordRange};

use super::{EntityId, OpenDocument, RelationId, Selection};

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
    /// says, only the person's is shown; so is no relation without both its ends.
    pub fn labels(&self) -> Labels {
        let own: BTreeSet<ByteSpan> =
            self.entities.corrections.values().filter_map(|own| Some(own.now.as_ref()?.span)).collect();
        let mut entities: Vec<Entity> = (self.entities.iter())
            .filter(|(id, label)| self.entities.corrections.contains_key(id) || !own.contains(&label.span))
            .map(|(id, label)| Entity {
                id,
                kind: label.kind.clone(),
                span: label.span,
                words: self.words_of(label.span),
                text: label.span.of(&self.text).unwrap_or_default().to_owned(),
                score: label.score,
                provenance: label.provenance,
            })
            .collect();
        entities.sort_by_key(|entity| (entity.span, entity.id));
        let places: BTreeMap<EntityId, usize> =
            entities.iter().enumerate().map(|(place, entity)| (entity.id, place)).collect();
        let own: BTreeSet<_> =
            self.relations.corrections.values().filter_map(|own| Some(own.now.as_ref()?.pairing())).collect();
        let mut relations: Vec<([usize; 2], Relation)> = (self.relations.iter())
            .filter(|(id, link)| self.relations.corrections.contains_key(id) || !own.contains(&link.pairing()))
            .filter_map(|(id, link)| {
                let ends = [*places.get(&link.head)?, *places.get(&link.tail)?];
                let (kind, score) = (link.kind.clone(), link.score);
                Some((
                    ends,
                    Relation { id, kind, head: link.head, tail: link.tail, score, provenance: link.provenance },
                ))
            })
            .collect();
        relations.sort_by(|(a_ends, a), (b_ends, b)| (a_ends, &a.kind, a.id).cmp(&(b_ends, &b.kind, b.id)));
        let relations = relations.into_iter().map(|(_, relation)| relation).collect();
        Labels { entities, relations, places }
    }
}
