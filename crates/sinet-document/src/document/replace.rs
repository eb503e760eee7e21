//! Find and replace over labels.

use super::elsewhere::single_spaced;
use super::{Edit, Entity, Labels, OpenDocument, Relation};

/// The labels that are looked for, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// Of entities.
    Entities(EntityQuery, EntityChange),
    /// Of relations.
    Relations(RelationQuery, RelationChange),
}

/// Entities that have all that is given; all entities without anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntityQuery {
    /// Their words, letter by letter, with any white space between them.
    pub text: Option<String>,
    /// Their type.
    pub kind: Option<String>,
}

/// Relations that have all that is given; all relations without anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelationQuery {
    /// Their type.
    pub kind: Option<String>,
    /// The type of their head.
    pub head: Option<String>,
    /// The type of their tail.
    pub tail: Option<String>,
    /// Whether head and tail may be the other way round, as where a relation has no direction.
    pub either_way: bool,
}

/// What becomes of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityChange {
    /// It takes another type.
    Retype(String),
    /// It goes, and with it its relations.
    Remove,
}

/// What becomes of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationChange {
    /// It takes another type.
    Retype(String),
    /// Head and tail change places.
    Reverse,
    /// It goes.
    Remove,
}

impl OpenDocument {
    /// The edits that a replacement comes to, to be made in this order; none is refused. A label stays as it is where it has
    /// that type already, where the label that it would become is there, or where the types of the set do not allow that.
    pub fn replace(&self, replacement: &Replacement) -> Vec<Edit> {
        let labels = self.labels();
        let wanted: Vec<Edit> = match replacement {
            Replacement::Entities(query, change) => (labels.entities.iter())
                .filter(|entity| query.matches(entity))
                .filter_map(|entity| change.of(entity))
                .collect(),
            Replacement::Relations(query, change) => (labels.relations.iter())
                .filter(|relation| query.matches(relation, &labels))
                .filter_map(|relation| change.of(relation))
                .collect(),
        };
        // One edit may make another one pointless, so each is tried after those before it.
        let mut trial = self.clone();
        wanted.into_iter().filter(|edit| trial.apply(edit.clone()).is_ok()).collect()
    }
}

impl EntityChange {
    fn of(&self, entity: &Entity) -> Option<Edit> {
        match self {
            Self::Remove => Some(Edit::RemoveEntity(entity.id)),
            Self::Retype(kind) if *kind == entity.kind => None,
            Self::Retype(kind) => Some(Edit::RetypeEntity { id: entity.id, kind: kind.clone() }),
        }
    }
}

impl RelationChange {
    fn of(&self, relation: &Relation) -> Option<Edit> {
        match self {
            Self::Remove => Some(Edit::RemoveRelation(relation.id)),
            Self::Reverse => Some(Edit::ReverseRelation(relation.id)),
            Self::Retype(kind) if *kind == relation.kind => None,
            Self::Retype(kind) => Some(Edit::RetypeRelation { id: relation.id, kind: kind.clone() }),
        }
    }
}

impl EntityQuery {
    fn matches(&self, entity: &Entity) -> bool {
        self.kind.as_ref().is_none_or(|kind| *kind == entity.kind)
            && self.text.as_ref().is_none_or(|text| single_spaced(text) == single_spaced(&entity.text))
    }
}

impl RelationQuery {
    fn matches(&self, relation: &Relation, labels: &Labels) -> bool {
        let Some([head, tail]) = labels.ends(relation) else { return false };
        let is = |wanted: &Option<String>, entity: &Entity| wanted.as_ref().is_none_or(|kind| *kind == entity.kind);
        let ends = is(&self.head, head) && is(&self.tail, tail)
            || self.either_way && is(&self.head, tail) && is(&self.tail, head);
        ends && self.kind.as_ref().is_none_or(|kind| *kind == relation.kind)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use proptest::sample::Index;
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
    use sinet_text::ByteSpan;

    use super::*;

    const TEXT: &str = "Ada met Zoë. Ada likes Köln.";
    const KINDS: [&str; 3] = ["A", "B", "C"];

    /// Entities as (first byte, length, type, whether a model's), relations as (head, type, tail, whether a model's).
    fn document(entities: &[(usize, usize, &str, bool)], relations: &[(usize, &str, usize, bool)]) -> OpenDocument {
        let by = |model| if model { Provenance::Model } else { Provenance::Person };
        OpenDocument::new(LabelledDocument {
            entities: (entities.iter())
                .map(|&(start, length, kind, model)| LabelledEntity {
                    kind: kind.to_owned(),
                    span: ByteSpan { start, end: start + length },
                    score: None,
                    provenance: by(model),
                })
                .collect(),
            relations: (relations.iter())
                .map(|&(head, kind, tail, model)| LabelledRelation {
                    kind: kind.to_owned(),
                    head,
                    tail,
                    score: None,
                    provenance: by(model),
                })
                .collect(),
            ..LabelledDocument::new("", TEXT)
        })
    }

    fn show(document: &OpenDocument) -> String {
        let labels = document.labels();
        let entities = labels.entities.iter().map(|entity| format!("{} {}\n", entity.text, entity.kind));
        let text = |id| labels.entity(id).unwrap().text.as_str();
        let relations =
            (labels.relations.iter()).map(|it| format!("{} -{}-> {}\n", text(it.head), it.kind, text(it.tail)));
        entities.chain(relations).collect()
    }

    #[track_caller]
    fn check(replacement: Replacement, expected: Expect) {
        let mut document = document(
            &[(0, 3, "A", true), (8, 4, "B", false), (14, 3, "A", false), (24, 5, "C", true)],
            &[(0, "Of", 1, true), (2, "Of", 3, false), (3, "Of", 2, true), (1, "In", 3, true)],
        );
        let edits = document.replace(&replacement);
        let count = edits.len();
        document.apply_all(edits).unwrap();
        expected.assert_eq(&format!("{count}\n{}", show(&document)));
    }

    fn some(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn entities_are_found_and_replaced() {
        let retype = |text: Option<&str>, kind: Option<&str>, to: &str| {
            let query = EntityQuery { text: text.map(str::to_owned), kind: kind.map(str::to_owned) };
            Replacement::Entities(query, EntityChange::Retype(to.to_owned()))
        };
        check(
            retype(Some("Ada"), None, "B"),
            expect![[r#"
            2
            Ada B
            Zoë B
            Ada B
            Köln C
            Ada -Of-> Zoë
            Zoë -In-> Köln
            Ada -Of-> Köln
            Köln -Of-> Ada
        "#]],
        );
        check(
            retype(None, Some("C"), "C"),
            expect![[r#"
            0
            Ada A
            Zoë B
            Ada A
            Köln C
            Ada -Of-> Zoë
            Zoë -In-> Köln
            Ada -Of-> Köln
            Köln -Of-> Ada
        "#]],
        );
        check(
            Replacement::Entities(EntityQuery { kind: some("A"), text: some(" Ada") }, EntityChange::Remove),
            expect![[r#"
                2
                Zoë B
                Köln C
                Zoë -In-> Köln
            "#]],
        );
    }

    #[test]
    fn relations_are_found_and_replaced() {
        let of = RelationQuery { kind: some("Of"), head: some("A"), ..RelationQuery::default() };
        check(
            Replacement::Relations(of.clone(), RelationChange::Retype("In".to_owned())),
            expect![[r#"
            2
            Ada A
            Zoë B
            Ada A
            Köln C
            Ada -In-> Zoë
            Zoë -In-> Köln
            Ada -In-> Köln
            Köln -Of-> Ada
        "#]],
        );
        check(
            Replacement::Relations(of.clone(), RelationChange::Reverse),
            expect![[r#"
            2
            Ada A
            Zoë B
            Ada A
            Köln C
            Zoë -Of-> Ada
            Zoë -In-> Köln
            Köln -Of-> Ada
        "#]],
        );
        let either = RelationQuery { tail: some("C"), either_way: true, ..of };
        check(
            Replacement::Relations(either, RelationChange::Remove),
            expect![[r#"
            2
            Ada A
            Zoë B
            Ada A
            Köln C
            Ada -Of-> Zoë
            Zoë -In-> Köln
        "#]],
        );
    }

    fn replacements() -> impl Strategy<Value = Replacement> {
        let kind = || prop::sample::select(KINDS.map(str::to_owned).to_vec());
        let maybe = move || prop::option::of(kind());
        let entities = (prop::option::of(prop::sample::select(vec!["Ada".to_owned(), "Zoë".to_owned()])), maybe())
            .prop_map(|(text, kind)| EntityQuery { text, kind });
        let entity_change = prop_oneof![kind().prop_map(EntityChange::Retype), Just(EntityChange::Remove)];
        let relations = (maybe(), maybe(), maybe(), any::<bool>())
            .prop_map(|(kind, head, tail, either_way)| RelationQuery { kind, head, tail, either_way });
        let relation_change = prop_oneof![
            kind().prop_map(RelationChange::Retype),
            Just(RelationChange::Reverse),
            Just(RelationChange::Remove)
        ];
        prop_oneof![
            (entities, entity_change).prop_map(|(query, change)| Replacement::Entities(query, change)),
            (relations, relation_change).prop_map(|(query, change)| Replacement::Relations(query, change)),
        ]
    }

    proptest! {
        #[test]
        fn edits_apply_and_are_taken_back(
            entities in prop::collection::vec((0..6usize, 0..3usize, any::<bool>()), 0..10),
            relations in prop::collection::vec((any::<Index>(), 0..3usize, any::<Index>(), any::<bool>()), 0..10),
            replacement in replacements(),
        ) {
            let spots = [(0, 3), (4, 3), (8, 4), (14, 3), (18, 5), (24, 5)];
            let entities: Vec<_> = entities.into_iter().map(|(spot, kind, model)| (spots[spot].0, spots[spot].1, KINDS[kind], model)).collect();
            let relations: Vec<_> = (relations.into_iter().filter(|_| !entities.is_empty()))
                .map(|(head, kind, tail, model)| (head.index(entities.len()), KINDS[kind], tail.index(entities.len()), model))
                .filter(|(head, _, tail, _)| head != tail)
                .collect();
            let original = document(&entities, &relations);
            let mut document = original.clone();
            let edits = document.replace(&replacement);
            prop_assert!(document.apply_all(edits.clone()).is_ok(), "{edits:?}");
            // A label that goes may show one of the model's that it hid, so once more may find more, but not for ever.
            if !matches!(replacement, Replacement::Relations(_, RelationChange::Reverse)) {
                let mut again = document.clone();
                for _ in 0..10 {
                    again.apply_all(again.replace(&replacement)).unwrap();
                }
                prop_assert_eq!(again.replace(&replacement), []);
            }
            prop_assert_eq!(document.undo().is_some(), !edits.is_empty());
            prop_assert_eq!(document, original);
        }
    }
}
