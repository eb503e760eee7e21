//! Agreement with the reference: its scorer, its data files, its tokeniser.

use serde::Deserialize;
use sinet_text::score::{Figures, Scores};
use sinet_text::{Dataset, Report, Schema, Scorer, SymmetricRule, Tokenizer};

use crate::{read_data, read_golden, read_outside};

#[derive(Deserialize)]
struct Expected {
    ner: ExpectedScores,
    relations: ExpectedScores,
    relations_strict: ExpectedScores,
}

#[derive(Deserialize)]
struct ExpectedScores {
    precision_micro: f64,
    recall_micro: f64,
    f1_micro: f64,
    precision_macro: f64,
    recall_macro: f64,
    f1_macro: f64,
}

#[track_caller]
fn check_scores(found: &Scores, expected: &ExpectedScores) {
    let Scores { micro, macro_average, .. } = found;
    let close = |found: &Figures, expected: [f64; 3]| {
        for (found, expected) in [found.precision, found.recall, found.f1].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
    };
    close(micro, [expected.precision_micro, expected.recall_micro, expected.f1_micro]);
    close(macro_average, [expected.precision_macro, expected.recall_macro, expected.f1_macro]);
}

fn schema(data_set: &str) -> Option<Schema> {
    Some(serde_json::from_str(&read_data(&format!("{data_set}/types.json"))?).unwrap())
}

fn score(schema: &Schema, gold: &Dataset, predicted: &Dataset, rule: SymmetricRule) -> Report {
    let mut scorer = Scorer::new(schema, rule);
    for (gold, predicted) in gold.sentences.iter().zip(&predicted.sentences) {
        assert_eq!(gold.tokens, predicted.tokens);
        scorer.add(gold.labels(), predicted.labels());
    }
    scorer.report()
}

#[test]
fn the_scorer_agrees_with_the_reference() {
    let Some(schema) = schema("scierc") else { return };
    let Some(predicted) = read_golden("metrics/predictions.json") else { return };
    let Some(expected) = read_golden("metrics/expected.json") else { return };
    let Some(gold) = read_data("scierc/dev.json") else { return };
    let gold = Dataset::from_json(&gold, &schema, "dev.json").unwrap();
    let predicted = Dataset::from_json(&predicted, &schema, "predictions.json").unwrap();
    let expected: Expected = serde_json::from_str(&expected).unwrap();

    let report = score(&schema, &gold, &predicted, SymmetricRule::TextOrder);
    assert_eq!(report.sentences, gold.sentences.len());
    check_scores(&report.ner, &expected.ner);
    check_scores(&report.relations, &expected.relations);
    check_scores(&report.relations_strict, &expected.relations_strict);

    for rule in [SymmetricRule::TextOrder, SymmetricRule::Directed, SymmetricRule::Doubled] {
        let report = score(&schema, &gold, &predicted, rule);
        println!(
            "{rule:?}: relations {:.2}, strict {:.2}",
            report.relations.micro.f1, report.relations_strict.micro.f1
        );
        let perfect = score(&schema, &gold, &gold, rule);
        assert_eq!(perfect.relations_strict.micro.f1, 100.0);
        assert_eq!(perfect.relations_strict.macro_average.recall, 100.0);
    }
}

#[test]
fn data_files_are_written_as_they_were_read() {
    for data_set in ["scierc", "conll04"] {
        let Some(schema) = schema(data_set) else { continue };
        for split in ["train", "dev"] {
            let file = format!("{data_set}/{split}.json");
            let Some(json) = read_data(&file) else { continue };
            let data = Dataset::from_json(&json, &schema, &file).unwrap();
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert!(data.to_json(&schema) == value, "{file} changed");
        }
    }
}

#[derive(Deserialize)]
struct TokenizerCase {
    words: Vec<String>,
    input_ids: Vec<u32>,
    word_to_pieces: Vec<(usize, usize)>,
}

#[test]
fn pieces_agree_with_the_reference() {
    let Some(cases) = read_golden("minilm/cases.json") else { return };
    let Some(tokenizer) = read_outside("SINET_ENCODER", "models/scierc", "tokenizer.json") else { return };
    let tokenizer = Tokenizer::from_bytes(tokenizer.as_bytes()).unwrap();
    let cases: Vec<TokenizerCase> = serde_json::from_str(&cases).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let encoding = tokenizer.encode_words(&case.words);
        assert_eq!(encoding.ids, case.input_ids);
        let ranges: Vec<_> = encoding.words.iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(ranges, case.word_to_pieces);
        assert_eq!(encoding.dropped_pieces, 0);
    }
}
