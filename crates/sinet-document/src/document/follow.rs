//! The labels of a document after a change of the types of its set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sinet_formats::Provenance;
use sinet_text::ByteSpan;

use super::{Edit, EntityId, Labels, OpenDocument, Pairing, Relation, StepId};
use crate::tagset::{Sort, Tagset, TagsetEdit};

impl OpenDocument {
    /// Puts the document under the types that a change has led to, and has a person's labels follow that change, as one step.
    /// `None` if no label had to.
    ///
    /// A model's labels need no step: they are shown under the types of now. Where the step is taken back, by
    /// [`undo`](Self::undo) or [`take_back`](Self::take_back), labels have the type again that they had.
    pub fn follow(&mut self, edit: &TagsetEdit, tagset: Arc<Tagset>) -> Option<StepId> {
        let edits = edit.edits(&self.labels());
        let before = self.last_step();
        // What the types allow is no matter here: labels that were against them stay so.
        self.tagset = None;
        let followed = self.apply_all(edits);
        self.tagset = Some(tagset);
        followed.ok().and_then(|_| self.last_step()).filter(|last| Some(*last) != before)
    }
}

impl TagsetEdit {
    /// The edits by which a person's labels follow this change: they take another type, or go. A label that is there already
    /// under the other type goes, and its relations go over to that one.
    pub fn edits(&self, labels: &Labels) -> Vec<Edit> {
        match self {
            Self::Rename { sort: Sort::Entity, name, to: kind }
            | Self::Merge { sort: Sort::Entity, name, into: kind } => retype_entities(labels, name, kind.trim()),
            Self::Rename { sort: Sort::Relation, name, to: kind }
            | Self::Merge { sort: Sort::Relation, name, into: kind } => retype_relations(labels, name, kind.trim()),
            Self::Remove { sort: Sort::Entity, name } => {
                let own = labels.entities.iter().filter(|it| it.provenance == Provenance::Person && it.kind == *name);
                own.map(|entity| Edit::RemoveEntity(entity.id)).collect()
            }
            Self::Remove { sort: Sort::Relation, name } => {
                own_relations(labels).filter(|it| it.kind == *name).map(|it| Edit::RemoveRelation(it.id)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn own_relations(labels: &Labels) -> impl Iterator<Item = &Relation> {
    labels.relations.iter().filter(|relation| relation.provenance == Provenance::Person)
}

fn retype_entities(labels: &Labels, name: &str, kind: &str) -> Vec<Edit> {
    let own = || labels.entities.iter().filter(|entity| entity.provenance == Provenance::Person);
    // A person's entities of the new type, by place.
    let mut there: BTreeMap<ByteSpan, EntityId> =
        own().filter(|entity| entity.kind == kind).map(|entity| (entity.span, entity.id)).collect();
    let mut twins: BTreeMap<EntityId, EntityId> = BTreeMap::new();
    let mut edits = Vec::new();
    for entity in own().filter(|entity| entity.kind == name && entity.kind != kind) {
        match there.get(&entity.span) {
            Some(&twin) => _ = twins.insert(entity.id, twin),
            None => {
                there.insert(entity.span, entity.id);
                edits.push(Edit::RetypeEntity { id: entity.id, kind: kind.to_owned() });
            }
        }
    }
    let mut pairings: BTreeSet<Pairing> = own_relations(labels).map(pairing).collect();
    for relation in own_relations(labels) {
        let [head, tail] = [relation.head, relation.tail].map(|end| twins.get(&end).copied().unwrap_or(end));
        if [head, tail] == [relation.head, relation.tail] {
            continue;
        }
        edits.push(Edit::RemoveRelation(relation.id));
        if head != tail && pairings.insert(Pairing { head, tail, kind: relation.kind.clone() }) {
            edits.push(Edit::AddRelation { kind: relation.kind.clone(), head, tail });
        }
    }
    edits.extend(twins.into_keys().map(Edit::RemoveEntity));
    edits
}

fn retype_relations(labels: &Labels, name: &str, kind: &str) -> Vec<Edit> {
    let mut there: BTreeSet<Pairing> = own_relations(labels).map(pairing).collect();
    let renamed = own_relations(labels).filter(|relation| relation.kind == name && relation.kind != kind);
    renamed
        .map(|relation| match there.insert(Pairing { kind: kind.to_owned(), ..pairing(relation) }) {
            true => Edit::RetypeRelation { id: relation.id, kind: kind.to_owned() },
            false => Edit::RemoveRelation(relation.id),
        })
        .collect()
}

fn pairing(relation: &Relation) -> Pairing {
    Pairing { head: relation.head, tail: relation.tail, kind: relation.kind.clone() }
}

#[cfg(test)]
mod tests;
