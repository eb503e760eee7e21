//! Explanations say what predictions do, and a network read without a part is the network that never had it.

mod random_folder;

use std::sync::LazyLock;

use burn::tensor::{Device, read_sync};
use proptest::prelude::*;
use sinet_infer::{Annotated, Encoded, Limits, Model, ModelFiles, Precision, Prediction, Switches, Thresholds};
use sinet_text::explanation::{
    Boundary, Explanation, PairBarrier, PairExplanation, Question, RelationDecision, SpanDecision, SpanExplanation,
};
use sinet_text::{Document, WordRange};

use random_folder::random_folder;

static MODEL: LazyLock<Model> = LazyLock::new(|| load(random_folder(Precision::F32)));

fn load(files: ModelFiles) -> Model {
    Model::load(files, &Device::flex()).unwrap()
}

fn encode(model: &Model, text: &str) -> Encoded {
    read_sync(model.encode(Document::parse(text))).unwrap()
}

fn read(model: &Model, encoded: &Encoded, thresholds: Thresholds) -> Annotated {
    model.annotate_with(encoded, thresholds, Limits::NONE).unwrap().0
}

fn words(start: usize, end: usize) -> WordRange {
    WordRange { start, end }
}

fn explain_span(encoded: &Encoded, words: WordRange, thresholds: Thresholds) -> SpanExplanation {
    match MODEL.explain(encoded, &Question::Span { words }, thresholds).unwrap() {
        Explanation::Span(explanation) => explanation,
        Explanation::Pair(_) => panic!("a span was asked about"),
    }
}

fn explain_pair(encoded: &Encoded, ends: [WordRange; 2], entities: &[WordRange], threshold: f32) -> PairExplanation {
    let [head, tail] = ends;
    let question = Question::Pair { head, tail, entities: entities.to_vec() };
    match MODEL.explain(encoded, &question, Thresholds { entity: 0.0, relation: threshold }).unwrap() {
        Explanation::Pair(explanation) => explanation,
        Explanation::Span(_) => panic!("a pair was asked about"),
    }
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-5
}

/// Every span of the document, candidate or not, is an entity if and only if its explanation says so.
fn check_spans(encoded: &Encoded, thresholds: Thresholds, prediction: &Prediction) -> Result<(), TestCaseError> {
    let count = encoded.document().words.len();
    for span in (0..count).flat_map(|start| (start + 1..=count).map(move |end| words(start, end))) {
        let found = prediction.entities.iter().position(|entity| entity.words == span);
        let explanation = explain_span(encoded, span, thresholds);
        prop_assert_eq!(explanation.is_reported(), found.is_some(), "{:?}", &explanation);
        if let (Some(found), SpanDecision::Reported { kind }) = (found, explanation.decision) {
            prop_assert_eq!(kind, prediction.entities[found].kind);
            prop_assert!(close(explanation.scores[kind + 1], prediction.entity_scores[found]), "{:?}", &explanation);
        }
        prop_assert!(explanation.scores.is_empty() || close(explanation.scores.iter().sum(), 1.0));
    }
    Ok(())
}

/// Every pair of spans is related if and only if its explanation says so, in either direction and for every type.
fn check_pairs(encoded: &Encoded, threshold: f32, prediction: &Prediction) -> Result<(), TestCaseError> {
    let entities: Vec<_> = prediction.entities.iter().map(|entity| entity.words).collect();
    let strangers = [words(0, 1), words(0, encoded.document().words.len())];
    let spans: Vec<_> = entities.iter().chain(strangers.iter().filter(|span| !entities.contains(span))).collect();
    for &&head in &spans {
        for &&tail in &spans {
            let explanation = explain_pair(encoded, [head, tail], &entities, threshold);
            let reported = |head: WordRange, tail: WordRange, kind: usize| {
                let is_it = |pair: &sinet_text::LabelledPair| {
                    pair.kind == kind && entities[pair.head] == head && entities[pair.tail] == tail
                };
                prediction.relations.iter().position(is_it).map(|place| prediction.relation_scores[place])
            };
            let directions = [(&explanation.forward, head, tail), (&explanation.backward, tail, head)];
            for kind in 0..MODEL.schema().relations.len() {
                for (scores, head, tail) in directions {
                    let explained = match scores.get(kind).map(|score| score.decision) {
                        Some(RelationDecision::Reported { score }) => Some(score),
                        _ => None,
                    };
                    let reported = reported(head, tail, kind);
                    prop_assert_eq!(explained.is_some(), reported.is_some(), "{:?}", &explanation);
                    if let (Some(explained), Some(reported)) = (explained, reported) {
                        prop_assert!(close(explained, reported), "{:?}", &explanation);
                    }
                }
            }
        }
    }
    Ok(())
}

fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "the", "parser", "uses", "a", "beam", "search", "corpus", "of", "news", "text", "improves", "it", ".", ",",
        "Naïve",
    ]);
    prop::collection::vec(word, 0..22).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_explained_as_reported_is_reported_and_nothing_else(
        text in text(),
        entity in prop::sample::select(vec![0.0, 0.3, 0.6, 0.9]),
        relation in prop::sample::select(vec![0.0, 0.2, 0.5, 0.8]),
        tap in any::<bool>(),
        entity_looks in any::<bool>(),
        relation_looks in any::<bool>(),
    ) {
        let mut encoded = encode(&MODEL, &text);
        MODEL.switch(&mut encoded, Switches { tap, entity_looks, relation_looks });
        let thresholds = Thresholds { entity, relation };
        let prediction = MODEL.predict_with(&encoded, thresholds, Limits::NONE).unwrap().0;
        check_spans(&encoded, thresholds, &prediction)?;
        check_pairs(&encoded, relation, &prediction)?;
    }
}

#[test]
fn the_rule_that_drops_a_span_is_named() {
    let encoded = encode(&MODEL, "The parser uses a beam search. It is news.");
    let own = MODEL.thresholds();
    let decision = |start, end| explain_span(&encoded, words(start, end), own).decision;
    assert_eq!(decision(0, 4), SpanDecision::TooWide { most: 3 });
    assert_eq!(decision(5, 8), SpanDecision::Across { boundary: Boundary::Sentences });
    for nowhere in [(3, 3), (5, 4), (10, 12), (90, 99)] {
        assert_eq!(decision(nowhere.0, nowhere.1), SpanDecision::Nowhere, "{nowhere:?}");
    }
    let found = MODEL.predict(&encoded).unwrap().entities[0];
    assert_eq!(decision(found.words.start, found.words.end), SpanDecision::Reported { kind: found.kind });
    let strict = Thresholds { entity: 1.1, ..own };
    let explanation = explain_span(&encoded, found.words, strict);
    assert_eq!(explanation.decision, SpanDecision::BelowThreshold { kind: found.kind });
    assert_eq!(explanation.scores.len(), MODEL.schema().entities.len() + 1);
    assert!((0..6).any(|word| decision(word, word + 1) == SpanDecision::NoEntity));
}

#[test]
fn a_cut_in_a_long_sentence_is_no_end_of_a_sentence() {
    let encoded = encode(&MODEL, &"the corpus, of news text ".repeat(40));
    let all = words(0, encoded.document().words.len());
    assert_eq!(
        explain_span(&encoded, all, MODEL.thresholds()).decision,
        SpanDecision::Across { boundary: Boundary::Windows }
    );
}

#[test]
fn the_rule_that_drops_a_pair_is_named() {
    let encoded = encode(&MODEL, "The parser uses a beam search. It is news.");
    let [parser, search, news] = [words(1, 2), words(4, 6), words(9, 10)];
    let entities = [parser, search, news];
    let barrier = |head, tail| explain_pair(&encoded, [head, tail], &entities, 0.5).barrier;
    assert_eq!(barrier(parser, search), None);
    assert_eq!(barrier(parser, parser), Some(PairBarrier::Same));
    assert_eq!(barrier(parser, words(0, 1)), Some(PairBarrier::TailIsNoEntity));
    assert_eq!(barrier(words(0, 1), parser), Some(PairBarrier::HeadIsNoEntity));
    assert_eq!(barrier(words(0, 1), words(2, 3)), Some(PairBarrier::NeitherIsEntity));
    assert_eq!(barrier(parser, news), Some(PairBarrier::Apart { boundary: Boundary::Sentences }));
    assert_eq!(barrier(parser, words(3, 3)), Some(PairBarrier::Nowhere));

    // Each type of each direction is judged, and one without direction counts once.
    let kinds = &MODEL.schema().relations;
    let symmetric = kinds.iter().position(|kind| kind.symmetric).unwrap();
    let PairExplanation { forward, backward, .. } = explain_pair(&encoded, [search, parser], &entities, 0.0);
    assert_eq!((forward.len(), backward.len()), (kinds.len(), kinds.len()));
    assert_eq!(forward[symmetric].decision, RelationDecision::OtherWayRound);
    let better = forward[symmetric].score.max(backward[symmetric].score);
    assert_eq!(backward[symmetric].decision, RelationDecision::Reported { score: better });
    let PairExplanation { forward, backward, .. } = explain_pair(&encoded, [search, parser], &entities, 1.1);
    let mut scores = forward.iter().chain(&backward);
    assert!(scores.all(|score| score.decision == RelationDecision::BelowThreshold));
}

#[test]
fn two_entities_over_the_same_words_may_be_related() {
    let encoded = encode(&MODEL, "The parser uses a beam search.");
    let twice = [words(1, 2), words(1, 2)];
    let (relations, _) = MODEL.relate(&encoded, &twice, 0.0).unwrap();
    assert!(!relations.is_empty());
    assert_eq!(explain_pair(&encoded, twice, &twice, 0.0).barrier, None);
}

#[test]
fn a_switched_off_part_is_as_if_the_network_never_had_it() {
    let all = Switches::default();
    let cases = [
        ("ctam-ner", Switches { relation_looks: false, ..all }),
        ("ctam-re", Switches { entity_looks: false, ..all }),
        ("tap", Switches { entity_looks: false, relation_looks: false, ..all }),
        ("base", Switches { tap: false, entity_looks: false, relation_looks: false }),
    ];
    let text = "The parser uses a beam search. A corpus of news text improves it.";
    let mut encoded = encode(&MODEL, text);
    let thresholds = Thresholds { entity: 0.0, relation: 0.0 };
    let whole = read(&MODEL, &encoded, thresholds);
    for (interaction, switches) in cases {
        let mut files = random_folder(Precision::F32);
        let mut config: serde_json::Value = serde_json::from_slice(files.get("config.json").unwrap()).unwrap();
        config["architecture"]["heads"]["interaction"] = interaction.into();
        files.insert("config.json", serde_json::to_vec(&config).unwrap());
        files.seal();
        let variant = load(files);
        let expected = read(&variant, &encode(&variant, text), thresholds);
        MODEL.switch(&mut encoded, switches);
        assert_eq!(encoded.switches(), switches);
        let found = read(&MODEL, &encoded, thresholds);
        assert_eq!(found, expected, "{interaction}");
        assert_ne!(found, whole, "{interaction}");
        MODEL.switch(&mut encoded, all);
        assert_eq!(read(&MODEL, &encoded, thresholds), whole, "on again after {interaction}");
    }
    // Without TAP both directions of CTAM still look, at the encoder's own hidden states.
    MODEL.switch(&mut encoded, Switches { tap: false, ..all });
    let found = read(&MODEL, &encoded, thresholds);
    assert!(found.attention.iter().all(|maps| !maps.entity_over_relation.is_empty()));
    assert_ne!(found.attention, whole.attention);
}

#[test]
fn a_higher_threshold_leaves_the_likelier_ones() {
    let encoded = encode(&MODEL, "The parser uses a beam search, and a corpus of news text improves it.");
    let all = MODEL.annotate_encoded(&encoded).unwrap().annotation;
    let scores: Vec<_> = all.entities.iter().map(|entity| entity.score).collect();
    let middle = scores.iter().sum::<f32>() / scores.len() as f32;
    let some = read(&MODEL, &encoded, Thresholds { entity: middle, ..MODEL.thresholds() }).annotation;
    let expected: Vec<_> = all.entities.iter().filter(|entity| entity.score >= middle).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.entities.len());
    assert_eq!(some.entities, expected);
}

#[test]
fn the_likeliest_are_kept_and_the_others_counted() {
    let encoded =
        encode(&MODEL, "The parser uses a beam search, and a corpus of news text improves it. It uses the text.");
    let thresholds = Thresholds { entity: 0.0, relation: 0.0 };
    let all = read(&MODEL, &encoded, thresholds).annotation;
    let (some, left_out) = MODEL.annotate_with(&encoded, thresholds, Limits { entities: 2, relations: 3 }).unwrap();
    let some = some.annotation;
    assert_eq!(some.entities.len() + left_out.entities, all.entities.len());
    assert!(left_out.entities > 0 && left_out.relations > 0);
    for window in &all.windows {
        let in_window = |start: usize| window.words.start <= start && start < window.words.end;
        let scores = |annotation: &sinet_text::Annotation| {
            let entities = annotation.entities.iter().filter(|entity| in_window(entity.words.start));
            let mut scores: Vec<_> = entities.map(|entity| entity.score).collect();
            scores.sort_by(|a, b| b.total_cmp(a));
            scores
        };
        assert_eq!(scores(&some), scores(&all).into_iter().take(2).collect::<Vec<_>>());
        let relations = some.relations.iter().filter(|pair| in_window(some.entities[pair.head].words.start));
        assert!(relations.count() <= 3);
    }
}
