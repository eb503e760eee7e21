//! The labelled sentences that a model is scored on, and how.

use std::borrow::Cow;
use std::path::Path;

use sinet_infer::ModelConfig;
use sinet_text::{Dataset, SymmetricRule};

use crate::Error;
use crate::console::say;
use crate::dataset::{DEV, parse_dataset, read_dataset};
use crate::error::DataError;
use crate::files::{read, sha256};
use crate::model::record::TrainingRecord;

/// The sentences and the rule behind the scores of a card or a report.
#[derive(Debug)]
pub struct Scoring<'a> {
    /// Labelled sentences.
    pub sentences: Cow<'a, Dataset>,
    /// The name of their file.
    pub name: String,
    /// How relations of symmetric types are compared.
    pub rule: SymmetricRule,
}

impl<'a> Scoring<'a> {
    /// The development data that a run is measured on while it is trained.
    pub fn on_dev(sentences: &'a Dataset) -> Self {
        Self { sentences: Cow::Borrowed(sentences), name: DEV.to_owned(), rule: SymmetricRule::default() }
    }

    /// The sentences in the file `data`; without it, those of the `dev.json` that the model was trained with.
    ///
    /// # Errors
    ///
    /// As [`read_dataset`]. Without `data` also [`DataError::NoTrainingRecord`] for a model that was made elsewhere, and
    /// [`DataError::Changed`] for a file with other contents than in the training.
    pub fn of(config: &ModelConfig, data: Option<&Path>, rule: SymmetricRule) -> Result<Self, Error> {
        match data {
            Some(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Ok(Self { sentences: Cow::Owned(read_dataset(path, &config.schema)?), name, rule })
            }
            None => Ok(Self { sentences: Cow::Owned(dev_of_training(config)?), name: DEV.to_owned(), rule }),
        }
    }
}

fn dev_of_training(config: &ModelConfig) -> Result<Dataset, Error> {
    let model = Path::new(&config.name);
    let (record, run) = TrainingRecord::of(config)?.ok_or_else(|| Error::data(model)(DataError::NoTrainingRecord))?;
    let Some(data) = record.data else {
        let path = run.data.join(DEV);
        say(format_args!("{}: taken for the data of the training, which this model does not describe", path.display()));
        return read_dataset(&path, &config.schema);
    };
    let path = data.folder.join(DEV);
    let bytes = read(&path)?;
    if data.sha256.get(DEV) != Some(&sha256(&bytes)) {
        return Err(Error::data(&path)(DataError::Changed { model: config.name.clone() }));
    }
    parse_dataset(&path, bytes, &config.schema)
}
