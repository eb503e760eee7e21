//! A model's scores on labelled sentences.

use burn::tensor::read_sync;
use rayon::prelude::*;
use sinet_formats::{Dataset, Example};
use sinet_infer::{Model, Prediction, Thresholds};
use sinet_text::{Report, Schema, Scorer, Scores, SymmetricRule};

use crate::Error;

/// Predicts every sentence and scores the predictions, symmetric relations by the default rule.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read a sentence.
pub fn evaluate(model: &Model, dataset: &Dataset) -> Result<Report, Error> {
    let predictions = predict(model, dataset, model.thresholds())?;
    Ok(score(model.schema(), dataset, &predictions, SymmetricRule::default()))
}

/// Predicts every sentence, on all cores.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read a sentence.
pub fn predict(model: &Model, dataset: &Dataset, thresholds: Thresholds) -> Result<Vec<Prediction>, Error> {
    let read = |document: &&[Example]| {
        let sentences: Vec<_> = document.iter().map(|example| example.tokens.as_slice()).collect();
        read_sync(model.predict_sentences(&sentences, thresholds))
    };
    let documents = dataset.read_together(model.config().context_words);
    let predictions = documents.par_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(predictions.concat())
}

/// The scores of predictions, one for each sentence.
pub fn score(schema: &Schema, dataset: &Dataset, predictions: &[Prediction], rule: SymmetricRule) -> Report {
    let mut scorer = Scorer::new(schema, rule);
    for (example, prediction) in dataset.sentences.iter().zip(predictions) {
        scorer.add(example.labels(), prediction.labels());
    }
    scorer.report()
}

/// The three micro F1 scores, in percent: entities, relations by boundaries, strict relations.
pub fn micro_f1(report: &Report) -> [f64; 3] {
    by_task(report).map(|(_, scores)| scores.micro.f1)
}

/// The scores of each of the [`TASKS`], with its name.
pub fn by_task(report: &Report) -> [(&'static str, &Scores); 3] {
    let [entities, relations, strict] = TASKS;
    [(entities, &report.ner), (relations, &report.relations), (strict, &report.relations_strict)]
}

/// The three tasks that are scored, as tables call them.
pub const TASKS: [&str; 3] = ["entities", "relations", "relations, strict"];

/// The report as a table for people.
pub fn table(report: &Report) -> String {
    use std::fmt::Write;
    let mut table = String::new();
    for (title, scores) in by_task(report) {
        let types = scores.per_type.iter().map(|(name, f)| (name.as_str(), &f.figures, f.support.to_string()));
        let averages = [("micro", &scores.micro, String::new()), ("macro", &scores.macro_average, String::new())];
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{title:<24} precision    recall        F1  support");
        for (name, f, support) in types.chain(averages) {
            let _ = writeln!(table, "  {name:<22} {:>9.2} {:>9.2} {:>9.2} {support:>8}", f.precision, f.recall, f.f1);
        }
    }
    let _ = writeln!(table, "{} sentences; symmetric relations: {}", report.sentences, report.symmetric_rule);
    table
}
