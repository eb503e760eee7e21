//! A model's scores on labelled sentences.

use std::path::Path;

use burn::tensor::{Device, read_sync};
use rayon::prelude::*;
use sinet_infer::{FolderError, Model, ModelFiles};
use sinet_text::{Dataset, Report, Schema, Scorer, SymmetricRule};

use crate::Error;

/// Predicts every sentence and scores the predictions.
///
/// # Errors
///
/// [`Error::Other`] if the model cannot read a sentence.
pub fn evaluate(model: &Model, dataset: &Dataset) -> Result<Report, Error> {
    let predictions: Result<Vec<_>, _> = dataset
        .sentences
        .par_iter()
        .map(|example| read_sync(model.read_words(&example.tokens)).map_err(Error::other))
        .collect();
    let mut scorer = Scorer::new(model.schema(), SymmetricRule::default());
    for (example, prediction) in dataset.sentences.iter().zip(&predictions?) {
        scorer.add(example.labels(), prediction.labels());
    }
    Ok(scorer.report())
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
