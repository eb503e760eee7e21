//! A finished model: its folder, and the card that says what it is and how good.

use std::fmt::Write;
use std::path::Path;

use burn::tensor::{Device, read_sync};
use sinet_infer::{Model, ModelConfig, ModelFiles, Precision, export};
use sinet_model::Weights;
use sinet_text::Report;

use crate::Error;
use crate::evaluate::{best_threshold, evaluate};
use crate::train::Run;

/// Exports weights of a run, as they were after so many epochs, to a model folder: int8, and what was exported is
/// scored for its card.
///
/// # Errors
///
/// [`Error`], if the folder cannot be written.
pub fn write_model(run: &Run, weights: &Weights, epochs: u64, folder: &Path) -> Result<(), Error> {
    let mut config = run.model_config(epochs);
    let sentences = run.self_test_sentences();
    let export = |config: &ModelConfig| -> Result<(ModelFiles, Model), Error> {
        let tokenizer = run.pretrained.tokenizer.clone();
        let files = read_sync(export(config, tokenizer, weights, Precision::Int8, &sentences)).map_err(Error::other)?;
        let model = Model::load(files.clone(), &Device::flex()).map_err(Error::other)?;
        Ok((files, model))
    };
    if run.config.train.tune_threshold {
        config.relation_threshold = LOWEST_THRESHOLD;
        config.relation_threshold = best_threshold(&export(&config)?.1, &run.data.dev)?;
    }
    let (mut files, model) = export(&config)?;
    let report = evaluate(&model, &run.data.dev)?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    files.insert("README.md", card(run, &name, epochs, config.relation_threshold, &report, &files).into_bytes());
    files.seal();
    files.write_dir(folder).map_err(Error::other)
}

/// Where the search for a relation threshold begins.
const LOWEST_THRESHOLD: f32 = 0.1;

fn card(run: &Run, folder: &str, epochs: u64, threshold: f32, report: &Report, files: &ModelFiles) -> String {
    let config = &run.config;
    let mut card = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        card,
        "# {name}\n\n\
         A SINET model (joint entity and relation extraction) of {mb:.1} MB, int8 with per-row scales.\n\n\
         - Encoder: `{encoder}`, SHA-256 of its weights {sha}\n\
         - Data: {train} sentences to train on, {dev} development sentences; seed {seed}\n\
         - Trained for {epochs} of {all} epochs. With the configuration below in `run.toml` and the data set in `DIR`,\n\
         \x20 `sinet train --config run.toml --data DIR --output RUN` leaves this folder as `RUN/{folder}`\n\n\
         ## Scores on the development data, of these very files\n\n\
         Micro F1 in percent; symmetric relations are counted once, in text order. Reproduce with\n\
         `sinet evaluate --model DIR --data dev.json`. A relation is reported from a score of {threshold:.2} on.\n\n",
        name = config.name,
        mb = files.total_bytes() as f64 / 1e6,
        encoder = config.encoder,
        sha = run.pretrained.sha256,
        train = run.data.train.sentences.len(),
        dev = run.data.dev.sentences.len(),
        seed = config.train.seed,
        all = config.train.epochs,
    );
    let _ = writeln!(card, "| | precision | recall | F1 |\n|---|---|---|---|");
    let rows =
        [("entities", &report.ner), ("relations", &report.relations), ("relations, strict", &report.relations_strict)];
    for (name, scores) in rows {
        let f = &scores.micro;
        let _ = writeln!(card, "| {name} | {:.2} | {:.2} | {:.2} |", f.precision, f.recall, f.f1);
    }
    let types = |names: Vec<&str>| names.join(", ");
    let schema = &run.data.schema;
    let _ = write!(
        card,
        "\n## Types\n\nEntities: {}. Relations: {}.\n\n\
         ## Limits\n\n\
         Entities are at most {} words wide. Each sentence is read {}. The epoch, and the threshold if it is\n\
         tuned, were chosen on the development data, so the scores above are a little better than on text that nobody has seen.\n\n\
         ## Configuration\n\n```toml\n{}```\n",
        types(schema.entities.iter().map(|kind| kind.verbose.as_str()).collect()),
        types(schema.relations.iter().map(|kind| kind.verbose.as_str()).collect()),
        config.model.max_span_words,
        match config.model.context_words {
            0 => "by itself".to_owned(),
            words => format!("with up to {words} words of its text on each side"),
        },
        toml::to_string(config).expect("a configuration can be written"),
    );
    card
}
