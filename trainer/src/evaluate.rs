//! A model's scores on labelled sentences.

use std::path::Path;

use burn::tensor::{Device, read_sync};
use rayon::prelude::*;
use sinet_infer::{FolderError, Model, ModelFiles, Prediction};
use sinet_text::{Dataset, Example, Report, Schema, Scorer, SymmetricRule};

use crate::Error;

/// Predicts every sentence and scores the predictions.
///
/// # Errors
///
/// [`Error::Other`] if the model cannot read a sentence.
pub fn evaluate(model: &Model, dataset: &Dataset) -> Result<Report, Error> {
    Ok(score(model.schema(), dataset, &predict(model, dataset)?))
}

/// The relation threshold, in steps of 0.05, with the best strict relation F1; of several, the one nearest to 0.5.
///
/// The model has to report relations from a low threshold on: none below its own can be found.
///
/// # Errors
///
/// As [`evaluate`].
pub fn best_threshold(model: &Model, dataset: &Dataset) -> Result<f32, Error> {
    let predictions = predict(model, dataset)?;
    let strict_f1 = |threshold: f32| {
        let kept: Vec<_> = predictions.iter().map(|prediction| above(prediction, threshold)).collect();
        score(model.schema(), dataset, &kept).relations_strict.micro.f1
    };
    let thresholds = (1..20).map(|step| step as f32 / 20.0).filter(|t| *t >= model.config().relation_threshold);
    let scored = thresholds.map(|threshold| (strict_f1(threshold), -(threshold - 0.5).abs(), threshold));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    Ok(best.map_or(model.config().relation_threshold, |(_, _, threshold)| threshold))
}

fn predict(model: &Model, dataset: &Dataset) -> Result<Vec<Prediction>, Error> {
    let read = |document: &&[Example]| {
        let sentences: Vec<_> = document.iter().map(|example| example.tokens.as_slice()).collect();
        read_sync(model.read_sentences(&sentences)).map_err(Error::other)
    };
    let documents: Vec<_> = match model.config().context_words {
        0 => dataset.sentences.chunks(1).collect(),
        _ => dataset.documents().collect(),
    };
    let predictions = documents.par_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(predictions.concat())
}

fn score(schema: &Schema, dataset: &Dataset, predictions: &[Prediction]) -> Report {
    let mut scorer = Scorer::new(schema, SymmetricRule::default());
    for (example, prediction) in dataset.sentences.iter().zip(predictions) {
        scorer.add(example.labels(), prediction.labels());
    }
    scorer.report()
}

/// A prediction without the relations that score lower.
fn above(prediction: &Prediction, threshold: f32) -> Prediction {
    let scored = prediction.relations.iter().zip(&prediction.relation_scores);
    let (relations, relation_scores) = scored.filter(|(_, score)| **score >= threshold).unzip();
    Prediction { relations, relation_scores, ..prediction.clone() }
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

/// Reads a model folder.
///
/// # Errors
///
/// [`Error::Other`] if there is no such folder, [`Error::Data`] with the file that is wrong and what to do.
pub fn read_model(folder: &Path) -> Result<Model, Error> {
    let files = ModelFiles::read_dir(folder).map_err(|error| match error {
        FolderError::Read { .. } => Error::other(error),
        _ => Error::data(folder, error),
    })?;
    Model::load(files, &Device::flex()).map_err(|error| Error::data(folder, error))
}

/// The three micro F1 scores, in percent: entities, relations by boundaries, strict relations.
pub fn micro_f1(report: &Report) -> [f64; 3] {
    [&report.ner, &report.relations, &report.relations_strict].map(|scores| scores.micro.f1)
}

/// The report as a table for people.
pub fn table(report: &Report) -> String {
    use std::fmt::Write;
    let mut table = String::new();
    let titles = ["entities", "relations", "relations, strict"];
    for (title, scores) in titles.into_iter().zip([&report.ner, &report.relations, &report.relations_strict]) {
        let types = scores.per_type.iter().map(|(name, f)| (name.as_str(), &f.figures, f.support.to_string()));
        let averages = [("micro", &scores.micro, String::new()), ("macro", &scores.macro_average, String::new())];
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{title:<24} precision    recall        F1  support");
        for (name, f, support) in types.chain(averages) {
            let _ = writeln!(table, "  {name:<22} {:>9.2} {:>9.2} {:>9.2} {support:>8}", f.precision, f.recall, f.f1);
        }
    }
    table
}
