//! Everything that a run needs to go on where it stopped.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sinet_infer::weights::{self, Precision};
use sinet_model::{NamedTensor, Weights};

use crate::Error;
use crate::adamw::{AdamW, Moments};
use crate::average::Average;
use crate::config::RunConfig;
use crate::optimizer::OptimizerState;
use crate::word_table::WordTableState;

/// A run between two epochs.
#[derive(Debug)]
pub struct Checkpoint {
    /// How far it is.
    pub progress: Progress,
    /// The network's weights, the word table included.
    pub weights: Weights,
    /// What would be the model if the run ended here.
    pub average: Average,
    /// The optimiser's memory.
    pub optimizer: OptimizerState,
}

/// How far a run is. All randomness of a run follows from its seed and the number of updates, so that this is
/// all there is to remember of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The run's configuration; a run is resumed only with the same one.
    pub config: RunConfig,
    /// Whole epochs done.
    pub epochs: u64,
    /// Updates done.
    pub updates: u64,
    /// Best strict relation F1 on the development data so far, in percent, and its epoch.
    pub best: Option<(f64, u64)>,
}

impl Progress {
    /// How many epochs the model is the average of, the last one included.
    pub fn averaged(&self) -> u64 {
        let train = &self.config.train;
        (self.epochs + train.average_epochs).saturating_sub(train.epochs).clamp(1, self.epochs.max(1))
    }
}

const PROGRESS: &str = "progress.json";
const STATE: &str = "state.safetensors";

impl Checkpoint {
    /// Writes the checkpoint to a folder beside `folder` first, and puts it in place by renaming.
    ///
    /// # Errors
    ///
    /// [`Error`], if it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let fresh = folder.with_extension("partial");
        let _ = fs::remove_dir_all(&fresh);
        Error::reading(&fresh, fs::create_dir_all(&fresh))?;
        let state = weights::write(&self.tensors(), Precision::F32).map_err(Error::other)?;
        let progress = serde_json::to_vec_pretty(&self.progress).map_err(Error::other)?;
        for (name, bytes) in [(STATE, state), (PROGRESS, progress)] {
            let path = fresh.join(name);
            Error::reading(&path, write_synced(&path, &bytes))?;
        }
        let old = folder.with_extension("old");
        let _ = fs::remove_dir_all(&old);
        let _ = fs::rename(folder, &old);
        Error::reading(folder, fs::rename(&fresh, folder))?;
        let _ = fs::remove_dir_all(&old);
        Ok(())
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    ///
    /// [`Error`], if there is none, or if it is damaged.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let read = |name: &str| {
            let path = folder.join(name);
            Error::reading(&path, fs::read(&path)).map(|bytes| (path, bytes))
        };
        let (path, bytes) = read(PROGRESS)?;
        let progress = serde_json::from_slice(&bytes).map_err(|error| Error::data(&path, error))?;
        let (path, bytes) = read(STATE)?;
        let tensors = weights::read(&bytes).map_err(|error| Error::data(&path, error))?;
        Self::from_tensors(progress, tensors).ok_or_else(|| Error::data(&path, "the checkpoint is incomplete"))
    }

    fn tensors(&self) -> Weights {
        let flat = |values: Vec<f32>| NamedTensor { shape: vec![values.len()], values };
        let mut tensors = Weights::new();
        for (name, tensor) in &self.weights {
            tensors.insert(format!("weight/{name}"), tensor.clone());
        }
        for (name, tensor) in &self.average.weights {
            tensors.insert(format!("average/{name}"), tensor.clone());
        }
        let OptimizerState { dense, words } = &self.optimizer;
        for (name, moments) in &dense.moments {
            tensors.insert(format!("first/{name}"), flat(moments.first.clone()));
            tensors.insert(format!("second/{name}"), flat(moments.second.clone()));
        }
        // Row numbers are far below 2^24, where f32 still holds every integer.
        let used = words.used.iter().map(|&row| row as f32).collect();
        tensors.insert("words/used".to_owned(), flat(used));
        tensors.insert("words/first".to_owned(), flat(words.moments.first.clone()));
        tensors.insert("words/second".to_owned(), flat(words.moments.second.clone()));
        tensors
    }

    fn from_tensors(progress: Progress, mut tensors: Weights) -> Option<Self> {
        let mut words = |name: &str| Some(tensors.remove(&format!("words/{name}"))?.values);
        let used = words("used")?.into_iter().map(|row| row as u32).collect();
        let words = WordTableState { used, moments: Moments { first: words("first")?, second: words("second")? } };
        let (mut weights, mut dense) = (Weights::new(), AdamW::default());
        let mut average = Average { weights: Weights::new(), epochs: progress.averaged() };
        for (name, tensor) in tensors {
            match name.split_once('/')? {
                ("weight", name) => drop(weights.insert(name.to_owned(), tensor)),
                ("average", name) => drop(average.weights.insert(name.to_owned(), tensor)),
                ("first", name) => dense.moments.entry(name.to_owned()).or_default().first = tensor.values,
                ("second", name) => dense.moments.entry(name.to_owned()).or_default().second = tensor.values,
                _ => return None,
            }
        }
        let shapes = |weights: &Weights| -> Vec<_> {
            weights.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
        };
        let optimizer = OptimizerState { dense, words };
        (shapes(&weights) == shapes(&average.weights)).then_some(Self { progress, weights, average, optimizer })
    }
}

/// Writes weights in full precision, by renaming a finished file.
///
/// # Errors
///
/// [`Error`], if they cannot be written.
pub fn write_weights(path: &Path, weights: &Weights) -> Result<(), Error> {
    let bytes = weights::write(weights, Precision::F32).map_err(Error::other)?;
    let fresh = path.with_extension("partial");
    Error::reading(&fresh, write_synced(&fresh, &bytes))?;
    Error::reading(path, fs::rename(&fresh, path))
}

/// Reads what [`write_weights`] wrote.
///
/// # Errors
///
/// [`Error`], if there is no such file or it is damaged.
pub fn read_weights(path: &Path) -> Result<Weights, Error> {
    let bytes = Error::reading(path, fs::read(path))?;
    weights::read(&bytes).map_err(|error| Error::data(path, error))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
