//! Cross-validation: a run on each fold of a data set, and the mean of their scores.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::Serialize;
use sinet_text::SymmetricRule;

use crate::Error;
use crate::config::RunConfig;
use crate::dataset::{Data, TEST, TRAIN, read_dataset};
use crate::error::DataError;
use crate::model::evaluate::{TASKS, evaluate, micro_f1};
use crate::model::folder::read_model;
use crate::run::checkpoint::Progress;
use crate::run::folder::MODEL_BEST;
use crate::study::seeds::{Scores, finish};

/// Trains on every fold, a folder of `data` with `train.json`, `dev.json` and `types.json`, into a folder of the same name in
/// `output`, and scores the epoch that is best on `dev.json` on the fold's `test.json`. A run that is complete in its folder
/// is not trained again, and one that was interrupted goes on.
///
/// # Errors
///
/// [`Error::Data`] if there are no folds or one has no `test.json`, else as [`crate::run::train::train`].
pub fn cross_validate(
    config: &RunConfig,
    device: &Device,
    data: &Path,
    output: &Path,
) -> Result<CrossValidation, Error> {
    let folds = folds(data)?;
    let run = |fold: &Path| output.join(fold.file_name().unwrap_or_default());
    // Before anything is trained: a night later is too late.
    for fold in &folds {
        if !fold.join(TEST).is_file() {
            return Err(Error::data(fold)(DataError::NoTest));
        }
        Progress::of_run(&run(fold), config, &Data::read(fold, &config.distil)?.identity)?;
    }
    let score = |fold: &PathBuf| {
        let name = fold.file_name().unwrap_or_default();
        let run = run(fold);
        finish(config, device, fold, &run)?;
        // On the processor, as its card is scored.
        let model = read_model(&run.join(MODEL_BEST), &Device::flex())?;
        let report = evaluate(&model, &read_dataset(&fold.join(TEST), model.schema())?)?;
        let f1 = micro_f1(&report);
        Ok(Fold { name: name.to_string_lossy().into_owned(), sentences: report.sentences, f1 })
    };
    let folds = folds.iter().map(score).collect::<Result<_, Error>>()?;
    Ok(CrossValidation { folds, symmetric_rule: SymmetricRule::default() })
}

/// The folders that can be trained on, by name.
fn folds(data: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(data).map_err(Error::reading(data))?;
    let mut folds: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(Error::reading(data))?;
    folds.retain(|fold| fold.join(TRAIN).is_file());
    folds.sort();
    if folds.is_empty() {
        return Err(Error::data(data)(DataError::NoFolds));
    }
    Ok(folds)
}

/// The scores of all folds.
#[derive(Debug, Serialize)]
pub struct CrossValidation {
    /// By name.
    pub folds: Vec<Fold>,
    /// How relations of symmetric types were compared.
    pub symmetric_rule: SymmetricRule,
}

/// The scores of a fold.
#[derive(Debug, Serialize)]
pub struct Fold {
    /// Its folder.
    pub name: String,
    /// Sentences of its `test.json`.
    pub sentences: usize,
    /// Micro F1 in percent of entities, relations by boundaries, and strict relations.
    pub f1: [f64; 3],
}

impl CrossValidation {
    /// The folds, and their mean and standard deviation, as Markdown.
    pub fn markdown(&self) -> String {
        let mut table = format!("| Fold | sentences | {} |\n|---|--:|--:|--:|--:|\n", TASKS.join(" | "));
        // Writing to a String cannot fail.
        for Fold { name, sentences, f1: [entities, relations, strict] } in &self.folds {
            let _ = writeln!(table, "| {name} | {sentences} | {entities:.2} | {relations:.2} | {strict:.2} |");
        }
        let sentences: usize = self.folds.iter().map(|fold| fold.sentences).sum();
        let scores = Scores(self.folds.iter().map(|fold| fold.f1).collect());
        let _ = writeln!(table, "| mean | {sentences} |{}", scores.cells());
        let _ = writeln!(
            table,
            "\nMicro F1 in percent on each fold's test.json, of the epoch that is best on its dev.json; mean and standard \
             deviation over the folds. Symmetric relations: {}.",
            self.symmetric_rule
        );
        table
    }
}
