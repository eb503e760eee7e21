//! Scores on labelled sentences.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use burn::tensor::read_sync;
use pyo3::PyResult;
use rayon::ThreadPool;
use sinet_formats::{Dataset, Example};
use sinet_infer::Model;
use sinet_text::{Scorer, SymmetricRule};

use crate::answer::each;
use crate::error::refuse;

/// The report of `sinet evaluate --json`, but for the calibration.
pub fn evaluate(model: &Model, path: &Path, symmetric: &str, pool: Option<&ThreadPool>) -> PyResult<String> {
    let rule: SymmetricRule = symmetric.parse().map_err(refuse)?;
    let file = File::open(path).map_err(|error| refuse(format_args!("{}: {error}", path.display())))?;
    let name = path.display().to_string();
    let dataset = Dataset::from_spert(BufReader::new(file), model.schema(), &name).map_err(refuse)?;
    let read = |sentences: &&[Example]| {
        let words: Vec<_> = sentences.iter().map(|sentence| sentence.tokens.as_slice()).collect();
        read_sync(model.predict_sentences(&words, model.thresholds()))
    };
    let together = dataset.read_together(model.config().context_words);
    let predictions = each(pool, &together, read).into_iter().collect::<Result<Vec<_>, _>>().map_err(refuse)?.concat();
    let mut scorer = Scorer::new(model.schema(), rule);
    for (example, prediction) in dataset.sentences.iter().zip(&predictions) {
        scorer.add(example.labels(), prediction.labels());
    }
    serde_json::to_string(&scorer.report()).map_err(refuse)
}
