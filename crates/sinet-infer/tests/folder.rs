//! From a model folder to an annotated text, and what is said of folders and texts that are not as they should be.

mod random_folder;

use std::sync::LazyLock;

use burn::tensor::{Device, read_sync};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use sinet_infer::{Annotated, Encoded, Model, ModelFiles, Precision, SelfTest, weights};
use sinet_text::annotation::{Annotation, TextRange, WindowAttention};
use sinet_text::{Document, Part, WordRange};

use random_folder::random_folder;

static MODEL: LazyLock<Model> = LazyLock::new(|| load(random_folder(Precision::Int8)).unwrap());

fn load(files: ModelFiles) -> Result<Model, sinet_infer::LoadError> {
    Model::load(files, &Device::flex())
}

fn read(text: &str) -> Annotated {
    read_sync(MODEL.annotate(text)).unwrap()
}

/// The text that a range of code points names.
fn named(annotation: &Annotation, range: TextRange) -> String {
    annotation.text.chars().skip(range.start).take(range.end - range.start).collect()
}

/// Everything that an annotation of any text promises.
fn check_promises(text: &str, reading: &Annotated) {
    let Annotated { annotation, attention } = reading;
    assert_eq!(annotation.text, text);
    let mut next = 0;
    for window in &annotation.windows {
        assert_eq!(window.words.start, next);
        assert!((3..=64).contains(&window.pieces));
        assert_eq!(window.range.start, annotation.words[window.words.start].start);
        assert_eq!(window.range.end, annotation.words[window.words.end - 1].end);
        next = window.words.end;
    }
    assert_eq!(next, annotation.words.len(), "the windows cover all words");
    for entity in &annotation.entities {
        assert_eq!(named(annotation, entity.range), entity.text);
        assert_eq!(entity.range.start, annotation.words[entity.words.start].start);
        assert_eq!(entity.range.end, annotation.words[entity.words.end - 1].end);
        assert!((1..=3).contains(&(entity.words.end - entity.words.start)));
        assert!((0.0..=1.0).contains(&entity.score));
    }
    assert!(annotation.entities.is_sorted_by_key(|entity| (entity.words.start, entity.words.end)));
    for relation in &annotation.relations {
        assert!((0.5..=1.0).contains(&relation.score));
        let [head, tail] = [relation.head, relation.tail].map(|entity| annotation.entities[entity].words.start);
        assert!(relation.head != relation.tail && (relation.kind != "Conjunction" || head <= tail));
    }
    assert!(annotation.relations.is_sorted_by_key(|relation| (relation.head, relation.tail)));

    assert_eq!(attention.len(), annotation.windows.len());
    for (index, (maps, window)) in attention.iter().zip(&annotation.windows).enumerate() {
        assert_eq!(maps.window, index);
        for map in [&maps.entity_over_relation, &maps.relation_over_entity, &maps.encoder_cls] {
            assert_eq!(map.len(), 4);
            for row in map {
                assert_eq!(row.len(), window.words.end - window.words.start + 2);
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{row:?}");
            }
        }
    }
}

/// Entities and relations by their words, with scores.
type Found = (Vec<(WordRange, f32)>, Vec<(WordRange, WordRange, usize, f32)>);

/// See [`Found`].
fn found(model: &Model, encoded: &Encoded) -> Found {
    let prediction = model.predict(encoded).unwrap();
    let words = |entity: usize| prediction.entities[entity].words;
    let entities = prediction.entities.iter().zip(&prediction.entity_scores).map(|(e, score)| (e.words, *score));
    let relations = prediction.relations.iter().zip(&prediction.relation_scores);
    let relations = relations.map(|(r, score)| (words(r.head), words(r.tail), r.kind, *score));
    (entities.collect(), relations.collect())
}

#[test]
fn sentences_read_together_are_read_as_each_alone() {
    let sentences = [
        "We use a parser.",
        "The parser uses a beam search and a corpus of news text, and it improves the beam search of the parser.",
        "News.",
        "A corpus improves the parser.",
    ];
    let together = read_sync(MODEL.encode(Document::parse(sentences.join(" ")))).unwrap();
    let (entities, relations) = found(&MODEL, &together);
    assert!(!relations.is_empty());
    let (mut entities, mut relations) = (entities.into_iter(), relations.into_iter());
    let mut first = 0;
    for sentence in sentences {
        let alone = read_sync(MODEL.encode(Document::parse(sentence))).unwrap();
        let shift = |words: WordRange| WordRange { start: first + words.start, end: first + words.end };
        let (of_alone, relations_of_alone) = found(&MODEL, &alone);
        for (words, score) in of_alone {
            let (found, with) = entities.next().unwrap();
            assert_eq!(found, shift(words), "{sentence}");
            assert!((with - score).abs() < 1e-4, "{sentence}: {with} {score}");
        }
        for (head, tail, kind, score) in relations_of_alone {
            let found = relations.next().unwrap();
            assert_eq!((found.0, found.1, found.2), (shift(head), shift(tail), kind), "{sentence}");
            assert!((found.3 - score).abs() < 1e-4, "{sentence}: {found:?} {score}");
        }
        first += alone.document().words.len();
    }
    assert!(entities.next().is_none() && relations.next().is_none());
}

#[test]
fn given_entities_are_related_as_found_ones_are() {
    let text = "The parser uses a beam search. A corpus of news text improves it.";
    let encoded = read_sync(MODEL.encode(Document::parse(text))).unwrap();
    let prediction = MODEL.predict(&encoded).unwrap();
    let spans: Vec<_> = prediction.entities.iter().map(|entity| entity.words).collect();
    let (relations, scores) = MODEL.relate(&encoded, &spans, MODEL.config().relation_threshold).unwrap();
    assert_eq!((&relations, &scores), (&prediction.relations, &prediction.relation_scores));

    let words = |start, end| WordRange { start, end };
    // Two in the first sentence, one in the second, and some that no sentence holds.
    let spans = [words(1, 2), words(4, 6), words(8, 9), words(6, 9), words(3, 3), words(5, 4), words(90, 99)];
    let (relations, scores) = MODEL.relate(&encoded, &spans, 0.0).unwrap();
    assert!(relations.iter().all(|pair| pair.head < 2 && pair.tail < 2));
    // Both directions of the types that have one, one of those that do not.
    let kinds = &MODEL.schema().relations;
    let expected: usize = kinds.iter().map(|kind| if kind.symmetric { 1 } else { 2 }).sum();
    assert_eq!((relations.len(), scores.len()), (expected, expected));
}

#[test]
fn a_text_becomes_an_annotation() {
    let text = "Naïve 🙂 parser uses a beam search. The corpus of news text improves it, we think.";
    let reading = read(text);
    check_promises(text, &reading);
    assert_eq!(reading.annotation.windows.len(), 2);
    assert!(!reading.annotation.entities.is_empty() && !reading.annotation.relations.is_empty());
    let json = serde_json::to_string(&reading.annotation).unwrap();
    assert_eq!(serde_json::from_str::<Annotation>(&json).unwrap(), reading.annotation);
}

/// Several programs read a text, some parts each, and answer together what one says alone.
#[test]
fn parts_of_a_text_are_read_as_the_whole_to_the_bit() {
    let text: String = (1..60)
        .map(|number| {
            format!("The corpus of news text {}improves parser {number}. ", "uses a beam search, ".repeat(number % 7))
        })
        .collect();
    let whole = read(&text);
    let encoded_whole = read_sync(MODEL.encode(Document::parse(&text))).unwrap();
    let spans: Vec<_> = whole.annotation.entities.iter().map(|entity| entity.words).collect();
    let related = MODEL.relate(&encoded_whole, &spans, 0.3).unwrap();
    assert!(!related.0.is_empty());
    for of in [1, 2, 3, 7, 500] {
        let mut programs = [0, 1].map(|_| MODEL.cut(Document::parse(&text)));
        let (mut annotations, mut attention) = (Vec::new(), Vec::new());
        // The last part twice: it is there once.
        for index in (0..of).chain([of - 1]) {
            let part = read_sync(MODEL.annotate_part(&mut programs[index % 2], Part { index, of })).unwrap();
            if annotations.len() < of {
                annotations.push(part.annotation);
                attention.push(part.attention);
            }
        }
        let joined = Annotated {
            annotation: Annotation::join(text.clone(), annotations).unwrap(),
            attention: WindowAttention::join(attention),
        };
        assert_eq!(joined, whole, "{of} parts");

        // Later questions go to every program.
        let again = programs.each_ref().map(|program| MODEL.annotate_encoded(program).unwrap().annotation);
        assert_eq!(Annotation::join(text.clone(), again.to_vec()).unwrap(), whole.annotation, "{of} parts");
        let mut found: Vec<_> = (programs.iter())
            .flat_map(|program| {
                let (pairs, scores) = MODEL.relate(program, &spans, 0.3).unwrap();
                pairs.into_iter().zip(scores)
            })
            .collect();
        found.sort_by_key(|(pair, _)| (pair.head, pair.tail));
        assert_eq!(found.into_iter().unzip(), related, "{of} parts");
    }
}

#[test]
fn the_json_is_that_of_the_documentation() {
    let json = serde_json::to_value(read("Beam search.").annotation).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["text", "model", "offset_unit", "words", "windows", "entities", "relations"]);
    assert_eq!(json["offset_unit"], "code_points");
    assert_eq!(json["words"][1], serde_json::json!({"start": 5, "end": 11}));
}

#[test]
fn known_words_are_read_as_text_is() {
    let words = ["The", "parser", "uses", "a", "beam", "search", "."];
    let prediction = read_sync(MODEL.predict_words(&words)).unwrap();
    let annotation = read("The parser uses a beam search.").annotation;
    let spans: Vec<_> = prediction.entities.iter().map(|entity| entity.words).collect();
    assert_eq!(spans, annotation.entities.iter().map(|entity| entity.words).collect::<Vec<_>>());
    assert_eq!(prediction.entity_scores, annotation.entities.iter().map(|e| e.score).collect::<Vec<_>>());
    assert_eq!(prediction.relation_scores, annotation.relations.iter().map(|r| r.score).collect::<Vec<_>>());
    assert!(!prediction.entities.is_empty());
}

#[test]
fn a_text_without_words_has_an_empty_annotation() {
    for text in ["", " \n\t "] {
        let reading = read(text);
        check_promises(text, &reading);
        assert_eq!((reading.annotation.windows.len(), reading.attention.len()), (0, 0));
    }
    assert_eq!(read_sync(MODEL.predict_words::<&str>(&[])).unwrap(), Default::default());
}

/// B6: nothing said that the end of the word was not read.
#[test]
fn a_word_beyond_the_limit_is_cut_and_said_to_be() {
    let text = format!("A {} word.", "x".repeat(5000));
    let reading = read(&text);
    check_promises(&text, &reading);
    let windows: Vec<_> =
        reading.annotation.windows.iter().map(|w| (w.words.start, w.pieces, w.dropped_pieces)).collect();
    // One piece a letter, of which 62 fit between [CLS] and [SEP]; "word." is 5 more.
    assert_eq!(windows, [(0, 3, 0), (1, 64, 5000 - 62), (2, 7, 0)]);
    let json = serde_json::to_value(&reading.annotation).unwrap();
    assert_eq!(json["windows"][1]["dropped_pieces"], 4938);
    // Files from before there was the number have none.
    let mut of_today = json;
    let windows = of_today["windows"].as_array_mut().unwrap();
    windows.iter_mut().for_each(|window| drop(window.as_object_mut().unwrap().remove("dropped_pieces")));
    let read: Annotation = serde_json::from_value(of_today).unwrap();
    assert!(read.windows.iter().all(|window| window.dropped_pieces == 0));
}

/// B16: thousands of pairs are scored in parts, each as it is alone.
#[test]
fn many_pairs_are_scored_as_each_alone() {
    let text = "the parser uses a beam search and a corpus of news text improves it ".repeat(3);
    let encoded = read_sync(MODEL.encode(Document::parse(text.trim()))).unwrap();
    let window = MODEL.annotate_encoded(&encoded).unwrap().annotation.windows[0].words;
    let spans: Vec<_> = (window.start..window.end)
        .flat_map(|start| (start + 1..=window.end.min(start + 3)).map(move |end| WordRange { start, end }))
        .collect();
    let n = spans.len();
    assert!(n * (n - 1) > 10_000, "{n} spans");
    let (relations, scores) = MODEL.relate(&encoded, &spans, 0.0).unwrap();
    let kinds = &MODEL.schema().relations;
    let directed = kinds.iter().position(|kind| !kind.symmetric).unwrap();
    let found = |head: usize, tail: usize| {
        let place = relations.iter().position(|pair| (pair.head, pair.tail, pair.kind) == (head, tail, directed));
        scores[place.unwrap()]
    };
    for pair in (0..n * (n - 1)).step_by(997) {
        let (head, tail) = (pair / (n - 1), pair % (n - 1));
        let tail = tail + usize::from(tail >= head);
        let (alone, of_alone) = MODEL.relate(&encoded, &[spans[head], spans[tail]], 0.0).unwrap();
        let place = alone.iter().position(|pair| (pair.head, pair.tail, pair.kind) == (0, 1, directed)).unwrap();
        assert!((found(head, tail) - of_alone[place]).abs() < 1e-5, "{head} {tail}");
    }
}

#[test]
fn a_long_sentence_is_read_in_windows() {
    let text = "the corpus, of news text ".repeat(100);
    let reading = read(&text);
    check_promises(&text, &reading);
    assert!(reading.annotation.windows.len() > 5);
}

#[test]
fn a_model_passes_its_own_self_test_in_every_precision() {
    for precision in [Precision::F32, Precision::F16, Precision::Int8] {
        let model = load(random_folder(precision)).unwrap();
        read_sync(model.self_test()).unwrap();
    }
}

#[test]
fn a_model_that_computes_something_else_fails_its_self_test() {
    let mut files = random_folder(Precision::F32);
    let mut test = SelfTest::parse(files.get("selftest.json").unwrap()).unwrap();
    assert!(!test.cases[0].entities.is_empty(), "the test compares something");
    test.cases[0].hidden[0] += 1.0;
    files.insert("selftest.json", test.to_json());
    files.seal();
    let error = read_sync(load(files).unwrap().self_test()).unwrap_err();
    expect!["this device computes wrong numbers: selftest.json, sentence 1: the hidden state of [CLS] differs by 1; run on the CPU"]
        .assert_eq(&error.to_string());
}

#[test]
fn a_folder_that_is_not_as_it_should_be_is_refused() {
    let check = |change: fn(&mut ModelFiles), expected: Expect| {
        let mut files = random_folder(Precision::F32);
        change(&mut files);
        expected.assert_eq(&load(files).unwrap_err().to_string());
    };
    check(
        |files| {
            let mut bytes = files.get("model.safetensors").unwrap().to_vec();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            files.insert("model.safetensors", bytes);
        },
        expect![
            "model.safetensors is not the file that manifest.json names: its SHA-256 differs; download the model again"
        ],
    );
    check(
        |files| {
            let bytes = files.get("model.safetensors").unwrap().to_vec();
            files.insert("model.safetensors", bytes[..1000].to_vec());
            files.seal();
        },
        expect!["model.safetensors: invalid header length; download the model again"],
    );
    check(
        |files| {
            let mut tensors = weights::read(files.get("model.safetensors").unwrap()).unwrap();
            tensors.remove("linear_s.weight");
            files.insert("model.safetensors", weights::write(&tensors, Precision::F32).unwrap());
            files.seal();
        },
        expect!["model.safetensors: tensor linear_s.weight is missing; it does not belong to this config.json"],
    );
    check(
        |files| {
            let json = String::from_utf8(files.get("config.json").unwrap().to_vec()).unwrap();
            files.insert("config.json", json.replace("\"intermediate_size\": 64", "\"intermediate_size\": 65").into());
            files.seal();
        },
        expect![
            "model.safetensors: tensor bert.encoder.layer.0.intermediate.dense.weight has the shape [64, 32], the configuration asks for [65, 32]; it does not belong to this config.json"
        ],
    );
    check(
        |files| {
            let json = String::from_utf8(files.get("tokenizer.json").unwrap().to_vec()).unwrap();
            files.insert("tokenizer.json", json.replace("\"vocab\":{", "\"vocab\":{\"surplus\":9999,").into());
            files.seal();
        },
        expect![
            "tokenizer.json: it has a piece with the id 9999, the network of config.json knows those below 160; the two do not belong together"
        ],
    );
    check(
        |files| {
            files.insert("selftest.json", b"{}".to_vec());
            files.seal();
        },
        expect!["selftest.json: missing field `format_version` at line 1 column 2; download the model again"],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_keeps_the_promises(text in "(\\PC|[a-z .,\\n🙂é]){0,60}") {
        check_promises(&text, &read(&text));
    }
}
