//! `sinet debug`.

use std::path::PathBuf;

use clap::Subcommand;
use sinet::Error;
use sinet::console::show;
use sinet::data::debug::{InputLimit, examine, files_of};

/// Look for what is wrong, before training
#[derive(Debug, Subcommand)]
pub enum Debug {
    /// Labelled data: every error, counts by type, labels that no model can find, duplicates, sentences in two files
    Data {
        /// Files in any format that `convert` reads, or folders: of train.json, dev.json and test.json, or of such files
        #[arg(required = true)]
        data: Vec<PathBuf>,
        /// The most words that an entity may have, as `model.max_span_words` of the configuration
        #[arg(long, default_value_t = 8)]
        max_span_words: usize,
        /// An encoder as a configuration names it, or a model folder: says which sentences are too long for it
        #[arg(long)]
        encoder: Option<String>,
        /// Print one JSON object instead of sentences
        #[arg(long)]
        json: bool,
    },
}

impl Debug {
    pub fn run(self) -> Result<(), Error> {
        let Self::Data { data, max_span_words, encoder, json } = self;
        let limit = encoder.as_deref().map(InputLimit::of).transpose()?;
        let findings = examine(&files_of(&data), max_span_words, limit.as_ref())?;
        show(&findings, json, |findings| findings.table(max_span_words))?;
        findings.into_failure().map_or(Ok(()), Err)
    }
}
