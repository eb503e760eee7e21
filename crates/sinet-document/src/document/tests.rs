use proptest::prelude::*;
use proptest::sample::Index;
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::WordRange;

use super::*;

const TEXT: &str = "Zoë wrote a naïve parser, and a tagger. It reads 😀 in Köln.";
const KINDS: [&str; 3] = ["A", "B", "C"];

fn words(start: usize, end: usize) -> WordRange {
    WordRange { start, end }
}

fn entity(document: &OpenDocument, kind: &str, words: WordRange, provenance: Provenance) -> LabelledEntity {
    let span = document.span_of(words).expect("there are such words");
    LabelledEntity { kind: kind.to_owned(), span, score: (provenance == Provenance::Model).then_some(0.5), provenance }
}

/// A document with two sentences, four entities of a model and two relations.
fn read() -> OpenDocument {
    let mut document = OpenDocument::of_text(TEXT);
    document
        .take_reading(reading(&[("A", 0, 1), ("B", 3, 5), ("B", 8, 9), ("A", 14, 15)], &[("X", 0, 1), ("Y", 2, 1)]));
    document
}

fn reading(entities: &[(&str, usize, usize)], relations: &[(&str, usize, usize)]) -> LabelledDocument {
    reading_of(TEXT, entities, relations)
}

fn reading_of(text: &str, entities: &[(&str, usize, usize)], relations: &[(&str, usize, usize)]) -> LabelledDocument {
    let document = OpenDocument::of_text(text);
    let relation = |&(kind, head, tail): &(&str, usize, usize)| LabelledRelation {
        kind: kind.to_owned(),
        head,
        tail,
        score: Some(0.75),
        provenance: Provenance::Model,
    };
    LabelledDocument {
        entities: (entities.iter())
            .map(|&(kind, start, end)| entity(&document, kind, words(start, end), Provenance::Model))
            .collect(),
        relations: relations.iter().map(relation).collect(),
        ..document.to_labelled()
    }
}

/// Everything that is shown, a label a line; what a person says with an exclamation mark.
fn show(document: &OpenDocument) -> Vec<String> {
    let labels = document.labels();
    let text = |id| labels.entity(id).expect("both ends are shown").text.as_str();
    let mark = |provenance| if provenance == Provenance::Person { "!" } else { "" };
    let entities =
        labels.entities.iter().map(|entity| format!("{} {}{}", entity.text, entity.kind, mark(entity.provenance)));
    let relations = labels.relations.iter().map(|relation| {
        format!("{} -{}{}-> {}", text(relation.head), relation.kind, mark(relation.provenance), text(relation.tail))
    });
    entities.chain(relations).collect()
}

fn entity_named(document: &OpenDocument, text: &str) -> EntityId {
    let labels = document.labels();
    labels.entities.iter().find(|entity| entity.text == text).expect("there is such an entity").id
}

fn relation_named(document: &OpenDocument, kind: &str) -> RelationId {
    let labels = document.labels();
    labels.relations.iter().find(|relation| relation.kind == kind).expect("there is such a relation").id
}

#[test]
fn a_reading_is_shown() {
    let read = read();
    assert_eq!(
        show(&read),
        ["Zoë A", "naïve parser B", "tagger B", "Köln A", "Zoë -X-> naïve parser", "tagger -Y-> naïve parser"]
    );
    assert_eq!(read.to_labelled().check(), Ok(()));
    assert!(!read.is_corrected() && !read.can_undo());
}

#[test]
fn corrections_outlast_readings() {
    let mut document = read();
    let (parser, tagger) = (entity_named(&document, "naïve parser"), entity_named(&document, "tagger"));
    document.apply(Edit::RetypeEntity { id: parser, kind: "C".to_owned() }).unwrap();
    document.apply(Edit::RemoveEntity(entity_named(&document, "Köln"))).unwrap();
    document.apply(Edit::MoveEntity { id: tagger, words: words(7, 9) }).unwrap();
    document.apply(Edit::RemoveRelation(relation_named(&document, "X"))).unwrap();
    document.apply(Edit::ReverseRelation(relation_named(&document, "Y"))).unwrap();
    let corrected = ["Zoë A", "naïve parser C!", "a tagger B!", "naïve parser -Y!-> a tagger"];
    assert_eq!(show(&document), corrected);

    document.take_reading(read().to_labelled());
    assert_eq!(show(&document), corrected, "the same reading changes nothing");

    document.take_reading(reading(&[("C", 0, 1), ("A", 11, 12)], &[]));
    let other = ["Zoë C", "naïve parser C!", "a tagger B!", "reads A", "naïve parser -Y!-> a tagger"];
    assert_eq!(show(&document), other, "another one only what is untouched");

    let found = |kind: &str, head, tail| FoundRelation { kind: kind.to_owned(), head, tail, score: Some(0.5) };
    let zoe = entity_named(&document, "Zoë");
    document.take_relations(vec![found("X", zoe, parser), found("Y", parser, tagger), found("Z", tagger, zoe)]);
    let scored = ["naïve parser -Y!-> a tagger", "a tagger -Z-> Zoë"];
    assert_eq!(show(&document)[4..], scored, "what was removed stays removed, what a person says counts once");

    document.take_reading(read().to_labelled());
    while document.undo().is_some() {}
    assert_eq!(show(&document), show(&read()), "undone, the model's word counts again");
}

#[test]
fn what_a_person_related_stays() {
    let mut document = read();
    let (zoe, koeln) = (entity_named(&document, "Zoë"), entity_named(&document, "Köln"));
    document.apply(Edit::AddRelation { kind: "X".to_owned(), head: zoe, tail: koeln }).unwrap();
    document.take_reading(reading(&[("B", 3, 5)], &[]));
    assert_eq!(show(&document), ["Zoë A", "naïve parser B", "Köln A", "Zoë -X!-> Köln"]);
}

#[test]
fn an_accepted_label_is_a_persons() {
    let mut document = read();
    document.apply(Edit::AcceptEntity(entity_named(&document, "Zoë"))).unwrap();
    document.apply(Edit::AcceptRelation(relation_named(&document, "Y"))).unwrap();
    assert_eq!(document.apply(Edit::AcceptEntity(entity_named(&document, "Zoë"))), Err(Refusal::There));
    document.take_reading(reading(&[("B", 3, 5)], &[]));
    assert_eq!(show(&document), ["Zoë A!", "naïve parser B", "tagger B", "tagger -Y!-> naïve parser"]);
}

#[test]
fn edits_that_make_no_sense_are_refused() {
    let mut document = read();
    let (zoe, parser) = (entity_named(&document, "Zoë"), entity_named(&document, "naïve parser"));
    let add = |words| Edit::AddEntity { kind: "A".to_owned(), words };
    let relate = |head, tail| Edit::AddRelation { kind: "X".to_owned(), head, tail };
    assert_eq!(document.apply(add(words(2, 2))), Err(Refusal::NoWords));
    assert_eq!(document.apply(add(words(3, 99))), Err(Refusal::NoWords));
    assert_eq!(document.apply(Edit::MoveEntity { id: zoe, words: words(9, 3) }), Err(Refusal::NoWords));
    assert_eq!(document.apply(relate(zoe, zoe)), Err(Refusal::OneEnd));
    document.apply(relate(parser, zoe)).unwrap();
    assert_eq!(document.apply(relate(parser, zoe)), Err(Refusal::There));
    document.apply(Edit::RemoveEntity(parser)).unwrap();
    assert_eq!(document.apply(Edit::RemoveEntity(parser)), Err(Refusal::Gone));
    assert_eq!(document.apply(relate(parser, zoe)), Err(Refusal::Gone));
    document.undo();
    document.undo();
    assert_eq!(show(&document), show(&read()));
}

#[test]
fn labels_move_with_a_changed_text() {
    let mut document = read();
    let (parser, tagger) = (entity_named(&document, "naïve parser"), entity_named(&document, "tagger"));
    document.apply(Edit::RetypeEntity { id: parser, kind: "C".to_owned() }).unwrap();
    document.apply(Edit::RemoveEntity(tagger)).unwrap();
    document.apply(Edit::AddEntity { kind: "C".to_owned(), words: words(11, 12) }).unwrap();
    document
        .apply(Edit::AddRelation { kind: "Y".to_owned(), head: entity_named(&document, "reads"), tail: parser })
        .unwrap();

    let longer = TEXT.replace("wrote", "and Ada wrote");
    let found = reading_of(&longer, &[("B", 5, 7), ("B", 10, 11)], &[]);
    assert_eq!(document.take_reading(found), Lost::default());
    assert_eq!(show(&document), ["naïve parser C!", "reads C!", "reads -Y!-> naïve parser"]);

    let without = longer.replace("a naïve parser, and ", "");
    assert_eq!(document.take_reading(reading_of(&without, &[], &[])), Lost { entities: 1, relations: 1 });
    assert_eq!(show(&document), ["reads C!"]);
    while document.undo().is_some() {}
    assert_eq!(show(&document), Vec::<String>::new());
    assert!(document.redo().is_some());
}

#[test]
fn corrections_come_back_with_their_text() {
    let mut document = read();
    let parser = entity_named(&document, "naïve parser");
    document.apply(Edit::RetypeEntity { id: parser, kind: "C".to_owned() }).unwrap();
    document.apply(Edit::RemoveEntity(entity_named(&document, "Köln"))).unwrap();
    let shown = show(&document);
    let without_parser = TEXT.replace("naïve parser", "");
    for texts in [&["", TEXT][..], &[&without_parser, "", TEXT], &[&without_parser, "", &without_parser, TEXT]] {
        let mut document = document.clone();
        for text in texts {
            document.take_reading(if *text == TEXT { read().to_labelled() } else { reading_of(text, &[], &[]) });
        }
        assert_eq!(show(&document), shown, "{texts:?}");
        while document.undo().is_some() {}
        assert_eq!(show(&document), show(&read()), "{texts:?}");
    }

    // Edits made meanwhile count.
    document.take_reading(reading_of(&without_parser, &[("A", 0, 1)], &[]));
    document.apply(Edit::AcceptEntity(entity_named(&document, "Zoë"))).unwrap();
    document.take_reading(read().to_labelled());
    assert_eq!(document.labels().entities.iter().filter(|entity| entity.provenance == Provenance::Person).count(), 1);
}

#[test]
fn b25_relations_that_nobody_speaks_of_are_forgotten() {
    let mut document = read();
    document.apply(Edit::RemoveRelation(relation_named(&document, "X"))).unwrap();
    document.apply(Edit::RemoveRelation(relation_named(&document, "Y"))).unwrap();
    document.undo();
    let (zoe, parser) = (entity_named(&document, "Zoë"), entity_named(&document, "naïve parser"));
    let found = |kind: String| FoundRelation { kind, head: zoe, tail: parser, score: Some(0.5) };
    for number in 0..100 {
        document.take_relations(vec![found(format!("N{number}"))]);
        // The model's labels, those that were removed, and those that can be removed again.
        assert_eq!(document.relations.known.len(), 3, "{number}");
    }
    document.take_reading(read().to_labelled());
    let shown = |document: &OpenDocument| show(document).split_off(4);
    assert_eq!(shown(&document), ["tagger -Y-> naïve parser"], "what was removed stays removed");
    document.redo();
    assert_eq!(shown(&document), Vec::<String>::new(), "and is removed again");
    let stored = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<OpenDocument>(&stored).unwrap(), document);
}

#[test]
fn b1_a_correction_that_was_moved_by_another_text_comes_back_to_its_place() {
    let text = "A parser and a parser.";
    let mut document = OpenDocument::of_text(text);
    document.apply(Edit::AddEntity { kind: "C".to_owned(), words: words(4, 5) }).unwrap();
    let place = |document: &OpenDocument| {
        let labels = document.labels();
        let own = labels.entities.iter().filter(|entity| entity.provenance == Provenance::Person);
        own.map(|entity| entity.words).collect::<Vec<_>>()
    };
    // The one takes the correction to its only parser, the other loses it.
    for (other, places) in [("One parser!", vec![words(1, 2)]), ("A parser.", vec![])] {
        let mut document = document.clone();
        document.take_reading(reading_of(other, &[], &[]));
        assert_eq!(place(&document), places, "{other}");
        // There are two parsers in this text, so that no search finds the right one.
        let lost = document.take_reading(reading_of(text, &[], &[]));
        assert_eq!((lost, place(&document)), (Lost::default(), vec![words(4, 5)]), "{other}");
    }
}

#[test]
fn what_has_gone_is_said() {
    let tell = |entities, relations| Lost { entities, relations }.tell();
    assert_eq!(tell(0, 0), None);
    assert_eq!(tell(1, 0).unwrap(), "Gone with the text that they stood in: one entity of yours.");
    assert_eq!(
        tell(2, 1).unwrap(),
        "Gone with the text that they stood in: 2 entities of yours and one relation of yours."
    );
}

#[test]
fn a_document_survives_being_stored() {
    let mut document = read();
    document.apply(Edit::RemoveEntity(entity_named(&document, "Köln"))).unwrap();
    document.apply(Edit::ReverseRelation(relation_named(&document, "Y"))).unwrap();
    let json = serde_json::to_string(&document).unwrap();
    let mut again: OpenDocument = serde_json::from_str(&json).unwrap();
    assert_eq!(again, document);
    again.undo();
    assert_eq!(
        show(&again)[3..],
        ["Zoë -X-> naïve parser", "tagger -Y-> naïve parser"],
        "its history is stored with it"
    );
    again.redo();
    again.take_reading(read().to_labelled());
    assert_eq!(show(&again), show(&document), "what was removed stays removed");

    for (good, bad) in [
        ("\"next_id\":6", "\"next_id\":2"),
        ("\"end\":4}", "\"end\":3}"),
        ("{\"start\":0,\"end\":10}", "{\"start\":0,\"end\":99}"),
        ("{\"start\":0,\"end\":10}", "{\"start\":1,\"end\":10}"),
    ] {
        let broken = json.replacen(good, bad, 1);
        assert_ne!(broken, json, "{good} is in {json}");
        assert!(serde_json::from_str::<OpenDocument>(&broken).is_err(), "{bad}");
    }
}

#[test]
fn undo_survives_being_stored() {
    let mut document = read();
    document.apply(Edit::RemoveEntity(entity_named(&document, "Köln"))).unwrap();
    document.apply(Edit::AddEntity { kind: "C".to_owned(), words: words(11, 12) }).unwrap();
    document.undo();
    let mut again: OpenDocument = serde_json::from_str(&serde_json::to_string(&document).unwrap()).unwrap();
    assert!(again.redo().is_some() && !again.can_redo());
    assert!(show(&again).contains(&"reads C!".to_owned()));
    again.undo();
    again.undo();
    assert_eq!(show(&again), show(&read()));
    assert!(!again.can_undo());
}

#[test]
fn a_damaged_history_is_none_and_the_document_stays() {
    let mut document = read();
    document.apply(Edit::RemoveEntity(entity_named(&document, "Köln"))).unwrap();
    document.apply(Edit::RetypeEntity { id: entity_named(&document, "Zoë"), kind: "C".to_owned() }).unwrap();
    document.undo();
    let whole = serde_json::to_value(&document).unwrap();
    let history = |value: serde_json::Value| {
        let mut stored = whole.clone();
        stored["history"] = value;
        stored
    };
    let with = |path: &str, value: serde_json::Value| {
        let mut stored = whole.clone();
        *stored["history"].pointer_mut(path).expect(path) = value;
        stored
    };
    let mut old = whole.clone();
    old.as_object_mut().unwrap().remove("history");
    for (name, damaged) in [
        ("old", old),
        ("null", history(serde_json::json!(null))),
        ("a number", history(serde_json::json!(7))),
        ("a list", history(serde_json::json!([1, "x"]))),
        ("no steps", history(serde_json::json!({"done": 1, "undone": [], "next_step": 0}))),
        ("another label", with("/done/0/changes/0/Entity/0", serde_json::json!(1))),
        ("a label to come", with("/done/0/changes/0/Entity/0", serde_json::json!(4_000_000))),
        ("a cut character", with("/done/0/changes/0/Entity/1/1/was/span/start", serde_json::json!(3))),
        ("another order", with("/undone/0/changes/0/Entity/1/0", serde_json::json!({"was": null, "now": null}))),
        ("an empty step", with("/done/0/changes", serde_json::json!([]))),
        ("a step to come", with("/done/0/id", serde_json::json!(9))),
    ] {
        let mut again: OpenDocument = serde_json::from_value(damaged).expect(name);
        assert_eq!(show(&again), show(&document), "{name}");
        assert!(!again.can_undo() && !again.can_redo(), "{name}");
        assert_eq!(again.undo(), None);
    }
    assert!(serde_json::from_value::<OpenDocument>(whole).unwrap().can_redo());
}

#[test]
fn a_history_has_an_end() {
    let mut document = OpenDocument::of_text(TEXT);
    document.apply(Edit::AddEntity { kind: "A".to_owned(), words: words(0, 1) }).unwrap();
    let zoe = entity_named(&document, "Zoë");
    for number in 0..250 {
        document.apply(Edit::RetypeEntity { id: zoe, kind: format!("K{number}") }).unwrap();
    }
    let mut again: OpenDocument = serde_json::from_str(&serde_json::to_string(&document).unwrap()).unwrap();
    for document in [&mut document, &mut again] {
        let mut taken_back = 0;
        while document.undo().is_some() {
            taken_back += 1;
        }
        assert_eq!(taken_back, 200);
        assert_eq!(show(document), ["Zoë K49!"]);
    }
}

#[test]
fn some_edits_are_one_step_or_none() {
    let mut document = read();
    let [zoe, parser, koeln] = ["Zoë", "naïve parser", "Köln"].map(|text| entity_named(&document, text));
    let retype = |id| Edit::RetypeEntity { id, kind: "C".to_owned() };
    let selection = document.apply_all([retype(zoe), retype(koeln), Edit::RemoveEntity(parser)]);
    assert_eq!(selection, Ok(Selection::None));
    let all = ["Zoë C!", "tagger B", "Köln C!"];
    assert_eq!(show(&document), all);
    assert!(document.undo().is_some() && !document.can_undo());
    assert_eq!(show(&document), show(&read()));
    assert!(document.redo().is_some() && !document.can_redo());
    assert_eq!(show(&document), all);

    let (before, next_id) = (document.clone(), document.next_id);
    let add = Edit::AddEntity { kind: "A".to_owned(), words: words(11, 12) };
    let refused = document.apply_all([add, Edit::RemoveEntity(koeln), retype(koeln)]);
    assert_eq!(refused, Err(Refusal::Gone));
    assert_eq!((&document, document.next_id), (&before, next_id), "none of them is made");
    assert_eq!(document.last_step(), before.last_step());
    assert_eq!(document.apply_all([]), Ok(Selection::None));
    assert_eq!(document.last_step(), before.last_step());
}

#[test]
fn a_refused_edit_forgets_no_text_that_was_set_aside() {
    let mut document = read();
    document.apply(Edit::RetypeEntity { id: entity_named(&document, "naïve parser"), kind: "C".to_owned() }).unwrap();
    let shown = show(&document);
    document.take_reading(reading_of("", &[], &[]));
    assert_eq!(document.apply(Edit::AddEntity { kind: "A".to_owned(), words: words(0, 1) }), Err(Refusal::NoWords));
    document.take_reading(read().to_labelled());
    assert_eq!(show(&document), shown);
}

#[test]
fn a_step_that_is_not_the_last_can_be_taken_back() {
    let mut document = read();
    let [zoe, tagger, koeln] = ["Zoë", "tagger", "Köln"].map(|text| entity_named(&document, text));
    let retype = |id, kind: &str| Edit::RetypeEntity { id, kind: kind.to_owned() };
    document.apply_all([retype(zoe, "C"), retype(tagger, "C"), Edit::RemoveEntity(koeln)]).unwrap();
    let step = document.last_step().unwrap();
    document.apply(retype(tagger, "B")).unwrap();
    let mut document: OpenDocument = serde_json::from_str(&serde_json::to_string(&document).unwrap()).unwrap();
    let back = document.take_back(step).expect("it is remembered");
    let labels = ["Zoë A", "naïve parser B", "tagger B!", "Köln A"];
    assert_eq!(show(&document)[..4], labels, "what was changed since stays");
    assert_eq!(document.take_back(step), None, "it is taken back already");
    document.take_back(back).expect("and can be made again");
    assert_eq!(show(&document)[..3], ["Zoë C!", "naïve parser B", "tagger B!"]);
    document.undo();
    assert_eq!(show(&document)[..4], labels);

    // A label that was made once more since is not made twice.
    let mut document = OpenDocument::of_text(TEXT);
    let add = || Edit::AddEntity { kind: "A".to_owned(), words: words(0, 1) };
    document.apply(add()).unwrap();
    document.apply(Edit::RemoveEntity(entity_named(&document, "Zoë"))).unwrap();
    let removal = document.last_step().unwrap();
    document.apply(add()).unwrap();
    assert_eq!(document.take_back(removal), None);
    assert_eq!(show(&document), ["Zoë A!"]);
}

/// The steps of a script; the numbers choose among what is there.
#[derive(Debug, Clone)]
enum Move {
    Add(usize, Index, usize),
    Remove(Index),
    Retype(Index, usize),
    Shift(Index, Index, usize),
    Accept(Index),
    Relate(usize, Index, Index),
    Part(Index),
    Rename(Index, usize),
    Reverse(Index),
    Confirm(Index),
    Undo,
    Redo,
}

fn moves() -> impl Strategy<Value = Move> {
    let any = any::<Index>;
    prop_oneof![
        3 => (0..3usize, any(), 1..4usize).prop_map(|(kind, start, length)| Move::Add(kind, start, length)),
        1 => any().prop_map(Move::Remove),
        1 => (any(), 0..3usize).prop_map(|(entity, kind)| Move::Retype(entity, kind)),
        2 => (any(), any(), 1..4usize).prop_map(|(entity, start, length)| Move::Shift(entity, start, length)),
        1 => any().prop_map(Move::Accept),
        3 => (0..3usize, any(), any()).prop_map(|(kind, head, tail)| Move::Relate(kind, head, tail)),
        1 => any().prop_map(Move::Part),
        1 => (any(), 0..3usize).prop_map(|(relation, kind)| Move::Rename(relation, kind)),
        1 => any().prop_map(Move::Reverse),
        1 => any().prop_map(Move::Confirm),
        2 => Just(Move::Undo),
        1 => Just(Move::Redo),
    ]
}

/// The document as one would write it first: two plain lists, a whole copy of them for every step.
///
/// Nothing is ever taken out of the lists, so that an index names a label for good.
#[derive(Debug, Clone, Default, PartialEq)]
struct Naive {
    entities: Vec<NaiveEntity>,
    relations: Vec<NaiveRelation>,
}

#[derive(Debug, Clone, PartialEq)]
struct NaiveEntity {
    kind: String,
    words: (usize, usize),
    own: bool,
    there: bool,
    /// The words that the model gave it.
    found: Option<(usize, usize)>,
}

#[derive(Debug, Clone, PartialEq)]
struct NaiveRelation {
    kind: String,
    ends: [usize; 2],
    own: bool,
    there: bool,
    /// The model's findings.
    found: Option<(String, [usize; 2])>,
}

impl Naive {
    fn shows_entity(&self, index: usize) -> bool {
        let entity = &self.entities[index];
        let covered = || self.entities.iter().any(|other| other.own && other.there && other.words == entity.words);
        entity.there && (entity.own || !covered())
    }

    fn shows_relation(&self, index: usize) -> bool {
        let relation = &self.relations[index];
        let said = || {
            (self.relations.iter())
                .any(|other| other.own && other.there && other.kind == relation.kind && other.ends == relation.ends)
        };
        relation.there && relation.ends.iter().all(|&end| self.shows_entity(end)) && (relation.own || !said())
    }

    fn visible(&self) -> (Vec<usize>, Vec<usize>) {
        let entities = (0..self.entities.len()).filter(|&index| self.shows_entity(index)).collect();
        let relations = (0..self.relations.len()).filter(|&index| self.shows_relation(index)).collect();
        (entities, relations)
    }

    fn put_entity(&mut self, index: usize, kind: &str, words: (usize, usize)) -> bool {
        let twin = |other: &NaiveEntity| other.own && other.there && other.kind == kind && other.words == words;
        if self.entities.iter().any(twin) {
            return false;
        }
        let entity = &mut self.entities[index];
        (entity.kind, entity.words, entity.own, entity.there) = (kind.to_owned(), words, true, true);
        true
    }

    fn put_relation(&mut self, index: usize, kind: &str, ends: [usize; 2]) -> bool {
        let twin = |other: &NaiveRelation| other.own && other.there && other.kind == kind && other.ends == ends;
        if ends[0] == ends[1] || self.relations.iter().any(twin) {
            return false;
        }
        let relation = &mut self.relations[index];
        (relation.kind, relation.ends, relation.own, relation.there) = (kind.to_owned(), ends, true, true);
        true
    }

    fn add_entity(&mut self, kind: &str, words: (usize, usize)) -> bool {
        let twin = |other: &NaiveEntity| other.own && other.there && other.kind == kind && other.words == words;
        if self.entities.iter().any(twin) {
            return false;
        }
        let visible = self.visible().0;
        let model = visible.into_iter().find(|&index| !self.entities[index].own && self.entities[index].words == words);
        let removed = || self.entities.iter().position(|entity| !entity.there && entity.found == Some(words));
        let index = model.or_else(removed).unwrap_or(self.entities.len());
        if index == self.entities.len() {
            self.entities.push(NaiveEntity { kind: String::new(), words, own: true, there: false, found: None });
        }
        self.put_entity(index, kind, words)
    }

    fn add_relation(&mut self, kind: &str, ends: [usize; 2]) -> bool {
        let found = |relation: &NaiveRelation| {
            (!relation.there || !relation.own) && relation.found == Some((kind.to_owned(), ends))
        };
        let index = self.relations.iter().position(found).unwrap_or(self.relations.len());
        if index < self.relations.len() {
            return self.put_relation(index, kind, ends);
        }
        self.relations.push(NaiveRelation { kind: String::new(), ends, own: true, there: false, found: None });
        let done = self.put_relation(index, kind, ends);
        if !done {
            self.relations.pop();
        }
        done
    }
}

/// A document and its naive model, through the same script.
struct Both {
    document: OpenDocument,
    naive: Naive,
    done: Vec<Naive>,
    undone: Vec<Naive>,
    /// The names of the naive model's labels in the document.
    entities: Vec<EntityId>,
    relations: Vec<RelationId>,
}

impl Both {
    fn new() -> Self {
        let document = read();
        let labels = document.labels();
        let naive = Naive {
            entities: (labels.entities.iter())
                .map(|entity| {
                    let words = (entity.words.start, entity.words.end);
                    NaiveEntity { kind: entity.kind.clone(), words, own: false, there: true, found: Some(words) }
                })
                .collect(),
            relations: (labels.relations.iter())
                .map(|relation| {
                    let ends = [relation.head, relation.tail].map(|end| labels.place(end).unwrap());
                    let found = Some((relation.kind.clone(), ends));
                    NaiveRelation { kind: relation.kind.clone(), ends, own: false, there: true, found }
                })
                .collect(),
        };
        let entities = labels.entities.iter().map(|entity| entity.id).collect();
        let relations = labels.relations.iter().map(|relation| relation.id).collect();
        Self { document, naive, done: vec![], undone: vec![], entities, relations }
    }

    /// The edit that was made, if one was.
    fn play(&mut self, step: &Move) -> Option<Edit> {
        let before = self.naive.clone();
        let (entities, relations) = self.naive.visible();
        let pick = |all: &[usize], index: &Index| (!all.is_empty()).then(|| all[index.index(all.len())]);
        let range = |start: &Index, length: usize| {
            let count = self.document.words().len();
            let start = start.index(count);
            (start, count.min(start + length))
        };
        let (done, edit) = match step {
            Move::Undo => {
                assert_eq!(self.document.undo().is_some(), !self.done.is_empty());
                if let Some(earlier) = self.done.pop() {
                    self.undone.push(std::mem::replace(&mut self.naive, earlier));
                }
                return None;
            }
            Move::Redo => {
                assert_eq!(self.document.redo().is_some(), !self.undone.is_empty());
                if let Some(later) = self.undone.pop() {
                    self.done.push(std::mem::replace(&mut self.naive, later));
                }
                return None;
            }
            Move::Add(kind, start, length) => {
                let (kind, (from, to)) = (KINDS[*kind], range(start, *length));
                let edit = Edit::AddEntity { kind: kind.to_owned(), words: words(from, to) };
                (self.naive.add_entity(kind, (from, to)), edit)
            }
            Move::Remove(entity) => {
                let index = pick(&entities, entity)?;
                self.naive.entities[index].there = false;
                self.naive.entities[index].own = false;
                (true, Edit::RemoveEntity(self.entities[index]))
            }
            Move::Retype(entity, kind) => {
                let index = pick(&entities, entity)?;
                let words = self.naive.entities[index].words;
                let edit = Edit::RetypeEntity { id: self.entities[index], kind: KINDS[*kind].to_owned() };
                (self.naive.put_entity(index, KINDS[*kind], words), edit)
            }
            Move::Shift(entity, start, length) => {
                let index = pick(&entities, entity)?;
                let (from, to) = range(start, *length);
                let kind = self.naive.entities[index].kind.clone();
                let edit = Edit::MoveEntity { id: self.entities[index], words: words(from, to) };
                (self.naive.put_entity(index, &kind, (from, to)), edit)
            }
            Move::Accept(entity) => {
                let index = pick(&entities, entity)?;
                let NaiveEntity { kind, words, .. } = self.naive.entities[index].clone();
                (self.naive.put_entity(index, &kind, words), Edit::AcceptEntity(self.entities[index]))
            }
            Move::Relate(kind, head, tail) => {
                let (head, tail) = (pick(&entities, head)?, pick(&entities, tail)?);
                let kind = KINDS[*kind];
                let [from, to] = [self.entities[head], self.entities[tail]];
                let edit = Edit::AddRelation { kind: kind.to_owned(), head: from, tail: to };
                (self.naive.add_relation(kind, [head, tail]), edit)
            }
            Move::Part(relation) => {
                let index = pick(&relations, relation)?;
                self.naive.relations[index].there = false;
                self.naive.relations[index].own = false;
                (true, Edit::RemoveRelation(self.relations[index]))
            }
            Move::Rename(relation, kind) => {
                let index = pick(&relations, relation)?;
                let ends = self.naive.relations[index].ends;
                let edit = Edit::RetypeRelation { id: self.relations[index], kind: KINDS[*kind].to_owned() };
                (self.naive.put_relation(index, KINDS[*kind], ends), edit)
            }
            Move::Reverse(relation) => {
                let index = pick(&relations, relation)?;
                let NaiveRelation { kind, ends: [head, tail], .. } = self.naive.relations[index].clone();
                (self.naive.put_relation(index, &kind, [tail, head]), Edit::ReverseRelation(self.relations[index]))
            }
            Move::Confirm(relation) => {
                let index = pick(&relations, relation)?;
                let NaiveRelation { kind, ends, .. } = self.naive.relations[index].clone();
                (self.naive.put_relation(index, &kind, ends), Edit::AcceptRelation(self.relations[index]))
            }
        };
        let answer = self.document.apply(edit.clone());
        assert_eq!(answer.is_ok(), done, "{answer:?}");
        if !done {
            assert_eq!(self.naive, before, "what is refused changes nothing");
            return None;
        }
        // A label that the edit has made has a name from now on.
        match answer {
            Ok(Selection::Entity(id)) if before.entities.len() < self.naive.entities.len() => {
                self.entities.truncate(before.entities.len());
                self.entities.push(id);
            }
            Ok(Selection::Relation(id)) if before.relations.len() < self.naive.relations.len() => {
                self.relations.truncate(before.relations.len());
                self.relations.push(id);
            }
            _ => {}
        }
        self.done.push(before);
        self.undone.clear();
        Some(edit)
    }

    /// Compares what both show, names included.
    fn compare(&self) {
        let labels = self.document.labels();
        let (entities, relations) = self.naive.visible();
        let mut expected: Vec<_> = (entities.iter())
            .map(|&index| {
                let NaiveEntity { kind, words: (start, end), own, .. } = &self.naive.entities[index];
                (self.entities[index], kind.as_str(), words(*start, *end), *own)
            })
            .collect();
        let found = labels.entities.iter();
        let mut found: Vec<_> = (found)
            .map(|entity| (entity.id, entity.kind.as_str(), entity.words, entity.provenance == Provenance::Person))
            .collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
        let mut expected: Vec<_> = (relations.iter())
            .map(|&index| {
                let NaiveRelation { kind, ends, own, .. } = &self.naive.relations[index];
                (self.relations[index], kind.as_str(), ends.map(|end| self.entities[end]), *own)
            })
            .collect();
        let found = labels.relations.iter();
        let mut found: Vec<_> = (found)
            .map(|relation| {
                let ends = [relation.head, relation.tail];
                (relation.id, relation.kind.as_str(), ends, relation.provenance == Provenance::Person)
            })
            .collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn scripts_of_edits_do_what_the_naive_model_does(script in prop::collection::vec(moves(), 1..40)) {
        let original = read();
        let mut both = Both::new();
        for step in &script {
            both.play(step);
            both.compare();
        }
        let end = both.document.clone();
        prop_assert_eq!(end.to_labelled().check(), Ok(()));
        while both.document.undo().is_some() {}
        prop_assert_eq!(&both.document, &original);
        while both.document.redo().is_some() {}
        // Edits that were undone when the script ended have been made again too.
        let mut last = end.clone();
        while last.redo().is_some() {}
        prop_assert_eq!(&both.document, &last);
    }

    #[test]
    fn readings_change_nothing_that_a_person_says(script in prop::collection::vec(moves(), 1..20)) {
        let mut both = Both::new();
        for step in &script {
            both.play(step);
        }
        let shown = show(&both.document);
        both.document.take_reading(read().to_labelled());
        prop_assert_eq!(show(&both.document), shown);
        while both.document.undo().is_some() {}
        prop_assert_eq!(show(&both.document), show(&read()));
    }

    #[test]
    fn any_change_of_the_text_leaves_a_sound_document(
        script in prop::collection::vec(moves(), 1..20),
        (from, to, inserted) in (any::<Index>(), any::<Index>(), "[a é😀.]{0,6}"),
    ) {
        let mut both = Both::new();
        for step in &script {
            both.play(step);
        }
        let bounds: Vec<usize> = TEXT.char_indices().map(|(byte, _)| byte).chain([TEXT.len()]).collect();
        let (from, to) = (bounds[from.index(bounds.len())], bounds[to.index(bounds.len())]);
        let text = format!("{}{inserted}{}", &TEXT[..from.min(to)], &TEXT[from.max(to)..]);
        let own = |document: &OpenDocument| {
            document.labels().entities.into_iter().filter(|entity| entity.provenance == Provenance::Person).count()
        };
        let (before, shown) = (own(&both.document), show(&both.document));
        let lost = both.document.take_reading(OpenDocument::of_text(text.as_str()).to_labelled());
        prop_assert_eq!(both.document.text(), text.as_str());
        prop_assert_eq!(both.document.to_labelled().check(), Ok(()));
        prop_assert_eq!(own(&both.document) + lost.entities, before);
        if lost != Lost::default() {
            let mut back = both.document.clone();
            back.take_reading(read().to_labelled());
            prop_assert_eq!(show(&back), shown);
        }
        while both.document.undo().is_some() {
            prop_assert_eq!(both.document.to_labelled().check(), Ok(()));
        }
        while both.document.redo().is_some() {
            prop_assert_eq!(both.document.to_labelled().check(), Ok(()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_stored_document_is_undone_and_redone_as_the_one_that_stayed(
        before in prop::collection::vec(moves(), 1..30),
        after in prop::collection::vec(moves(), 1..10),
    ) {
        let mut both = Both::new();
        for step in &before {
            both.play(step);
        }
        both.document = serde_json::from_str(&serde_json::to_string(&both.document).unwrap()).unwrap();
        both.compare();
        for step in &after {
            both.play(step);
            both.compare();
        }
    }

    #[test]
    fn edits_as_one_step_do_what_they_do_one_by_one(script in prop::collection::vec(moves(), 1..20)) {
        let mut both = Both::new();
        let mut edits = Vec::new();
        for step in script.iter().filter(|step| !matches!(step, Move::Undo | Move::Redo)) {
            edits.extend(both.play(step));
        }
        let mut document = read();
        document.apply_all(edits.clone()).expect("each was made before");
        prop_assert_eq!(&document, &both.document);
        if !edits.is_empty() {
            prop_assert!(document.undo().is_some());
        }
        prop_assert!(!document.can_undo());
        prop_assert_eq!(&document, &read());
    }
}

#[test]
fn hidden_types_leave_with_their_relations() {
    let document = read();
    let set = |kind: &str| std::collections::BTreeSet::from([kind.to_owned()]);
    let show = |hidden: &Hidden| {
        let labelled = document.labelled_with(document.labels().without(hidden));
        assert_eq!(labelled.check(), Ok(()));
        let kinds = labelled.entities.iter().map(|entity| entity.kind.clone());
        let relations = labelled.relations.iter().map(|it| format!("{}{}{}", it.head, it.kind, it.tail));
        kinds.chain(relations).collect::<Vec<_>>()
    };
    assert_eq!(show(&Hidden::default()), ["A", "B", "B", "A", "0X1", "2Y1"]);
    assert_eq!(show(&Hidden { relations: set("X"), ..Hidden::default() }), ["A", "B", "B", "A", "2Y1"]);
    assert_eq!(show(&Hidden { entities: set("A"), ..Hidden::default() }), ["B", "B", "1Y0"]);
}
