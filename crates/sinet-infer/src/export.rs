//! Writing a model folder.

use burn::tensor::Device;
use sinet_model::Weights;
use sinet_text::Tokenizer;

use crate::config::{CONFIG, ModelConfig};
use crate::error::AnnotateError;
use crate::folder::ModelFiles;
use crate::model::{LoadError, Model, TOKENIZER};
use crate::selftest::{SELF_TEST, SelfTest};
use crate::weights::{self, Precision, WEIGHTS, WeightsError};

/// The files of a model folder, sealed with their manifest.
///
/// `tokenizer` is a `tokenizer.json`. The self-test records what the model says of `sentences` with its weights as
/// they are stored, computed on the host.
///
/// A model card needs the scores of the stored model: load these files, evaluate, then
/// [`insert`](ModelFiles::insert) `README.md` and [`seal`](ModelFiles::seal) again.
///
/// # Errors
///
/// [`ExportError`], if the parts do not fit each other.
pub async fn export(
    config: &ModelConfig,
    tokenizer: Vec<u8>,
    weights: &Weights,
    precision: Precision,
    sentences: &[Vec<String>],
) -> Result<ModelFiles, ExportError> {
    config.check().map_err(LoadError::from)?;
    let stored = weights::write(weights, precision)?;
    let network = config.architecture.init(&Device::flex()).with_weights(&weights::read(&stored)?);
    let parsed = Tokenizer::from_bytes(&tokenizer).map_err(LoadError::from)?;
    let model = Model::new(config.clone(), parsed, network.map_err(LoadError::from)?, precision)?;
    let self_test = SelfTest::record(&model, sentences).await?;

    let mut files = ModelFiles::new();
    files.insert(CONFIG, config.to_json());
    files.insert(TOKENIZER, tokenizer);
    files.insert(WEIGHTS, stored);
    files.insert(SELF_TEST, self_test.to_json());
    files.seal();
    Ok(files)
}

/// Why a model cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// It could not be loaded again.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Its weights cannot be stored.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Its self-test could not be recorded.
    #[error(transparent)]
    SelfTest(#[from] AnnotateError),
}
