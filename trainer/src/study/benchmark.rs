//! The speed of a model on this machine.

use std::time::Instant;

use serde::Serialize;
use sinet_infer::Model;
use sinet_text::Dataset;

use crate::Error;
use crate::model::evaluate::predict;
use crate::model::predict::annotate;

/// One text of 32 word pieces in the vocabulary of the shipped models, `[CLS]` and `[SEP]` included.
const TEXT: &str = include_str!("benchmark.txt").trim_ascii();

/// Runs that warm up and do not count.
const WARM_UP: usize = 5;

/// The measurement of [`speed`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Speed {
    /// The name of the model.
    pub model: String,
    /// The one text.
    pub text: &'static str,
    /// Word pieces of it.
    pub pieces: usize,
    /// From the text to its annotation, in milliseconds, ascending.
    pub milliseconds: Vec<f64>,
    /// Number of sentences that were read together.
    pub sentences: usize,
    /// Their time on all cores, from words to annotations, in seconds.
    pub seconds: f64,
}

/// Times one text `runs` times, and then the first `limit` sentences of a data set once.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read them.
pub fn speed(model: &Model, mut dataset: Dataset, runs: usize, limit: usize) -> Result<Speed, Error> {
    let mut pieces = 0;
    let mut milliseconds = Vec::with_capacity(runs);
    for run in 0..WARM_UP + runs {
        let start = Instant::now();
        let annotation = annotate(model, TEXT)?;
        if run >= WARM_UP {
            milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        }
        pieces = annotation.windows.iter().map(|window| window.pieces).sum();
    }
    milliseconds.sort_by(f64::total_cmp);

    dataset.sentences.truncate(limit);
    let start = Instant::now();
    let sentences = predict(model, &dataset, model.thresholds())?.len();
    let seconds = start.elapsed().as_secs_f64();
    Ok(Speed { model: model.name().to_owned(), text: TEXT, pieces, milliseconds, sentences, seconds })
}

impl Speed {
    /// For people.
    pub fn table(&self) -> String {
        let Self { model, pieces, milliseconds, sentences, seconds, .. } = self;
        let (median, least) = (milliseconds[milliseconds.len() / 2], milliseconds[0]);
        let rate = *sentences as f64 / seconds;
        format!(
            "{model}: one text of {pieces} pieces: median {median:.2} ms, minimum {least:.2} ms\n\
             {model}: {sentences} sentences in {seconds:.2} s, {rate:.0} a second"
        )
    }
}
