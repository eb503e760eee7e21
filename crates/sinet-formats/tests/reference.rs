//! Agreement with the reference: its scorer and its data files. Both lie outside of the repository; a test whose input is
//! absent says so and passes.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_formats::Dataset;
use sinet_text::score::{Figures, Scores};
use sinet_text::{Report, Schema, Scorer, SymmetricRule};

/// The text of `path` under the folder that `variable` names, or under `default`, relative to the repository's
/// root. `None`, with a printed line, where there is no such file.
fn read_outside(variable: &str, default: &str, path: &str) -> Option<String> {
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let folder = std::env::var_os(variable).map_or_else(|| PathBuf::from(repository).join(default), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(path)).ok();
    if text.is_none() {
        println!("skipped: there is no {path} under ${variable} (default {default})");
    }
    text
}

fn read_data(path: &str) -> Option<String> {
    read_outside("SINET_DATA", "../shared/data", path)
}

fn read_golden(path: &str) -> Option<String> {
    read_outside("SINET_GOLDEN", "../shared/golden", path)
}

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
    let gold = Dataset::from_spert(gold.as_bytes(), &schema, "dev.json").unwrap();
    let predicted = Dataset::from_spert(predicted.as_bytes(), &schema, "predictions.json").unwrap();
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
            let data = Dataset::from_spert(json.as_bytes(), &schema, &file).unwrap();
            let mut expected: Value = serde_json::from_str(&json).unwrap();
            for sentence in expected.as_array_mut().unwrap() {
                // A number becomes the document's name, which is text; every sentence is a document of its own.
                if let Some(id) = sentence["orig_id"].as_u64() {
                    sentence["orig_id"] = json!(id.to_string());
                }
                sentence["sentence"] = json!(0);
            }
            assert!(data.to_spert(&schema) == expected, "{file} changed");
        }
    }
}
