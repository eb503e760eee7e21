//! How far a person and the model agree.

use serde::{Deserialize, Serialize};

use super::{EntityId, OpenDocument};
use crate::agreement::Matches;
use crate::tagset::Sort;

/// The model's labels against what a person has left of a document; the model's are the first. It means something once the person
/// has checked the whole document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgainstModel {
    /// Entities, the same by place and type.
    pub entities: Matches,
    /// Relations, the same by type and both ends.
    ///
    /// An end is an entity whatever a person has made of it, and the model has found the relations between the entities as they
    /// are. So a mistake in an entity counts as one of entities only.
    pub relations: Matches,
}

impl OpenDocument {
    /// What the model says now, against the labels that are shown. `None` if no model has found anything here, or none has read it.
    ///
    /// Under the types of a set, the model's labels count under these, and those that are hidden do not count.
    pub fn against_model(&self) -> Option<AgainstModel> {
        if self.entities.model.is_empty() {
            return None;
        }
        let shown = self.labels();
        let kind = |sort, kind: &'_ str| match &self.tagset {
            Some(tagset) => tagset.of_model(sort, kind).map(str::to_owned),
            None => Some(kind.to_owned()),
        };
        let model = self.entities.model.values();
        let model = model.filter_map(|entity| Some((entity.span, kind(Sort::Entity, &entity.kind)?))).collect();
        let left = shown.entities.iter().map(|entity| (entity.span, entity.kind.clone())).collect();
        let entities = Matches::between(&[model, left]);
        let key = |kind: String, head: EntityId, tail: EntityId| {
            let tag = self.tagset.as_ref().and_then(|tagset| tagset.relation(&kind));
            let is_symmetric = tag.is_some_and(|tag| tag.symmetric);
            (kind, if is_symmetric { [head.min(tail), head.max(tail)] } else { [head, tail] })
        };
        let model = self.relations.model.values();
        let model =
            model.filter_map(|link| Some(key(kind(Sort::Relation, &link.kind)?, link.head, link.tail))).collect();
        let left = shown.relations.iter().map(|it| key(it.kind.clone(), it.head, it.tail)).collect();
        Some(AgainstModel { entities, relations: Matches::between(&[model, left]) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
    use std::sync::Arc;

    use sinet_text::{ByteSpan, TypeName, Types, WordRange};

    use super::super::{Edit, Selection};
    use super::*;
    use crate::tagset::Tagset;

    /// `Near` has no direction.
    fn tagset() -> Tagset {
        let named = |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.to_owned(), symmetric };
        let types = Types {
            entities: vec![named("A", false)],
            relations: vec![named("Of", false), named("Near", true)],
            ..Types::default()
        };
        Tagset::of_types(&types).unwrap()
    }

    fn read() -> OpenDocument {
        let entity = |place: usize| LabelledEntity {
            kind: "A".to_owned(),
            span: ByteSpan { start: 2 * place, end: 2 * place + 1 },
            score: None,
            provenance: Provenance::Model,
        };
        let relation = |head, kind: &str, tail| LabelledRelation {
            kind: kind.to_owned(),
            head,
            tail,
            score: None,
            provenance: Provenance::Model,
        };
        OpenDocument::new(LabelledDocument {
            entities: (0..3).map(entity).collect(),
            relations: vec![relation(0, "Of", 1), relation(1, "Near", 2)],
            ..LabelledDocument::new("", "a b c d")
        })
    }

    #[test]
    fn what_a_person_changes_counts_against_the_model() {
        let mut document = read();
        document.set_tagset(Some(Arc::new(tagset())));
        let matches = |first, second, both| Matches { first, second, both };
        let check = |document: &OpenDocument, entities, relations| {
            assert_eq!(document.against_model(), Some(AgainstModel { entities, relations }));
        };
        check(&document, matches(3, 3, 3), matches(2, 2, 2));
        let labels = document.labels();
        let [a, b, c] = [0, 1, 2].map(|place| labels.entities[place].id);
        document.apply(Edit::AcceptEntity(a)).unwrap();
        document.apply(Edit::RetypeEntity { id: b, kind: "B".to_owned() }).unwrap();
        check(&document, matches(3, 3, 2), matches(2, 2, 2));
        document.apply(Edit::ReverseRelation(labels.relations[1].id)).unwrap();
        check(&document, matches(3, 3, 2), matches(2, 2, 2));
        document.apply(Edit::ReverseRelation(labels.relations[0].id)).unwrap();
        check(&document, matches(3, 3, 2), matches(2, 2, 1));
        document.apply(Edit::RemoveEntity(c)).unwrap();
        document.apply(Edit::AddEntity { kind: "A".to_owned(), words: WordRange { start: 3, end: 4 } }).unwrap();
        check(&document, matches(3, 3, 1), matches(2, 1, 0));
        assert_eq!(OpenDocument::of_text("a b").against_model(), None);
    }

    #[test]
    fn labels_of_the_model_that_are_hidden_do_not_count() {
        let mut document = read();
        let types = Types { relations: vec![], ..tagset().types() };
        document.set_tagset(Some(Arc::new(Tagset::of_types(&types).unwrap())));
        let AgainstModel { entities, relations } = document.against_model().unwrap();
        assert_eq!((entities.f1(), relations), (Some(1.0), Matches::default()));
    }

    proptest! {
        #[test]
        fn a_reading_that_a_person_accepts_or_takes_back_agrees(accepted in any::<[bool; 3]>()) {
            let mut document = read();
            let whole = document.against_model();
            for entity in document.labels().entities {
                if accepted[entity.words.start] {
                    document.apply(Edit::AcceptEntity(entity.id)).unwrap();
                } else {
                    prop_assert_eq!(document.apply(Edit::RemoveEntity(entity.id)), Ok(Selection::None));
                    prop_assert!(document.against_model().unwrap().entities.f1() < Some(1.0));
                    document.undo();
                }
            }
            prop_assert_eq!(document.against_model(), whole);
        }
    }
}
