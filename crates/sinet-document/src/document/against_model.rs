//! How far a person and the model agree.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sinet_text::Types;

use super::{EntityId, OpenDocument};
use crate::agreement::Matches;
use crate::tagset::Sort;

/// The model's labels against what a person has left of a document; the model's are the first. It means something once the person
/// has checked the whole document, and if a model has read it.
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
    /// What the model says now, against the labels that are shown. `types` says which relations have no direction.
    pub fn against_model(&self, types: &Types) -> AgainstModel {
        let shown = self.labels();
        let of_model = self.entities.model.values();
        let model =
            of_model.filter_map(|entity| Some((entity.span, self.own_kind(Sort::Entity, &entity.kind)?))).collect();
        let left = shown.entities.iter().map(|entity| (entity.span, entity.kind.as_str())).collect();
        let entities = Matches::between(&[model, left]);
        let key = |kind: &str, head: EntityId, tail: EntityId| {
            let ends = if types.is_symmetric(kind) { [head.min(tail), head.max(tail)] } else { [head, tail] };
            (kind.to_owned(), ends)
        };
        let model: BTreeSet<_> = (self.relations.model.values())
            .filter_map(|link| Some(key(self.own_kind(Sort::Relation, &link.kind)?, link.head, link.tail)))
            .collect();
        let left = shown.relations.iter().map(|relation| key(&relation.kind, relation.head, relation.tail)).collect();
        AgainstModel { entities, relations: Matches::between(&[model, left]) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
    use sinet_text::{ByteSpan, TypeName, WordRange};

    use super::super::{Edit, Selection};
    use super::*;
    use crate::tagset::Tagset;

    fn types() -> Types {
        let relation = |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.to_owned(), symmetric };
        Types { relations: vec![relation("Of", false), relation("Near", true)], ..Types::default() }
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
    fn a_model_counts_under_the_types_of_the_set() {
        let mut document = read();
        let types = r#"{"entities": {"B": {}}, "relations": {"of": {}},
            "of_model": {"entities": {"A": "B"}, "relations": {"Of": "of"}}}"#;
        document.set_tagset(Some(Arc::new(Tagset::from_json(types).unwrap())));
        let matches = |first, second, both| Matches { first, second, both };
        let expected = AgainstModel { entities: matches(3, 3, 3), relations: matches(1, 1, 1) };
        assert_eq!(document.against_model(&Types::default()), expected);
    }

    #[test]
    fn what_a_person_changes_counts_against_the_model() {
        let mut document = read();
        let matches = |first, second, both| Matches { first, second, both };
        let check = |document: &OpenDocument, entities, relations| {
            assert_eq!(document.against_model(&types()), AgainstModel { entities, relations });
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
    }

    proptest! {
        #[test]
        fn a_reading_that_a_person_accepts_or_takes_back_agrees(accepted in any::<[bool; 3]>()) {
            let mut document = read();
            let whole = document.against_model(&types());
            for entity in document.labels().entities {
                if accepted[entity.words.start] {
                    document.apply(Edit::AcceptEntity(entity.id)).unwrap();
                } else {
                    prop_assert_eq!(document.apply(Edit::RemoveEntity(entity.id)), Ok(Selection::None));
                    prop_assert!(document.against_model(&types()).entities.f1() < Some(1.0));
                    document.undo();
                }
            }
            prop_assert_eq!(document.against_model(&types()), whole);
        }
    }
}
