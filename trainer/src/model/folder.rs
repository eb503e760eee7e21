//! A model folder that is made or changed.

use std::path::Path;

use burn::tensor::{Device, read_sync};
use sinet_infer::selftest::SELF_TEST;
use sinet_infer::weights::{self, WEIGHTS};
use sinet_infer::{
    FolderError, LoadError, Model, ModelConfig, ModelFiles, Precision, Scaling, SelfTest, config, export,
};
use sinet_model::Weights;
use sinet_text::Report;

use crate::Error;
use crate::model::card::{CARD, card};
use crate::model::evaluate::{predict, score};
use crate::model::scoring::Scoring;

/// Reads a model folder; the encoder computes on `device`.
///
/// # Errors
///
/// As [`read_files`], and [`Error::Data`] for files that are no model.
pub fn read_model(folder: &Path, device: &Device) -> Result<Model, Error> {
    Model::load(read_files(folder)?, device).map_err(Error::data(folder))
}

/// Reads the files of a model folder.
///
/// # Errors
///
/// [`Error::Folder`] if there is no such folder, [`Error::Data`] if its manifest cannot be used.
pub fn read_files(folder: &Path) -> Result<ModelFiles, Error> {
    ModelFiles::read_dir(folder).map_err(|error| match error {
        FolderError::Read { .. } => Error::Folder(error),
        error => Error::data(folder)(error),
    })
}

/// A model folder in memory: its files, and the model of these very files. Every change seals it again.
#[derive(Debug)]
pub struct ModelFolder {
    files: ModelFiles,
    model: Model,
}

impl ModelFolder {
    /// The folder of a network; its self-test reads `sentences`.
    ///
    /// # Errors
    ///
    /// [`Error::Export`] or [`Error::Load`], if the parts do not fit each other.
    pub fn export(
        config: &ModelConfig,
        tokenizer: &[u8],
        weights: &Weights,
        precision: Precision,
        sentences: &[Vec<String>],
    ) -> Result<Self, Error> {
        let files = read_sync(export(config, tokenizer.to_vec(), weights, precision, sentences))?;
        Ok(Self { model: load(&files)?, files })
    }

    /// Reads a model folder.
    ///
    /// # Errors
    ///
    /// As [`read_files`], and [`Error::Data`] for files that are no model.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let files = read_files(folder)?;
        let model = load(&files).map_err(Error::data(folder))?;
        Ok(Self { files, model })
    }

    /// Writes the folder.
    ///
    /// # Errors
    ///
    /// [`Error::Folder`], if a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        Ok(self.files.write_dir(folder)?)
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The contents of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Folder`], if there is none of this name.
    pub fn file(&self, name: &str) -> Result<&[u8], Error> {
        Ok(self.files.get(name)?)
    }

    /// The sentences of its self-test.
    ///
    /// # Errors
    ///
    /// [`Error::Data`], if that cannot be read.
    pub fn self_test_sentences(&self) -> Result<Vec<Vec<String>>, Error> {
        let self_test = SelfTest::parse(self.file(SELF_TEST)?).map_err(Error::data(Path::new(SELF_TEST)))?;
        Ok(self_test.cases.into_iter().map(|case| case.words).collect())
    }

    /// Gives the model another relation threshold.
    ///
    /// # Errors
    ///
    /// [`Error::Load`], if the files cannot be loaded again.
    pub fn set_threshold(&mut self, threshold: f32) -> Result<(), Error> {
        self.set_config(ModelConfig { relation_threshold: threshold, ..self.model.config().clone() })
    }

    /// Gives the model other scaling of its scores, and the threshold that keeps its labels as they are.
    ///
    /// # Errors
    ///
    /// [`Error::Load`], if the files cannot be loaded again.
    pub fn set_scaling(&mut self, scaling: Scaling) -> Result<(), Error> {
        self.set_config(self.model.config().with_scaling(scaling))
    }

    /// The self-test depends on the configuration and is recorded again; the weights stay.
    fn set_config(&mut self, config: ModelConfig) -> Result<(), Error> {
        self.files.insert(config::CONFIG, config.to_json());
        self.files.seal();
        self.model = load(&self.files)?;
        let self_test = read_sync(SelfTest::record(&self.model, &self.self_test_sentences()?))?;
        self.files.insert(SELF_TEST, self_test.to_json());
        self.files.seal();
        Ok(())
    }

    /// Writes the card, with the scores of the model on labelled sentences; without these the card says that there are none.
    ///
    /// # Errors
    ///
    /// [`Error::Annotate`] if the model cannot read a sentence, [`Error::Data`] if the record of its training cannot
    /// be read.
    pub fn write_card(&mut self, scoring: Option<&Scoring>) -> Result<(), Error> {
        let scored =
            scoring.map(|scoring| Ok::<_, Error>((self.score(scoring)?, scoring.name.as_str()))).transpose()?;
        let precision = weights::precision(self.file(WEIGHTS)?)?;
        // Its own size would be another with every word of it.
        self.files.insert(CARD, Vec::new());
        let card = card(self.model.config(), precision, self.files.total_bytes(), scored.as_ref())?;
        self.files.insert(CARD, card.into_bytes());
        self.files.seal();
        Ok(())
    }

    fn score(&self, Scoring { sentences, rule, .. }: &Scoring) -> Result<Report, Error> {
        let predictions = predict(&self.model, sentences, self.model.thresholds())?;
        Ok(score(self.model.schema(), sentences, &predictions, *rule))
    }
}

fn load(files: &ModelFiles) -> Result<Model, LoadError> {
    Model::load(files.clone(), &Device::flex())
}
