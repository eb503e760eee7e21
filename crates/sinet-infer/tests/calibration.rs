//! Scaling change scores and nothing else; logits are what scores come from.

mod random_folder;

use std::sync::LazyLock;

use burn::tensor::{Device, read_sync};
use proptest::prelude::*;
use sinet_infer::config::CONFIG;
use sinet_infer::{BetaScaling, Encoded, Model, ModelConfig, ModelFiles, Precision, Prediction, Scaling, Thresholds};
use sinet_text::{Document, WordRange};

use random_folder::random_folder;

static MODEL: LazyLock<Model> = LazyLock::new(|| load(random_folder(Precision::Int8)));

fn load(files: ModelFiles) -> Model {
    Model::load(files, &Device::flex()).unwrap()
}

/// The same model with this threshold, then with this scaling.
fn calibrated(threshold: f32, scaling: Scaling) -> [Model; 2] {
    let config = ModelConfig { relation_threshold: threshold, ..MODEL.config().clone() };
    [config.with_scaling(Scaling::default()), config.with_scaling(scaling)].map(|config| {
        let mut files = random_folder(Precision::Int8);
        files.insert(CONFIG, config.to_json());
        files.seal();
        load(files)
    })
}

fn encoded(model: &Model, text: &str) -> Encoded {
    read_sync(model.encode(Document::parse(text))).unwrap()
}

const TEXT: &str =
    "We use a parser. The parser uses a beam search and a corpus of news text, and it improves the beam search.";

#[test]
fn scaling_changes_scores_and_no_label() {
    let spread = |scores: &[f32]| scores.iter().map(|score| (score - 0.5).abs()).sum::<f32>();
    for (threshold, entity, slope) in [(0.5, 2.0, 0.3), (0.3, 0.5, 2.5), (0.62, 1.7, 1.2)] {
        let relation = BetaScaling { below: slope, above: slope, offset: 0.0 };
        let [before, after] = calibrated(threshold, Scaling { entity, relation });
        let [before, after] = [before, after].map(|model| model.predict(&encoded(&model, TEXT)).unwrap());
        assert!(!before.entities.is_empty() && !before.relations.is_empty());
        assert_eq!(before.labels(), after.labels());
        assert_ne!(before.entity_scores, after.entity_scores);
        // A gentle slope makes the scores less sure.
        let [sure, calibrated] = [&before, &after].map(|prediction| spread(&prediction.relation_scores));
        assert_eq!(calibrated < sure, slope < 1.0, "{sure} became {calibrated}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_the_scaling_the_labels_stay(
        text in "((parser|beam|search|corpus|news|it|uses|improves|the|x)[ .]){1,30}",
        threshold in 0.01f32..0.99,
        entity in 0.1f32..10.0,
        below in 0.1f32..10.0,
        above in 0.1f32..10.0,
        offset in -3f32..3.0,
    ) {
        let [before, after] = calibrated(threshold, Scaling { entity, relation: BetaScaling { below, above, offset } });
        let [one, other] = [&before, &after].map(|model| model.predict(&encoded(model, &text)).unwrap());
        prop_assert_eq!(one.labels(), other.labels());
    }
}

fn softmax(row: &[f32]) -> Vec<f32> {
    let sum: f32 = row.iter().map(|logit| logit.exp()).sum();
    row.iter().map(|logit| logit.exp() / sum).collect()
}

#[test]
fn scores_come_from_the_logits() {
    let curve = BetaScaling { below: 0.5, above: 0.25, offset: -1.0 };
    let [plain, warm] = calibrated(0.5, Scaling { entity: 2.0, relation: curve });
    let mut all = Vec::new();
    for model in [plain, warm] {
        let encoded = encoded(&model, TEXT);
        let everything = Thresholds { entity: 0.0, relation: 0.0 };
        let (found, _) = model.predict_with(&encoded, everything, sinet_infer::Limits::NONE).unwrap();
        let Prediction { entities, entity_scores, relations, relation_scores } = found;
        // From the last to the first, so that their order matters.
        let spans: Vec<_> = entities.iter().rev().map(|entity| entity.words).collect();
        let place = |entity: usize| spans.len() - 1 - entity;
        let pairs: Vec<_> = relations.iter().map(|pair| (place(pair.head), place(pair.tail))).collect();
        let logits = model.logits(&encoded, &spans, &pairs).unwrap();
        for (i, (entity, score)) in entities.iter().zip(&entity_scores).enumerate() {
            let row = softmax(&logits.spans[4 * place(i)..][..4]);
            assert!((row[1 + entity.kind] - score).abs() < 1e-5, "{row:?}, {score}");
        }
        for ((pair, score), row) in relations.iter().zip(&relation_scores).zip(logits.pairs.chunks_exact(3)) {
            let found = 1.0 / (1.0 + (-row[pair.kind]).exp());
            let is_symmetric = model.schema().relations[pair.kind].symmetric;
            assert!((found - score).abs() < 1e-5 || is_symmetric && found < *score, "{found}, {score}");
        }
        all.push(logits);
    }
    let [plain, warm] = &all[..] else { unreachable!("there are two models") };
    assert!(plain.spans.iter().zip(&warm.spans).all(|(plain, warm)| *warm == plain / 2.0));
    assert!(plain.pairs.iter().zip(&warm.pairs).all(|(plain, warm)| *warm == curve.scaled(f64::from(*plain)) as f32));
}

#[test]
fn a_document_holds_what_is_read_in_one_piece() {
    let encoded = encoded(&MODEL, "The parser uses a beam search. It improves the news.");
    let words = |start, end| WordRange { start, end };
    for (range, holds) in
        [(words(0, 7), true), (words(7, 12), true), (words(6, 8), false), (words(3, 3), false), (words(0, 90), false)]
    {
        assert_eq!(encoded.holds(range), holds, "{range:?}");
    }
}
