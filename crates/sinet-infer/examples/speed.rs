//! How long one short text takes, from text to annotation, on the CPU:
//!
//! ```console
//! cargo run --release -p sinet-infer --example speed -- models/scierc
//! ```
//!
//! Prints one JSON line: median and minimum over the runs, in milliseconds.

use std::path::PathBuf;
use std::time::Instant;

use burn::tensor::{Device, read_sync};
use sinet_infer::{Model, ModelFiles};

/// 32 word pieces in the vocabulary of the shipped models, `[CLS]` and `[SEP]` included.
const TEXT: &str = "We present a joint model for entity and relation extraction that reads a sentence once, \
                    looks across both tasks, and beats baselines on three data sets.";

const RUNS: usize = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a model folder")?;
    let model = Model::load(ModelFiles::read_dir(&folder)?, &Device::flex())?;
    let mut milliseconds = Vec::new();
    let mut pieces = 0;
    for _ in 0..RUNS + 5 {
        let start = Instant::now();
        let reading = read_sync(model.annotate(TEXT))?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        pieces = reading.annotation.windows.iter().map(|window| window.pieces).sum();
    }
    // The first runs warm up.
    let mut milliseconds = milliseconds.split_off(5);
    milliseconds.sort_by(f64::total_cmp);
    let (median, minimum) = (milliseconds[RUNS / 2], milliseconds[0]);
    println!(
        r#"{{"model": "{}", "pieces": {pieces}, "median_ms": {median:.2}, "min_ms": {minimum:.2}}}"#,
        model.name()
    );
    Ok(())
}
