//! A finished model: its folder, and the card that says what it is and how good.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, read_sync};
use serde::Deserialize;
use sinet_formats::Dataset;
use sinet_infer::selftest::SELF_TEST;
use sinet_infer::weights::{self, WEIGHTS};
use sinet_infer::{Model, ModelConfig, ModelFiles, Precision, SelfTest, config, export};
use sinet_model::Weights;
use sinet_text::{Report, Schema, SymmetricRule};

use crate::Error;
use crate::config::RunConfig;
use crate::evaluate::{by_task, predict, read_dataset, read_files, score};
use crate::threshold::sweep;
use crate::train::Run;

/// Exports weights of a run, as they were after so many epochs, to a model folder: int8, and what was exported is
/// scored for its card.
///
/// # Errors
///
/// [`Error`], if the folder cannot be written.
pub fn write_model(run: &Run, weights: &Weights, epochs: u64, folder: &Path) -> Result<(), Error> {
    let sentences = run.self_test_sentences();
    let tokenizer = &run.pretrained.tokenizer;
    let mut finished = Finished::new(&run.model_config(epochs), tokenizer, weights, Precision::Int8, &sentences)?;
    if run.config.train.tune_threshold {
        finished.set_threshold(sweep(&finished.model, &run.data.dev, SymmetricRule::default())?.best)?;
    }
    finished.write_card(Some(&Scoring::on_dev(&run.data.dev)))?;
    finished.files.write_dir(folder).map_err(Error::other)
}

/// A model folder in memory, and the model of these very files.
#[derive(Debug)]
pub struct Finished {
    /// The files, sealed.
    pub files: ModelFiles,
    /// The model.
    pub model: Model,
}

/// What a card's scores come from.
#[derive(Debug)]
pub struct Scoring<'a> {
    /// Labelled sentences.
    pub sentences: Cow<'a, Dataset>,
    /// The file that they stand in.
    pub name: String,
    /// How relations of symmetric types are compared.
    pub rule: SymmetricRule,
}

impl<'a> Scoring<'a> {
    /// What a run is measured on while it is trained.
    pub fn on_dev(sentences: &'a Dataset) -> Self {
        Self { sentences: Cow::Borrowed(sentences), name: DEV.to_owned(), rule: SymmetricRule::default() }
    }

    /// Reads labelled sentences.
    ///
    /// # Errors
    ///
    /// As [`read_dataset`].
    pub fn read(path: &Path, schema: &Schema, rule: SymmetricRule) -> Result<Self, Error> {
        let sentences = Cow::Owned(read_dataset(path, schema)?);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { sentences, name, rule })
    }
}

impl Finished {
    /// Exports a network; `sentences` are what its self-test reads.
    ///
    /// # Errors
    ///
    /// [`Error::Other`] if the parts do not fit each other.
    pub fn new(
        config: &ModelConfig,
        tokenizer: &[u8],
        weights: &Weights,
        precision: Precision,
        sentences: &[Vec<String>],
    ) -> Result<Self, Error> {
        let export = export(config, tokenizer.to_vec(), weights, precision, sentences);
        let files = read_sync(export).map_err(Error::other)?;
        Ok(Self { model: load(&files)?, files })
    }

    /// Reads a model folder.
    ///
    /// # Errors
    ///
    /// As [`read_files`], and [`Error::Data`] for files that are no model.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let files = read_files(folder)?;
        let model = load(&files).map_err(|error| Error::data(folder, error))?;
        Ok(Self { files, model })
    }

    /// Gives the model another relation threshold. What its self-test has recorded depends on that and is recorded again;
    /// its weights stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error::Other`] if the files cannot be read again.
    pub fn set_threshold(&mut self, threshold: f32) -> Result<(), Error> {
        let config = ModelConfig { relation_threshold: threshold, ..self.model.config().clone() };
        self.files.insert(config::CONFIG, config.to_json());
        self.files.seal();
        self.model = load(&self.files)?;
        let sentences = self.self_test_sentences()?;
        let self_test = read_sync(SelfTest::record(&self.model, &sentences)).map_err(Error::other)?;
        self.files.insert(SELF_TEST, self_test.to_json());
        self.files.seal();
        Ok(())
    }

    /// The sentences of its self-test.
    ///
    /// # Errors
    ///
    /// [`Error::Other`] if that cannot be read.
    pub fn self_test_sentences(&self) -> Result<Vec<Vec<String>>, Error> {
        let self_test = SelfTest::parse(self.files.get(SELF_TEST).map_err(Error::other)?).map_err(Error::other)?;
        Ok(self_test.cases.into_iter().map(|case| case.words).collect())
    }

    /// Writes the card into the files and seals them. Without a scoring it says that there are no scores.
    ///
    /// # Errors
    ///
    /// [`Error::Other`] if the model cannot read a sentence.
    pub fn write_card(&mut self, scoring: Option<&Scoring>) -> Result<(), Error> {
        let model = &self.model;
        let report = |Scoring { sentences, rule, .. }: &Scoring| -> Result<Report, Error> {
            let predictions = predict(model, sentences, model.thresholds())?;
            Ok(score(model.schema(), sentences, &predictions, *rule))
        };
        let scored = match scoring {
            Some(scoring) => Some((report(scoring)?, scoring.name.as_str())),
            None => None,
        };
        let precision = self.files.get(WEIGHTS).map_err(Error::other)?;
        let precision = weights::precision(precision).map_err(Error::other)?;
        // Its own size would be another with every word of it.
        self.files.insert(CARD, Vec::new());
        let card = card(model.config(), precision, self.files.total_bytes(), scored.as_ref());
        self.files.insert(CARD, card.into_bytes());
        self.files.seal();
        Ok(())
    }
}

/// Writes or renews the card of the model in `folder`, with its scores on `data`; without `data` on the `dev.json` that its
/// training was measured on.
///
/// # Errors
///
/// [`Error`], if the folder or the sentences cannot be read, or the folder not be written.
pub fn renew(folder: &Path, data: Option<&Path>, rule: SymmetricRule) -> Result<(), Error> {
    let mut finished = Finished::read(folder)?;
    let path = data_of(finished.model.config(), data)?;
    let scoring = Scoring::read(&path, finished.model.schema(), rule)?;
    finished.write_card(Some(&scoring))?;
    finished.files.write_dir(folder).map_err(Error::other)
}

/// The sentences that a model is scored on: `data`, else the `dev.json` that its training was measured on.
///
/// # Errors
///
/// [`Error::Data`] for a model that was made elsewhere and does not say.
pub fn data_of(config: &ModelConfig, data: Option<&Path>) -> Result<PathBuf, Error> {
    match (data, Provenance::of(config)) {
        (Some(data), _) => Ok(data.to_owned()),
        (None, Some(provenance)) => Ok(provenance.config.data.join(DEV)),
        (None, None) => Err(Error::data(
            Path::new(&config.name),
            "does not say what it was trained on; name labelled sentences by --data",
        )),
    }
}

const CARD: &str = "README.md";

/// What a model is measured on while it is trained.
const DEV: &str = "dev.json";

fn load(files: &ModelFiles) -> Result<Model, Error> {
    Model::load(files.clone(), &Device::flex()).map_err(Error::other)
}

/// What the trainer has written into the `training` of a configuration.
#[derive(Debug, Deserialize)]
struct Provenance {
    config: RunConfig,
    encoder_sha256: String,
    epochs: u64,
    /// Models of the first days do not say this and what follows.
    train_sentences: Option<usize>,
    device: Option<String>,
}

impl Provenance {
    /// `None` for a model that was made elsewhere.
    fn of(config: &ModelConfig) -> Option<Self> {
        serde_json::from_value(config.training.clone()).ok()
    }
}

fn card(config: &ModelConfig, precision: Precision, bytes: u64, scored: Option<&(Report, &str)>) -> String {
    let mut card = String::new();
    let stored = match precision {
        Precision::F32 => "32-bit floats",
        Precision::F16 => "16-bit floats",
        Precision::Int8 => "int8 with per-row scales",
    };
    let provenance = Provenance::of(config);
    // Writing to a String cannot fail.
    let _ = write!(
        card,
        "# {}\n\nA SINET model (joint entity and relation extraction) of {:.1} MB, {stored}.\n\n",
        config.name,
        bytes as f64 / 1e6
    );
    if let Some(Provenance { config, encoder_sha256, epochs, train_sentences, device }) = &provenance {
        let sentences = train_sentences.map_or(String::new(), |count| format!(" on {count} sentences"));
        let device = device.as_ref().map_or(String::new(), |device| format!(", on {device}"));
        let _ = write!(
            card,
            "- Encoder: `{}`, SHA-256 of its weights {encoder_sha256}\n\
             - Trained{sentences} for {epochs} of {} epochs, seed {}{device}. With the configuration below in `run.toml` and the data set in `DIR`,\n\
             \x20 `sinet train --config run.toml --data DIR --output RUN` leaves this model in `RUN`\n\n",
            config.encoder, config.train.epochs, config.train.seed,
        );
    }
    card.push_str("## Scores\n\n");
    match scored {
        Some((report, name)) => scores(&mut card, report, name),
        None => card.push_str("None yet: `sinet card DIR --data dev.json` writes those of these very files.\n"),
    }
    let types = |names: Vec<&str>| names.join(", ");
    let schema = &config.schema;
    let _ = write!(
        card,
        "\nA relation is reported from a score of {:.2} on.\n\n\
         ## Types\n\nEntities: {}. Relations: {}.\n\n\
         ## Limits\n\n\
         Entities are at most {} words wide. Each sentence is read {}. The epoch, and the threshold if it is\n\
         tuned, were chosen on the development data, so scores on these are a little better than on text that nobody has seen.\n",
        config.relation_threshold,
        types(schema.entities.iter().map(|kind| kind.verbose.as_str()).collect()),
        types(schema.relations.iter().map(|kind| kind.verbose.as_str()).collect()),
        config.max_span_words,
        match config.context_words {
            0 => "by itself".to_owned(),
            words => format!("with up to {words} words of its text on each side"),
        },
    );
    if let Some(Provenance { config, .. }) = &provenance {
        let config = toml::to_string(config).expect("a configuration can be written");
        let _ = write!(card, "\n## Configuration\n\n```toml\n{config}```\n");
    }
    card
}

fn scores(card: &mut String, report: &Report, name: &str) {
    let _ = write!(
        card,
        "Of these very files, micro averages in percent on the {} sentences of `{name}`. Symmetric relations:\n\
         {}. Reproduce with\n`sinet evaluate --model DIR --data {name} --symmetric {}`.\n\n\
         | | precision | recall | F1 |\n|---|---|---|---|\n",
        report.sentences,
        report.symmetric_rule,
        report.symmetric_rule.name(),
    );
    for (task, scores) in by_task(report) {
        let f = &scores.micro;
        let _ = writeln!(card, "| {task} | {:.2} | {:.2} | {:.2} |", f.precision, f.recall, f.f1);
    }
}
