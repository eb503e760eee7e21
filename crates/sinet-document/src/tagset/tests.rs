use expect_test::{Expect, expect};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::counts::Count;

fn tagset() -> Tagset {
    Tagset::from_json(
        r#"{"entities": {"Person": {}, "Group": {"verbose": "Group of people"}, "Place": {}},
            "relations": {"lives_in": {"heads": ["Person", "Group"], "tails": ["Place"]},
                          "knows": {"symmetric": true, "heads": ["Person"], "tails": ["Group"]}}}"#,
    )
    .expect("it is a types.json")
}

fn names(tagset: &Tagset, sort: Sort) -> Vec<&str> {
    tagset.names(sort).collect()
}

fn rename(sort: Sort, name: &str, to: &str) -> TagsetEdit {
    TagsetEdit::Rename { sort, name: name.to_owned(), to: to.to_owned() }
}

fn merge(sort: Sort, name: &str, into: &str) -> TagsetEdit {
    TagsetEdit::Merge { sort, name: name.to_owned(), into: into.to_owned() }
}

fn remove(sort: Sort, name: &str) -> TagsetEdit {
    TagsetEdit::Remove { sort, name: name.to_owned() }
}

#[test]
fn the_trainer_reads_what_is_written() {
    let mut tagset = tagset();
    tagset
        .apply(&TagsetEdit::Map { sort: Sort::Entity, kind: "Per".to_owned(), to: Some("Person".to_owned()) })
        .unwrap();
    tagset.apply(&TagsetEdit::Map { sort: Sort::Entity, kind: "Group".to_owned(), to: None }).unwrap();
    let json = tagset.to_json();
    expect![[r#"
        {
          "entities": {
            "Person": {
              "short": "Person",
              "verbose": "Person",
              "key": "1",
              "tone": 0
            },
            "Group": {
              "short": "Group",
              "verbose": "Group of people",
              "key": "2",
              "tone": 1
            },
            "Place": {
              "short": "Place",
              "verbose": "Place",
              "key": "3",
              "tone": 2
            }
          },
          "relations": {
            "lives_in": {
              "short": "lives_in",
              "verbose": "lives_in",
              "symmetric": false,
              "key": "1",
              "heads": [
                "Person",
                "Group"
              ],
              "tails": [
                "Place"
              ]
            },
            "knows": {
              "short": "knows",
              "verbose": "knows",
              "symmetric": true,
              "key": "2",
              "heads": [
                "Person"
              ],
              "tails": [
                "Group"
              ]
            }
          },
          "of_model": {
            "entities": {
              "Group": null,
              "Per": "Person"
            },
            "relations": {}
          }
        }"#]]
    .assert_eq(&json);
    let schema: sinet_text::Schema = serde_json::from_str(&json).expect("the trainer's schema");
    assert_eq!(schema.entity_index("Place"), Some(2));
    assert_eq!(schema.entities[1].verbose, "Group of people");
    assert!(schema.relations[1].symmetric && !schema.relations[0].symmetric);
    assert_eq!(Tagset::from_json(&json), Ok(tagset));
    // And the other way: the file of somebody who knows nothing of keys.
    let plain = serde_json::to_string(&schema).unwrap();
    assert_eq!(Tagset::from_json(&plain).unwrap().key(Sort::Relation, "knows"), Some('2'));
}

#[test]
fn what_is_no_types_json_is_said() {
    let check = |json: &str, expected: Expect| expected.assert_eq(&Tagset::from_json(json).unwrap_err().to_string());
    check(&" ".repeat(FILE_BYTES + 1), expect!["This file is too large for a types.json; one has at most 1 MB."]);
    check("{}", expect!["This is no types.json: missing field `entities` at line 1 column 2."]);
    check(
        "[]",
        expect![
            "This is no types.json: invalid length 0, expected an object with `entities` and `relations` at line 1 column 2."
        ],
    );
    check(
        r#"{"entities": {"A": {}, "A": {}}}"#,
        expect!["There is another entity type “A”; choose another name, or merge the two."],
    );
    check(r#"{"entities": {" ": {}}}"#, expect!["A type needs a name."]);
    check(
        r#"{"entities": {"a\nb": {}}}"#,
        expect!["A type's name has no line breaks and no other control characters."],
    );
    check(
        &format!(r#"{{"entities": {{"{}": {{}}}}}}"#, "é".repeat(201)),
        expect!["A type's name has at most 200 characters."],
    );
    check(r#"{"entities": {"A": {"tone": 8}}}"#, expect!["The colours of types are 0 to 7, and 8 is none of them."]);
    check(r#"{"entities": {"A": {}}, "relations": {"R": {"heads": ["B"]}}}"#, expect!["There is no entity type “B”."]);
    check(
        r#"{"entities": {"A": {}}, "of_model": {"relations": {"X": "R"}}}"#,
        expect!["There is no relation type “R”."],
    );
    let many: Vec<String> = (0..257).map(|number| format!("\"T{number}\": {{}}")).collect();
    check(
        &format!("{{\"entities\": {{{}}}}}", many.join(",")),
        expect!["This is no types.json: it names more than 256 types of one sort at line 1 column 2731."],
    );
    assert_eq!(
        names(&Tagset::from_json(&format!("{{\"entities\": {{{}}}}}", many[..256].join(","))).unwrap(), Sort::Entity)
            .len(),
        256
    );
}

#[test]
fn a_key_that_cannot_be_had_is_left_out() {
    let tagset = Tagset::from_json(
        r#"{"entities": {"A": {"key": "p"}, "B": {"key": "p"}, "C": {"key": "r"}, "D": {}, "E": {"key": "12"}, "F": {"key": "2"}}}"#,
    )
    .unwrap();
    let keys: Vec<_> = tagset.entities().iter().map(|tag| tag.key).collect();
    assert_eq!(keys, [Some('p'), None, None, None, None, Some('2')]);
    assert_eq!(tagset.with_key(Sort::Entity, 'p'), Some("A"));
}

#[test]
fn types_come_from_a_model_and_from_labels() {
    let mut types = tagset().types();
    types.tones.clear();
    let of_model = Tagset::of_types(&types).unwrap();
    assert_eq!(of_model, {
        let mut same = tagset();
        for name in ["lives_in", "knows"] {
            same.apply(&TagsetEdit::SetEnds { name: name.to_owned(), heads: vec![], tails: vec![] }).unwrap();
        }
        same
    });
    assert_eq!(of_model.types().tones["Place"], 2);
    assert!(of_model.is_known_to(&types, Sort::Relation, "knows"));
    assert!(!of_model.is_known_to(&Types::default(), Sort::Relation, "knows"));
    let count = |person, model| Count { person, model };
    let counts = Counts {
        entities: [("B", count(1, 1)), ("A", count(1, 0)), ("C", count(0, 9))]
            .map(|(kind, count)| (kind.to_owned(), count))
            .into(),
        relations: [("R".to_owned(), count(1, 0))].into(),
    };
    let of_labels = Tagset::of_labels(&counts).unwrap();
    assert_eq!(names(&of_labels, Sort::Entity), ["C", "B", "A"]);
    let both = of_model.and(&of_labels).unwrap();
    assert_eq!(names(&both, Sort::Entity), ["Person", "Group", "Place", "C", "B", "A"]);
    assert_eq!(both.entity("A").unwrap().key, Some('6'));
    assert_eq!(names(&both, Sort::Relation), ["lives_in", "knows", "R"]);
}

#[test]
fn what_relations_may_join_is_said() {
    let mut tagset = tagset();
    let check = |tagset: &Tagset, [kind, head, tail]: [&str; 3], expected: Expect| {
        let said = tagset.allows(kind, head, tail).err().unwrap_or_default();
        expected.assert_eq(&said);
    };
    check(&tagset, ["lives_in", "Group", "Place"], expect![""]);
    check(
        &tagset,
        ["lives_in", "Place", "Group"],
        expect!["“lives_in” goes from Person or Group of people to Place, not from Place to Group of people."],
    );
    check(&tagset, ["knows", "Group", "Person"], expect![""]);
    check(
        &tagset,
        ["knows", "Group", "Other"],
        expect!["“knows” joins Person and Group of people, not Group of people and Other."],
    );
    check(&tagset, ["unknown", "Group", "Other"], expect![""]);
    let ends = |heads: &[&str]| TagsetEdit::SetEnds {
        name: "lives_in".to_owned(),
        heads: heads.iter().map(|&head| head.to_owned()).collect(),
        tails: Vec::new(),
    };
    tagset.apply(&ends(&["Person", "Group", "Place"])).unwrap();
    check(
        &tagset,
        ["lives_in", "Other", "Other"],
        expect!["“lives_in” goes from Person, Group of people or Place to anything, not from Other to Other."],
    );
    tagset.apply(&ends(&[])).unwrap();
    check(&tagset, ["lives_in", "Other", "Other"], expect![""]);
}

#[test]
fn names_change_wherever_they_are() {
    let mut tagset = tagset();
    tagset.apply(&rename(Sort::Entity, "Person", " Human ")).unwrap();
    tagset.apply(&rename(Sort::Entity, "Group", "Crowd")).unwrap();
    assert_eq!(names(&tagset, Sort::Entity), ["Human", "Crowd", "Place"]);
    assert_eq!(
        [tagset.words(Sort::Entity, "Human"), tagset.words(Sort::Entity, "Crowd")],
        ["Human", "Group of people"]
    );
    assert_eq!(tagset.relation("lives_in").unwrap().heads, ["Human", "Crowd"]);
    assert_eq!(tagset.of_model(Sort::Entity, "Person"), Some("Human"), "the model's labels follow");

    tagset.apply(&merge(Sort::Entity, "Human", "Crowd")).unwrap();
    assert_eq!(tagset.relation("lives_in").unwrap().heads, ["Crowd"]);
    assert_eq!(tagset.of_model(Sort::Entity, "Person"), Some("Crowd"));
    tagset.apply(&rename(Sort::Entity, "Crowd", "Group")).unwrap();
    assert_eq!(tagset.of_model(Sort::Entity, "Group"), Some("Group"));

    tagset.apply(&remove(Sort::Entity, "Group")).unwrap();
    assert_eq!([tagset.of_model(Sort::Entity, "Person"), tagset.of_model(Sort::Entity, "Group")], [None, None]);
    assert_eq!(tagset.relation("lives_in").unwrap().heads, Vec::<String>::new());
}

#[test]
fn merged_relations_may_join_what_either_could() {
    let mut set = tagset();
    set.apply(&merge(Sort::Relation, "knows", "lives_in")).unwrap();
    let tag = set.relation("lives_in").unwrap();
    assert_eq!((tag.heads.join(" "), tag.tails.join(" ")), ("Person Group".to_owned(), "Place Group".to_owned()));
    let mut set = tagset();
    set.apply(&TagsetEdit::SetEnds { name: "knows".to_owned(), heads: vec![], tails: vec!["Place".to_owned()] })
        .unwrap();
    set.apply(&merge(Sort::Relation, "lives_in", "knows")).unwrap();
    let tag = set.relation("knows").unwrap();
    assert_eq!((tag.heads.len(), tag.tails.join(" ")), (0, "Place".to_owned()));
}

#[test]
fn changes_that_make_no_sense_are_refused() {
    let mut tagset = tagset();
    let before = tagset.clone();
    let key = |key| TagsetEdit::SetKey { sort: Sort::Entity, name: "Person".to_owned(), key: Some(key) };
    for (edit, said) in [
        (
            rename(Sort::Entity, "Person", "Group"),
            "There is another entity type “Group”; choose another name, or merge the two.",
        ),
        (rename(Sort::Entity, "Nobody", "X"), "There is no entity type “Nobody”."),
        (merge(Sort::Relation, "knows", "knows"), "A type cannot be merged with itself."),
        (remove(Sort::Relation, "Person"), "There is no relation type “Person”."),
        (key('2'), "The key 2 is that of “Group”; choose another."),
        (key('R'), "The key “r” cannot choose a type; these can: 123456789abcdefgijklmnopqstuvxyz."),
        (
            TagsetEdit::SetTone { name: "Person".to_owned(), tone: 8 },
            "The colours of types are 0 to 7, and 8 is none of them.",
        ),
        (
            TagsetEdit::Add { sort: Sort::Entity, name: "a\u{7}".to_owned() },
            "A type's name has no line breaks and no other control characters.",
        ),
        (
            TagsetEdit::Map { sort: Sort::Entity, kind: "X".to_owned(), to: Some("Y".to_owned()) },
            "There is no entity type “Y”.",
        ),
    ] {
        assert_eq!(tagset.apply(&edit).unwrap_err().to_string(), said);
        assert_eq!(tagset, before);
    }
    tagset.apply(&key('A')).unwrap();
    assert_eq!(tagset.key(Sort::Entity, "Person"), Some('a'));
}

#[test]
fn a_models_labels_are_hidden_unless_there_is_a_type() {
    let mut tagset = tagset();
    let of_model = |tagset: &Tagset, kind: &str| tagset.of_model(Sort::Entity, kind).map(str::to_owned);
    assert_eq!([of_model(&tagset, "Person"), of_model(&tagset, "Per")], [Some("Person".to_owned()), None]);
    let mut map = |kind: &str, to: Option<&str>| {
        tagset
            .apply(&TagsetEdit::Map { sort: Sort::Entity, kind: kind.to_owned(), to: to.map(str::to_owned) })
            .unwrap();
        of_model(&tagset, kind)
    };
    assert_eq!(map("Per", Some("Person")).as_deref(), Some("Person"));
    assert_eq!(map("Per", None), None);
    assert_eq!(map("Person", None), None);
    assert_eq!(map("Person", Some("Person")).as_deref(), Some("Person"));
    assert_eq!(tagset, self::tagset(), "what nobody has chosen otherwise is not written down");
}

#[test]
fn changes_are_taken_back() {
    let mut history = TagsetHistory::<u32>::new(tagset());
    assert!(!history.undo() && !history.redo());
    history.apply(&rename(Sort::Entity, "Person", "Human")).unwrap();
    *history.last().unwrap() = 7;
    history.apply(&remove(Sort::Entity, "Place")).unwrap();
    assert!(history.apply(&remove(Sort::Entity, "Place")).is_err());
    assert!(history.undo());
    assert_eq!(names(history.tagset(), Sort::Entity), ["Human", "Group", "Place"]);
    assert!(history.undo() && !history.undo());
    assert_eq!(history.tagset(), &tagset());
    assert_eq!(history.last_undone(), Some(&mut 7));
    assert!(history.redo() && history.redo() && !history.redo());
    assert_eq!(names(history.tagset(), Sort::Entity), ["Human", "Group"]);
    assert_eq!(history.last(), Some(&mut 0));
    history.undo();
    history.apply(&rename(Sort::Entity, "Group", "Crowd")).unwrap();
    assert!(!history.redo());
}

#[test]
fn changes_are_taken_back_after_they_were_kept() {
    let mut history = TagsetHistory::<Vec<u32>>::new(tagset());
    history.apply(&rename(Sort::Entity, "Person", "Human")).unwrap();
    history.last().unwrap().push(7);
    history.apply(&remove(Sort::Entity, "Place")).unwrap();
    history.undo();
    let mut kept = TagsetHistory::from_json(&history.to_json()).unwrap();
    assert_eq!(kept, history);
    assert!(kept.redo() && kept.undo());
    assert_eq!(kept.last(), Some(&mut vec![7]));
    assert!(kept.undo() && !kept.undo());
    assert_eq!(kept.tagset(), &tagset());
    // A page of before kept the types alone.
    assert_eq!(TagsetHistory::<Vec<u32>>::from_json(&tagset().to_json()), Ok(TagsetHistory::new(tagset())));
    assert!(matches!(TagsetHistory::<Vec<u32>>::from_json("[]"), Err(TagsetError::NoTypes(_))));
}

/// A change of whatever is there; the numbers choose.
fn edits() -> impl Strategy<Value = (u8, bool, Index, Index, String)> {
    (0..12u8, any::<bool>(), any::<Index>(), any::<Index>(), "[A-Ea-e1 ]{0,3}")
}

fn edit(tagset: &Tagset, (what, of_entities, one, other, text): &(u8, bool, Index, Index, String)) -> TagsetEdit {
    let sort = if *of_entities { Sort::Entity } else { Sort::Relation };
    let pick = |sort, index: &Index| {
        let names = names(tagset, sort);
        if names.is_empty() { text.clone() } else { names[index.index(names.len())].to_owned() }
    };
    let name = pick(sort, one);
    match what {
        0..3 => TagsetEdit::Add { sort, name: text.clone() },
        3 => TagsetEdit::Rename { sort, name, to: text.clone() },
        4 => TagsetEdit::Merge { sort, name, into: pick(sort, other) },
        5 => TagsetEdit::Remove { sort, name },
        6 => TagsetEdit::Reword { sort, name, verbose: text.clone() },
        7 => TagsetEdit::SetKey { sort, name, key: text.chars().next() },
        8 => TagsetEdit::SetTone { name, tone: other.index(10) },
        9 => TagsetEdit::Move { sort, name, place: other.index(10) },
        10 => TagsetEdit::Map { sort, kind: text.clone(), to: of_entities.then(|| pick(sort, other)) },
        _ => {
            let ends = |index: &Index| vec![pick(Sort::Entity, index), pick(Sort::Entity, one)];
            TagsetEdit::SetEnds { name: pick(Sort::Relation, one), heads: ends(one), tails: ends(other) }
        }
    }
}

proptest! {
    #[test]
    fn any_changes_leave_sound_types(script in prop::collection::vec(edits(), 0..40)) {
        let mut history = TagsetHistory::<()>::new(Tagset::default());
        let mut states = vec![Tagset::default()];
        for step in &script {
            let before = history.tagset().clone();
            match history.apply(&edit(&before, step)) {
                Ok(()) => states.push(history.tagset().clone()),
                Err(_) => prop_assert_eq!(history.tagset(), &before),
            }
            let tagset = history.tagset();
            for sort in [Sort::Entity, Sort::Relation] {
                let names = names(tagset, sort);
                let different: std::collections::BTreeSet<_> = names.iter().collect();
                prop_assert_eq!(different.len(), names.len());
                let keys: Vec<_> = names.iter().filter_map(|name| tagset.key(sort, name)).collect();
                let different: std::collections::BTreeSet<_> = keys.iter().collect();
                prop_assert_eq!(different.len(), keys.len());
            }
            let ends = tagset.relations().iter().flat_map(|tag| tag.heads.iter().chain(&tag.tails));
            prop_assert!(ends.into_iter().all(|end| tagset.has(Sort::Entity, end)));
            prop_assert!(tagset.entities().iter().all(|tag| tag.tone < TONES));
            let again = Tagset::from_json(&tagset.to_json()).expect("what was written is read");
            if tagset.entities().iter().any(|tag| tag.key.is_some()) && tagset.relations().iter().any(|tag| tag.key.is_some()) {
                prop_assert_eq!(&again, tagset);
            }
            prop_assert_eq!(again.types(), tagset.types());
        }
        for state in states.iter().rev().skip(1).take(100) {
            prop_assert!(history.undo());
            prop_assert_eq!(history.tagset(), state);
        }
        while history.redo() {}
        prop_assert_eq!(Some(history.tagset()), states.last());
    }

    #[test]
    fn no_file_is_too_much(json in r#"\{"entities": ?\{("[AB]":\{("key":"[1-9rR]{0,2}",)?"tone":[0-9]\},?){0,3}\},"relations":[{}\[\]"A:1,]{0,12}\}"#) {
        if let Ok(tagset) = Tagset::from_json(&json) {
            prop_assert_eq!(Tagset::from_json(&tagset.to_json()).map(|again| again.types()), Ok(tagset.types()));
        }
    }
}
