//! A model in memory: its configuration, its tokenizer and its network.

use burn::module::Module;
use burn::tensor::Device;
use sinet_model::{Encoder, EncoderConfig, Sinet, Tasks, WeightError};
use sinet_text::{Schema, Tokenizer, TokenizerError};

use crate::config::{CONFIG, ConfigError, ModelConfig};
use crate::folder::{FolderError, ModelFiles, VerifiedFiles};
use crate::selftest::{SELF_TEST, SelfTest, SelfTestFormatError};
use crate::weights::{self, Precision, WEIGHTS, WeightsError};

/// Name of the tokenizer inside a model folder.
pub const TOKENIZER: &str = "tokenizer.json";

/// A model that annotates text.
///
/// The encoder computes on the device it was loaded on, everything after it on the host: the encoder is over 95 %
/// of the arithmetic, and its hidden states come back once a window.
#[derive(Debug)]
pub struct Model {
    pub(crate) config: ModelConfig,
    pub(crate) tokenizer: Tokenizer,
    pub(crate) encoder: Encoder,
    pub(crate) tasks: Tasks,
    pub(crate) host: Device,
    pub(crate) self_test: SelfTest,
}

impl Model {
    /// Checks the files of a model folder and builds the model, its encoder on `device`.
    ///
    /// # Errors
    ///
    /// [`LoadError`], naming the file and what is wrong with it.
    pub fn load(files: ModelFiles, device: &Device) -> Result<Self, LoadError> {
        Self::load_verified(files.verify()?, device)
    }

    /// Builds the model of a model folder, its encoder on `device`.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_verified(verified: VerifiedFiles, device: &Device) -> Result<Self, LoadError> {
        let files = verified.files();
        let config = ModelConfig::parse(files.get(CONFIG)?)?;
        let tokenizer = Tokenizer::from_bytes(files.get(TOKENIZER)?)?;
        let self_test = SelfTest::parse(files.get(SELF_TEST)?)?;
        let weights = weights::read(files.get(WEIGHTS)?)?;
        let precision = weights::precision(files.get(WEIGHTS)?)?;
        drop(verified);

        let network = config.architecture.init(&Device::flex()).with_weights(&weights)?;
        drop(weights);
        let Sinet { encoder, tasks } = network;
        let network = Sinet { encoder: encoder.to_device(device), tasks };
        Ok(Self { self_test, ..Self::new(config, tokenizer, network, precision)? })
    }

    /// A model from its parts, which need not be files. The encoder stays on the device it is on, without gradients.
    ///
    /// On the host, matrices are multiplied with weights rounded to 8 bits if `precision` says that they are stored
    /// so, which rounds nothing away then.
    ///
    /// # Errors
    ///
    /// [`LoadError`], if the parts do not fit each other.
    pub fn new(
        config: ModelConfig,
        tokenizer: Tokenizer,
        network: Sinet,
        precision: Precision,
    ) -> Result<Self, LoadError> {
        config.check()?;
        check_vocabulary(&config.architecture.encoder, &tokenizer)?;
        let host = Device::flex();
        let Sinet { encoder, tasks } = network.valid();
        let packed = match precision {
            Precision::Int8 => sinet_model::Precision::Int8,
            Precision::F32 | Precision::F16 => sinet_model::Precision::F32,
        };
        let is_host = encoder.word_table().device() == host;
        let encoder = if is_host { encoder.packed(packed) } else { encoder.fused() };
        let tasks = tasks.to_device(&host).packed(packed);
        Ok(Self { config, tokenizer, encoder, tasks, host, self_test: SelfTest::default() })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Its entity and relation types.
    pub fn schema(&self) -> &Schema {
        &self.config.schema
    }

    /// How it cuts words into pieces.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Its configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }
}

/// Checks that the encoder's table has a row for every id that a tokenizer may give.
///
/// # Errors
///
/// [`LoadError::Vocabulary`].
pub fn check_vocabulary(encoder: &EncoderConfig, tokenizer: &Tokenizer) -> Result<(), LoadError> {
    let (largest_id, rows) = (tokenizer.largest_id(), encoder.sizes().vocabulary);
    if largest_id as usize >= rows {
        return Err(LoadError::Vocabulary { largest_id, rows });
    }
    Ok(())
}

/// Why a model cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file is missing, or not the one that the manifest names.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// `config.json` cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// `tokenizer.json` cannot be used.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// `model.safetensors` cannot be read.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// `model.safetensors` holds another network than `config.json` says.
    #[error("{WEIGHTS}: {0}; it does not belong to this {CONFIG}")]
    Network(#[from] WeightError),
    /// `tokenizer.json` has pieces that the network does not know.
    #[error(
        "{TOKENIZER}: it has a piece with the id {largest_id}, the network of {CONFIG} knows those below {rows}; the two do not belong together"
    )]
    Vocabulary {
        /// The largest id of the tokenizer's vocabulary.
        largest_id: u32,
        /// Rows of the network's embedding table.
        rows: usize,
    },
    /// `selftest.json` cannot be used.
    #[error("{SELF_TEST}: {0}; download the model again")]
    SelfTest(#[from] SelfTestFormatError),
}
