//! A model's scores on labelled sentences.

use std::path::Path;

use burn::tensor::{Device, read_sync};
use rayon::prelude::*;
use sinet_infer::{FolderError, Model, ModelConfig, ModelFiles, Prediction, Thresholds};
use sinet_text::{Dataset, Example, Report, Schema, Scorer, Scores, SymmetricRule};

use crate::Error;

/// Predicts every sentence and scores the predictions, symmetric relations by the default rule.
///
/// # Errors
///
/// [`Error::Other`] if the model cannot read a sentence.
pub fn evaluate(model: &Model, dataset: &Dataset) -> Result<Report, Error> {
    let predictions = predict(model, dataset, model.thresholds())?;
    Ok(score(model.schema(), dataset, &predictions, SymmetricRule::default()))
}

/// What a model says of every sentence, on all cores.
///
/// # Errors
///
/// [`Error::Other`] if the model cannot read a sentence.
pub fn predict(model: &Model, dataset: &Dataset, thresholds: Thresholds) -> Result<Vec<Prediction>, Error> {
    let read = |document: &&[Example]| {
        let sentences: Vec<_> = document.iter().map(|example| example.tokens.as_slice()).collect();
        read_sync(model.predict_sentences(&sentences, thresholds)).map_err(Error::other)
    };
    let documents = documents(model.config(), dataset);
    let predictions = documents.par_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(predictions.concat())
}

/// What a model reads together: single sentences, or whole documents where it looks at their neighbours.
pub(crate) fn documents<'d>(config: &ModelConfig, dataset: &'d Dataset) -> Vec<&'d [Example]> {
    match config.context_words {
        0 => dataset.sentences.chunks(1).collect(),
        _ => dataset.documents().collect(),
    }
}

/// The scores of predictions, one for each sentence.
pub fn score(schema: &Schema, dataset: &Dataset, predictions: &[Prediction], rule: SymmetricRule) -> Report {
    let mut scorer = Scorer::new(schema, rule);
    for (example, prediction) in dataset.sentences.iter().zip(predictions) {
        scorer.add(example.labels(), prediction.labels());
    }
    scorer.report()
}

/// Reads labelled sentences in SpERT's form.
///
/// # Errors
///
/// [`Error::Io`] if there is no such file, [`Error::Data`] with the place of the first mistake in it.
pub fn read_dataset(path: &Path, schema: &Schema) -> Result<Dataset, Error> {
    let json = Error::reading(path, std::fs::read(path))?;
    let json = String::from_utf8(json).map_err(|error| Error::data(path, format!("not UTF-8: {error}")))?;
    Ok(Dataset::from_json(&json, schema, &path.display().to_string())?)
}

/// Reads a model folder; the encoder computes on `device`.
///
/// # Errors
///
/// As [`read_files`], and [`Error::Data`] for files that are no model.
pub fn read_model(folder: &Path, device: &Device) -> Result<Model, Error> {
    Model::load(read_files(folder)?, device).map_err(|error| Error::data(folder, error))
}

/// Reads the files of a model folder.
///
/// # Errors
///
/// [`Error::Other`] if there is no such folder, [`Error::Data`] if its manifest cannot be used.
pub fn read_files(folder: &Path) -> Result<ModelFiles, Error> {
    ModelFiles::read_dir(folder).map_err(|error| match error {
        FolderError::Read { .. } => Error::other(error),
        _ => Error::data(folder, error),
    })
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
