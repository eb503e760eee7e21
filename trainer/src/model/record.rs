//! The record of a training in the configuration of its model.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sinet_infer::ModelConfig;

use crate::Error;
use crate::config::RunConfig;
use crate::dataset::DataIdentity;
use crate::error::DataError;

/// The value of `training` in a model's configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrainingRecord {
    /// The run's configuration as it was written; an older one may have other keys than [`RunConfig`] has today.
    pub config: Value,
    /// SHA-256 of the weights of the pretrained encoder.
    pub encoder_sha256: String,
    /// The revision of the pretrained encoder, where its hub names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder_revision: Option<String>,
    /// Epochs that the model was trained.
    pub epochs: u64,
    /// Sentences that the model learned from. The first models lack this and what follows.
    pub train_sentences: Option<usize>,
    /// Sentences without labels that the model learned from by the answers of teachers, where there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlabelled_sentences: Option<usize>,
    /// The device of the training.
    pub device: Option<String>,
    /// The data of the training.
    pub data: Option<DataIdentity>,
}

/// The keys of a configuration that every version of it has.
#[derive(Debug, Deserialize)]
pub struct RecordedRun {
    /// The pretrained encoder.
    pub encoder: String,
    /// The folder of the data, unless the command line named another.
    pub data: PathBuf,
    /// The training itself.
    pub train: RecordedTraining,
}

/// The keys of the section `train` that every version of it has.
#[derive(Debug, Deserialize)]
pub struct RecordedTraining {
    /// Epochs that were asked for.
    pub epochs: u64,
    /// The seed.
    pub seed: u64,
}

impl TrainingRecord {
    /// The record in a model's configuration and the configuration of its run; `None` for a model that was made elsewhere.
    ///
    /// # Errors
    ///
    /// [`DataError::TrainingRecord`] for a record that this version cannot read.
    pub fn of(config: &ModelConfig) -> Result<Option<(Self, RecordedRun)>, Error> {
        if config.training.get("config").is_none() {
            return Ok(None);
        }
        let read = || {
            let record = Self::deserialize(&config.training)?;
            let run = RecordedRun::deserialize(&record.config)?;
            Ok(Some((record, run)))
        };
        read().map_err(|error| Error::data(Path::new(&config.name))(DataError::TrainingRecord(error)))
    }

    /// The run's configuration as TOML, also where keys of it are no longer known.
    ///
    /// # Errors
    ///
    /// [`Error::Serialize`], if it holds what TOML cannot.
    pub fn toml(&self) -> Result<String, Error> {
        let text = match RunConfig::deserialize(&self.config) {
            Ok(config) => toml::to_string(&config),
            Err(_) => toml::to_string(&without_nulls(self.config.clone())),
        };
        text.map_err(|error| Error::Serialize(error.into()))
    }
}

/// TOML leaves out a key that has no value.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        value => value,
    }
}
