use std::collections::BTreeSet;

use expect_test::expect_file;
use serde_json::json;
use sinet_figure::still::ELEMENTS;
use sinet_figure::{annotation, still};
use sinet_text::Offsets;

use super::*;

#[path = "../../../crates/sinet-figure/tests/samples/mod.rs"]
mod samples;

/// "A naïve parser, and trees." with two entities and a relation.
fn sample() -> Labelled {
    let mut labelled = Labelled::new("A naïve parser, and trees.".to_owned());
    for (start, end) in [(0, 1), (2, 7), (8, 14), (14, 15), (16, 19), (20, 25), (25, 26)] {
        assert!(labelled.word(start, end), "{start}");
    }
    assert!(labelled.sentence(0, 7));
    assert!(labelled.entity("Other".to_owned(), 20, 25, 0.5, false));
    assert!(labelled.entity("Method".to_owned(), 2, 14, f32::NAN, true));
    assert!(labelled.relation("USED-FOR".to_owned(), 1, 0, 0.75, false));
    labelled
}

/// A document, handed over as the element's script does it.
fn handed_over(document: &LabelledDocument, types: &Types) -> Labelled {
    let offsets = Offsets::new(&document.text);
    let at = |byte| offsets.code_point(byte).unwrap();
    let mut labelled = Labelled::new(document.text.clone());
    for word in &document.words {
        assert!(labelled.word(at(word.start), at(word.end)));
    }
    for sentence in &document.sentences {
        assert!(labelled.sentence(sentence.start, sentence.end));
    }
    for LabelledEntity { kind, span, score, provenance } in &document.entities {
        let (start, end) = (at(span.start), at(span.end));
        let by_person = *provenance == Provenance::Person;
        assert!(labelled.entity(kind.clone(), start, end, score.unwrap_or(f32::NAN), by_person));
    }
    for LabelledRelation { kind, head, tail, score, provenance } in &document.relations {
        let by_person = *provenance == Provenance::Person;
        assert!(labelled.relation(kind.clone(), *head, *tail, score.unwrap_or(f32::NAN), by_person));
    }
    for (of_relations, kinds) in [(false, &types.entities), (true, &types.relations)] {
        for TypeName { name, verbose, symmetric } in kinds {
            labelled.kind(of_relations, name.clone(), verbose.clone(), *symmetric);
        }
    }
    labelled
}

#[test]
fn groups_of_a_still_tell_their_places_in_the_annotation() {
    let still = sample().still(true, "none");
    for place in ["data-entity=\"0\"", "data-entity=\"1\"", "data-relation=\"0\""] {
        // In the wide picture and in the narrow one.
        assert_eq!(still.matches(place).count(), 2, "{place} in {still}");
    }
    assert!(!still.contains("<details"), "{still}");
}

#[test]
fn a_picture_for_a_file_is_light_or_dark() {
    let [light, dark] = [false, true].map(|dark| sample().picture(dark));
    assert!(light.starts_with("<svg xmlns=") && light.contains("naïve"), "{light}");
    assert_ne!(light, dark);
}

#[test]
fn what_does_not_fit_is_refused_and_left_out() {
    let kind = || "T".to_owned();
    type Addition = fn(&mut Labelled, String) -> bool;
    let refused: [(&str, Addition); 12] = [
        ("a word before the last one", |labelled, _| labelled.word(0, 1)),
        ("a word behind the text", |labelled, _| labelled.word(26, 27)),
        ("a sentence before the last one", |labelled, _| labelled.sentence(0, 7)),
        ("a sentence of too many words", |labelled, _| labelled.sentence(7, 8)),
        ("a sentence that ends before it starts", |labelled, _| labelled.sentence(7, 6)),
        ("an entity behind the text", |labelled, kind| labelled.entity(kind, 0, 27, 0.5, false)),
        ("an empty entity", |labelled, kind| labelled.entity(kind, 3, 3, 0.5, false)),
        ("an entity that ends before it starts", |labelled, kind| labelled.entity(kind, 3, 2, 0.5, false)),
        ("an entity of no probability", |labelled, kind| labelled.entity(kind, 0, 1, 1.5, false)),
        ("a relation from nowhere", |labelled, kind| labelled.relation(kind, 2, 0, 0.5, false)),
        ("a relation to nowhere", |labelled, kind| labelled.relation(kind, 0, usize::MAX, 0.5, false)),
        ("a relation of no probability", |labelled, kind| labelled.relation(kind, 0, 1, -0.5, false)),
    ];
    for (what, add) in refused {
        let mut labelled = sample();
        assert!(!add(&mut labelled, kind()), "{what}");
        labelled.document.check().unwrap();
        assert_eq!(labelled.still(true, ""), sample().still(true, ""), "{what}");
    }
}

#[test]
fn what_is_handed_over_is_drawn_as_it_was() {
    for (name, document, types) in samples::all() {
        let labelled = handed_over(&document, &types);
        assert_eq!(labelled.document, document, "{name}");
        assert_eq!(labelled.still(false, ""), still(&document, &types, &StillOptions::default()), "{name}");
    }
}

/// The element draws these again, in a browser, and must come to the same bytes: see `tests/page/widget.test.mjs`.
#[test]
fn stills_for_the_element() {
    let samples = samples::all().into_iter().filter(|(name, ..)| ["sentences", "mixed", "overlap"].contains(name));
    let stills: Vec<_> = samples
        .map(|(name, document, types)| {
            let still = still(&document, &types, &StillOptions::default());
            json!({"name": name, "annotation": annotation(&document, &types), "still": still})
        })
        .collect();
    let stills = serde_json::to_string_pretty(&stills).unwrap() + "\n";
    expect_file!["../stills.json"].assert_eq(&stills);
}

#[test]
fn the_element_takes_the_elements_of_a_still_and_no_other() {
    let script = include_str!("../element/content.js");
    let list = script.split_once("new Set([").unwrap().1.split_once("])").unwrap().0;
    let taken: BTreeSet<_> = list.split(", ").map(|name| name.trim_matches('\'')).collect();
    // The figure and the element itself stay where they are.
    let within = ELEMENTS.into_iter().filter(|name| !["figure", "sinet-text"].contains(name));
    assert_eq!(taken, within.collect());
}
