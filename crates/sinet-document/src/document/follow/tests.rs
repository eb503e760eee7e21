use proptest::prelude::*;
use proptest::sample::Index;
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation};
use sinet_text::WordRange;

use super::*;
use crate::document::{FoundRelation, Refusal};

const TEXT: &str = "Ada met Zoë and Ed in Köln.";

fn tagset() -> Tagset {
    Tagset::from_json(
        r#"{"entities": {"Person": {}, "Group": {}, "Place": {}},
            "relations": {"in": {"heads": ["Person", "Group"], "tails": ["Place"]}, "with": {"symmetric": true}}}"#,
    )
    .unwrap()
}

/// Labels as `kind word`, `kind head word, tail word`; those of a model in brackets.
fn document(labels: &[&str]) -> OpenDocument {
    let mut document = OpenDocument::of_text(TEXT);
    let mut labelled = document.to_labelled();
    for label in labels {
        let (label, provenance) = match label.strip_prefix('(').and_then(|label| label.strip_suffix(')')) {
            Some(label) => (label, Provenance::Model),
            None => (*label, Provenance::Person),
        };
        let score = (provenance == Provenance::Model).then_some(0.5);
        let parts: Vec<&str> = label.split(' ').collect();
        let end = |labelled: &LabelledDocument, word: &str| {
            (0..labelled.entities.len()).find(|&entity| labelled.entity_text(entity) == Some(word)).unwrap()
        };
        let kind = parts[0].to_owned();
        match parts[1..] {
            [word] => {
                let start = TEXT.find(word).unwrap();
                let span = ByteSpan { start, end: start + word.len() };
                labelled.entities.push(LabelledEntity { kind, span, score, provenance });
            }
            [head, tail] => {
                let (head, tail) = (end(&labelled, head), end(&labelled, tail));
                labelled.relations.push(LabelledRelation { kind, head, tail, score, provenance });
            }
            _ => panic!("{label}"),
        }
    }
    document = OpenDocument::new(labelled);
    document
}

fn show(document: &OpenDocument) -> Vec<String> {
    let labels = document.labels();
    let marked = |label: String, provenance| match provenance {
        Provenance::Person => label,
        Provenance::Model => format!("({label})"),
    };
    let entities = labels.entities.iter().map(|it| marked(format!("{} {}", it.kind, it.text), it.provenance));
    let relations = labels.relations.iter().map(|it| {
        let [head, tail] = labels.ends(it).unwrap();
        marked(format!("{} {} {}", it.kind, head.text, tail.text), it.provenance)
    });
    entities.chain(relations).collect()
}

#[track_caller]
fn check(before: &[&str], edit: TagsetEdit, after: &[&str]) {
    let mut tagset = tagset();
    let mut document = document(before);
    document.set_tagset(Some(Arc::new(tagset.clone())));
    let shown = show(&document);
    tagset.apply(&edit).unwrap();
    let step = document.follow(&edit, Arc::new(tagset));
    assert_eq!(show(&document), after);
    document.set_tagset(Some(Arc::new(self::tagset())));
    match step {
        Some(step) => {
            assert_eq!(document.last_step(), Some(step));
            let mut again = document.clone();
            again.undo();
            assert_eq!(show(&again), shown, "undone");
            document.take_back(step);
            assert_eq!(show(&document), shown, "taken back");
        }
        None => assert_eq!(show(&document), shown, "nothing had to follow"),
    }
}

fn name(name: &str) -> String {
    name.to_owned()
}

#[test]
fn labels_follow_a_change_of_the_types() {
    let labels =
        ["Person Ada", "Person Zoë", "(Person Ed)", "Place Köln", "with Ada Zoë", "in Ada Köln", "(in Ed Köln)"];
    check(&labels, TagsetEdit::Add { sort: Sort::Entity, name: name("X") }, &labels);
    check(
        &labels,
        TagsetEdit::Rename { sort: Sort::Entity, name: name("Person"), to: name(" Human ") },
        &["Human Ada", "Human Zoë", "(Human Ed)", "Place Köln", "with Ada Zoë", "in Ada Köln", "(in Ed Köln)"],
    );
    check(
        &labels,
        TagsetEdit::Merge { sort: Sort::Entity, name: name("Place"), into: name("Group") },
        &["Person Ada", "Person Zoë", "(Person Ed)", "Group Köln", "with Ada Zoë", "in Ada Köln", "(in Ed Köln)"],
    );
    check(&labels, TagsetEdit::Remove { sort: Sort::Entity, name: name("Person") }, &["Place Köln"]);
    check(
        &labels,
        TagsetEdit::Rename { sort: Sort::Relation, name: name("in"), to: name("within") },
        &[
            "Person Ada",
            "Person Zoë",
            "(Person Ed)",
            "Place Köln",
            "with Ada Zoë",
            "within Ada Köln",
            "(within Ed Köln)",
        ],
    );
    check(
        &labels,
        TagsetEdit::Remove { sort: Sort::Relation, name: name("in") },
        &["Person Ada", "Person Zoë", "(Person Ed)", "Place Köln", "with Ada Zoë"],
    );
}

#[test]
fn a_label_that_is_there_twice_after_a_merge_is_one_with_the_relations_of_both() {
    check(
        &["Person Ada", "Group Ada", "Place Köln", "Person Zoë", "in Ada Köln", "with Zoë Ada"],
        TagsetEdit::Merge { sort: Sort::Entity, name: name("Person"), into: name("Group") },
        &["Group Ada", "Group Zoë", "Place Köln", "in Ada Köln", "with Zoë Ada"],
    );
    check(
        &["Person Ada", "Place Köln", "in Ada Köln", "with Ada Köln"],
        TagsetEdit::Merge { sort: Sort::Relation, name: name("in"), into: name("with") },
        &["Person Ada", "Place Köln", "with Ada Köln"],
    );
}

#[test]
fn a_model_is_shown_under_the_types_of_the_set() {
    let mut tagset = tagset();
    let mut document = document(&[
        "(Per Ada)",
        "(Loc Köln)",
        "(Misc Ed)",
        "(Place Zoë)",
        "(at Ada Köln)",
        "(on Ada Köln)",
        "(with Ada Ed)",
    ]);
    let map = |tagset: &mut Tagset, sort, kind: &str, to: &str| {
        tagset.apply(&TagsetEdit::Map { sort, kind: name(kind), to: Some(name(to)) }).unwrap();
    };
    document.set_tagset(Some(Arc::new(tagset.clone())));
    assert_eq!(show(&document), ["(Place Zoë)"]);
    map(&mut tagset, Sort::Entity, "Per", "Person");
    map(&mut tagset, Sort::Entity, "Loc", "Place");
    map(&mut tagset, Sort::Relation, "at", "in");
    map(&mut tagset, Sort::Relation, "on", "in");
    document.set_tagset(Some(Arc::new(tagset.clone())));
    assert_eq!(show(&document), ["(Person Ada)", "(Place Zoë)", "(Place Köln)", "(in Ada Köln)"], "two types are one");
    assert_eq!(document.to_labelled().check(), Ok(()));

    // Agreeing is with what is shown.
    let labels = document.labels();
    document.apply(Edit::AcceptRelation(labels.relations[0].id)).unwrap();
    document.apply(Edit::AcceptEntity(labels.entities[0].id)).unwrap();
    assert_eq!(show(&document), ["Person Ada", "(Place Zoë)", "(Place Köln)", "in Ada Köln"]);
    document.undo();
    document.undo();

    // A relation that the types do not allow is not shown.
    tagset.apply(&TagsetEdit::SetEnds { name: name("in"), heads: vec![name("Place")], tails: vec![] }).unwrap();
    document.set_tagset(Some(Arc::new(tagset)));
    assert_eq!(show(&document), ["(Person Ada)", "(Place Zoë)", "(Place Köln)"]);
    document.set_tagset(None);
    assert_eq!(show(&document).len(), 7, "without types, everything is");
}

#[test]
fn an_entity_where_a_hidden_one_is_is_a_persons_own() {
    let mut document = document(&["(Misc Ada)", "(Place Köln)", "(in Ada Köln)"]);
    document.set_tagset(Some(Arc::new(tagset())));
    let words = WordRange { start: 0, end: 1 };
    let Ok(super::super::Selection::Entity(ada)) = document.apply(Edit::AddEntity { kind: name("Person"), words })
    else {
        panic!("an entity")
    };
    let koeln = document.labels().entities[1].id;
    assert_eq!(show(&document), ["Person Ada", "(Place Köln)"]);
    document.take_relations(vec![FoundRelation { kind: name("in"), head: ada, tail: koeln, score: Some(0.5) }]);
    assert_eq!(show(&document), ["Person Ada", "(Place Köln)", "(in Ada Köln)"]);
    document.undo();
    assert_eq!(show(&document), ["(Place Köln)"]);
}

#[test]
fn what_the_types_do_not_allow_is_refused_with_the_reason() {
    let mut document =
        document(&["Person Ada", "Place Köln", "Person Zoë", "in Ada Köln", "with Ada Zoë", "(Group Ed)"]);
    document.set_tagset(Some(Arc::new(tagset())));
    let labels = document.labels();
    let entity = |text: &str| labels.entities.iter().find(|entity| entity.text == text).unwrap().id;
    let relation = |kind: &str| labels.relations.iter().find(|relation| relation.kind == kind).unwrap().id;
    let (ada, koeln, zoe, ed) = (entity("Ada"), entity("Köln"), entity("Zoë"), entity("Ed"));
    let joins = "“in” goes from Person or Group to Place, not from";
    for (edit, reason) in [
        (Edit::AddRelation { kind: name("in"), head: ada, tail: zoe }, format!("{joins} Person to Person.")),
        (Edit::ReverseRelation(relation("in")), format!("{joins} Place to Person.")),
        (Edit::RetypeRelation { id: relation("with"), kind: name("in") }, format!("{joins} Person to Person.")),
        (
            Edit::RetypeEntity { id: ada, kind: name("Place") },
            format!("“Ada” stays Person, because as Place it would lose a relation: {joins} Place to Place."),
        ),
        (
            Edit::RetypeEntity { id: koeln, kind: name("Group") },
            format!("“Köln” stays Place, because as Group it would lose a relation: {joins} Person to Group."),
        ),
    ] {
        let before = document.clone();
        assert_eq!(document.apply(edit), Err(Refusal::NotAllowed { reason }));
        assert_eq!(document, before);
    }
    document.apply(Edit::RetypeEntity { id: ada, kind: name("Group") }).unwrap();
    document.apply(Edit::AddRelation { kind: name("in"), head: ed, tail: koeln }).unwrap();
    document.apply(Edit::ReverseRelation(relation("with"))).unwrap();

    // What is against the types already is no reason against another change.
    let mut stricter = tagset();
    stricter.apply(&TagsetEdit::SetEnds { name: name("in"), heads: vec![name("Person")], tails: vec![] }).unwrap();
    document.set_tagset(Some(Arc::new(stricter)));
    document.apply(Edit::RetypeEntity { id: ada, kind: name("Place") }).unwrap();
    assert!(show(&document).contains(&name("in Ada Köln")), "a person's relations stay");
}

proptest! {
    #[test]
    fn no_label_is_left_behind(
        entities in prop::collection::vec((0..3usize, 0..4usize, any::<bool>()), 1..8),
        relations in prop::collection::vec((0..2usize, any::<Index>(), any::<Index>(), any::<bool>()), 0..8),
        (what, of_entities, one, other) in (0..3u8, any::<bool>(), any::<Index>(), any::<Index>()),
    ) {
        let (mut tagset, words) = (tagset(), ["Ada", "Zoë", "Ed", "Köln"]);
        let provenance = |own| if own { Provenance::Person } else { Provenance::Model };
        let mut labelled = OpenDocument::of_text(TEXT).to_labelled();
        labelled.entities = (entities.iter())
            .map(|&(kind, word, own)| {
                let start = TEXT.find(words[word]).unwrap();
                let kind = tagset.names(Sort::Entity).nth(kind).unwrap().to_owned();
                let span = ByteSpan { start, end: start + words[word].len() };
                LabelledEntity { kind, span, score: None, provenance: provenance(own) }
            })
            .collect();
        labelled.relations = (relations.iter())
            .map(|&(kind, head, tail, own)| LabelledRelation {
                kind: tagset.names(Sort::Relation).nth(kind).unwrap().to_owned(),
                head: head.index(entities.len()),
                tail: tail.index(entities.len()),
                score: None,
                provenance: provenance(own),
            })
            .filter(|relation| relation.head != relation.tail)
            .collect();
        let before = Arc::new(tagset.clone());
        let mut document = OpenDocument::new(labelled);
        document.set_tagset(Some(before.clone()));
        let shown = show(&document);

        let sort = if of_entities { Sort::Entity } else { Sort::Relation };
        let names: Vec<String> = tagset.names(sort).map(str::to_owned).collect();
        let (gone, stays) = (names[one.index(names.len())].clone(), names[other.index(names.len())].clone());
        let edit = match what {
            0 => TagsetEdit::Rename { sort, name: gone.clone(), to: name("New") },
            1 if gone != stays => TagsetEdit::Merge { sort, name: gone.clone(), into: stays },
            _ => TagsetEdit::Remove { sort, name: gone.clone() },
        };
        tagset.apply(&edit).unwrap();
        let step = document.follow(&edit, Arc::new(tagset));
        let labels = document.labels();
        prop_assert!(labels.entities.iter().all(|it| sort != Sort::Entity || it.kind != gone));
        prop_assert!(labels.relations.iter().all(|it| sort != Sort::Relation || it.kind != gone));
        prop_assert_eq!(document.to_labelled().check(), Ok(()));
        document.set_tagset(Some(before));
        if let Some(step) = step {
            let mut again = document.clone();
            again.undo();
            prop_assert_eq!(show(&again), shown.clone());
            document.take_back(step);
        }
        prop_assert_eq!(show(&document), shown);
    }
}
