//! Checkpoints: all that a run needs to go on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sinet_infer::weights::{self, Precision};
use sinet_model::{NamedTensor, Weights};

use crate::Error;
use crate::config::RunConfig;
use crate::console::say;
use crate::dataset::DataIdentity;
use crate::error::DataError;
use crate::files::{read, read_weights, replace, sync_folder, write_synced};
use crate::run::adamw::Moments;
use crate::run::average::Average;
use crate::run::folder::CHECKPOINT;
use crate::run::optimizer::OptimizerState;
use crate::run::word_table::WordTableState;

/// A run between two updates.
#[derive(Debug)]
pub struct Checkpoint {
    /// Its configuration, its data and its updates.
    pub progress: Progress,
    /// The network's weights, the word table included.
    pub weights: Weights,
    /// The weights of the model: their mean over the last epochs.
    pub average: Average,
    /// The optimiser's memory.
    pub optimizer: OptimizerState,
}

/// The progress of a run. All randomness of a run follows from its seed and the number of updates, so that a checkpoint
/// stores no generator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The run's configuration; a run is resumed only with the same one.
    pub config: RunConfig,
    /// The run's data; a run is resumed only with the same. Absent in checkpoints of the first versions.
    #[serde(default)]
    pub data: Option<DataIdentity>,
    /// Whole epochs done.
    pub epochs: u64,
    /// Updates done.
    pub updates: u64,
    /// Best strict relation F1 on the development data so far, in percent, and its epoch. In single precision, which JSON
    /// gives back as it was.
    pub best: Option<(f32, u64)>,
    /// Whether the run has left its model folders.
    #[serde(default)]
    pub complete: bool,
}

impl Progress {
    /// A run that begins.
    pub fn new(config: RunConfig, data: DataIdentity) -> Self {
        Self { config, data: Some(data), epochs: 0, updates: 0, best: None, complete: false }
    }

    /// The progress of the run in the folder `run`, if one was begun there: it must have been with this configuration and
    /// this data.
    ///
    /// # Errors
    ///
    /// [`Error::OtherConfiguration`] or [`Error::OtherData`] if it was not, [`Error`] if the checkpoint is damaged.
    pub fn of_run(run: &Path, config: &RunConfig, data: &DataIdentity) -> Result<Option<Self>, Error> {
        let Some(progress) = Self::read(&run.join(CHECKPOINT))? else { return Ok(None) };
        if progress.config != *config {
            return Err(Error::OtherConfiguration { run: run.to_owned() });
        }
        match &progress.data {
            Some(begun) => {
                let files = begun.differences(data);
                if !files.is_empty() {
                    return Err(Error::OtherData { run: run.to_owned(), files });
                }
            }
            None => say(format_args!(
                "{}: an older version began this run and did not record its data; it is taken to be that in {}",
                run.display(),
                data.folder.display()
            )),
        }
        Ok(Some(progress))
    }

    /// The progress of the checkpoint in a folder, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error`], if it is damaged.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(folder) = latest(folder) else { return Ok(None) };
        let path = folder.join(PROGRESS);
        serde_json::from_slice(&read(&path)?).map(Some).map_err(Error::data(&path))
    }

    /// Notes in the checkpoint in `folder` that the run is complete.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], if that cannot be written.
    pub fn complete(&self, folder: &Path) -> Result<(), Error> {
        replace(&folder.join(PROGRESS), &Self { complete: true, ..self.clone() }.to_json()?)
    }

    /// Whether all epochs are done, or so many without a better one that `train.patience` is at its end.
    pub fn is_finished(&self) -> bool {
        let train = &self.config.train;
        let fruitless = self.best.map_or(0, |(_, best)| self.epochs - best);
        self.epochs >= train.epochs || train.patience.is_some_and(|patience| fruitless >= patience)
    }

    /// Updates that are done of the epoch that has begun; `None` if epochs of so many updates cannot have led here.
    pub fn updates_of_epoch(&self, epoch_updates: u64) -> Option<u64> {
        let done = self.updates.checked_sub(self.epochs.checked_mul(epoch_updates)?)?;
        (done < epoch_updates).then_some(done)
    }

    fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec_pretty(self).map_err(|error| Error::Serialize(error.into()))
    }

    /// The number of epochs that the model is the average of, the last one included.
    pub fn averaged(&self) -> u64 {
        let train = &self.config.train;
        (self.epochs + train.average_epochs).saturating_sub(train.epochs).clamp(1, self.epochs.max(1))
    }
}

const PROGRESS: &str = "progress.json";
const STATE: &str = "state.safetensors";

impl Checkpoint {
    /// Writes the checkpoint to a folder beside `folder`, and puts it in its place when it is on the disk. Whenever this is
    /// interrupted, [`Checkpoint::read`] finds this checkpoint or the one before.
    ///
    /// # Errors
    ///
    /// [`Error`], if it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let [fresh, old] = [folder.with_extension("partial"), folder.with_extension("old")];
        let _ = fs::remove_dir_all(&fresh);
        fs::create_dir_all(&fresh).map_err(Error::writing(&fresh))?;
        write_synced(&fresh.join(STATE), &weights::write(&self.tensors(), Precision::F32)?)?;
        write_synced(&fresh.join(PROGRESS), &self.progress.to_json()?)?;
        sync_folder(&fresh).map_err(Error::writing(&fresh))?;
        // Without `folder`, what lies in `old` is the last checkpoint, left by an interruption between the two renames.
        if folder.exists() {
            let _ = fs::remove_dir_all(&old);
            fs::rename(folder, &old).map_err(Error::writing(folder))?;
        }
        let beside = folder.parent().unwrap_or(folder);
        fs::rename(&fresh, folder).and_then(|()| sync_folder(beside)).map_err(Error::writing(folder))?;
        let _ = fs::remove_dir_all(&old);
        Ok(())
    }

    /// Removes the checkpoint in a folder, so that no run goes on from it.
    ///
    /// # Errors
    ///
    /// [`Error`], if it cannot be removed.
    pub fn remove(folder: &Path) -> Result<(), Error> {
        let gone = folder.with_extension("partial");
        let _ = fs::remove_dir_all(&gone);
        // The older one first, and each by its new name, so that half of one is never found.
        for place in [folder.with_extension("old"), folder.to_owned()].into_iter().filter(|place| place.exists()) {
            fs::rename(&place, &gone).and_then(|()| fs::remove_dir_all(&gone)).map_err(Error::writing(&place))?;
        }
        Ok(())
    }

    /// Reads the last checkpoint that was written to a folder, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error`], if it is damaged.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let Some((progress, folder)) = Progress::read(folder)?.zip(latest(folder)) else { return Ok(None) };
        let path = folder.join(STATE);
        let checkpoint = Self::from_tensors(progress, read_weights(&path)?);
        checkpoint.map(Some).ok_or_else(|| Error::data(&path)(DataError::IncompleteCheckpoint))
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
        for (name, moments) in dense {
            tensors.insert(format!("first/{name}"), flat(moments.first.clone()));
            tensors.insert(format!("second/{name}"), flat(moments.second.clone()));
        }
        // Row numbers are far below 2^24, where f32 still holds every integer.
        let used = words.used.iter().map(|&row| row as f32).collect();
        tensors.insert("words/used".to_owned(), flat(used));
        tensors.insert("words/pending".to_owned(), flat(thirds(words.pending)));
        tensors.insert("words/first".to_owned(), flat(words.moments.first.clone()));
        tensors.insert("words/second".to_owned(), flat(words.moments.second.clone()));
        tensors
    }

    fn from_tensors(progress: Progress, mut tensors: Weights) -> Option<Self> {
        let mut words = |name: &str| Some(tensors.remove(&format!("words/{name}"))?.values);
        let used = words("used")?.into_iter().map(|row| row as u32).collect();
        let pending = words("pending").map_or(1.0, |thirds| thirds.into_iter().map(f64::from).sum());
        let moments = Moments { first: words("first")?, second: words("second")? };
        let words = WordTableState { used, moments, pending };
        let (mut weights, mut dense) = (Weights::new(), BTreeMap::<String, Moments>::new());
        let mut average = Average { weights: Weights::new(), epochs: progress.averaged() };
        for (name, tensor) in tensors {
            match name.split_once('/')? {
                ("weight", name) => drop(weights.insert(name.to_owned(), tensor)),
                ("average", name) => drop(average.weights.insert(name.to_owned(), tensor)),
                ("first", name) => dense.entry(name.to_owned()).or_default().first = tensor.values,
                ("second", name) => dense.entry(name.to_owned()).or_default().second = tensor.values,
                _ => return None,
            }
        }
        let shapes = |weights: &Weights| -> Vec<_> {
            weights.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
        };
        let optimizer = OptimizerState { dense, words };
        // Before the end of the first epoch there is no average.
        let is_complete =
            average.weights.is_empty() && progress.epochs == 0 || shapes(&weights) == shapes(&average.weights);
        is_complete.then_some(Self { progress, weights, average, optimizer })
    }
}

/// A number in double precision as the sum of three in single precision.
fn thirds(mut x: f64) -> Vec<f32> {
    let part = |_| {
        let part = x as f32;
        x -= f64::from(part);
        part
    };
    (0..3).map(part).collect()
}

/// The place of the last checkpoint that was written to a folder.
fn latest(folder: &Path) -> Option<PathBuf> {
    [folder.to_owned(), folder.with_extension("old")].into_iter().find(|folder| folder.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(updates: u64) -> Checkpoint {
        let config = RunConfig {
            name: String::new(),
            data: PathBuf::new(),
            encoder: String::new(),
            model: Default::default(),
            train: Default::default(),
            distil: Default::default(),
        };
        let tensor = NamedTensor { shape: vec![1], values: vec![updates as f32] };
        let weights: Weights = [("w".to_owned(), tensor)].into();
        Checkpoint {
            progress: Progress { updates, ..Progress::new(config, identity("1")) },
            weights,
            average: Average::default(),
            optimizer: OptimizerState::default(),
        }
    }

    fn identity(sha256: &str) -> DataIdentity {
        DataIdentity {
            folder: PathBuf::from("/data"),
            sha256: [("train.json".to_owned(), sha256.to_owned())].into(),
            teaching: None,
        }
    }

    #[test]
    fn a_run_knows_its_configuration_and_its_data() {
        let run = tempfile::tempdir().unwrap();
        let begun = checkpoint(7);
        let (config, data) = (&begun.progress.config, identity("1"));
        let read = |config: &RunConfig, data: &DataIdentity| Progress::of_run(run.path(), config, data);
        assert_eq!(read(config, &data).unwrap(), None);
        begun.write(&run.path().join(CHECKPOINT)).unwrap();
        assert_eq!(read(config, &data).unwrap(), Some(begun.progress.clone()));
        let moved = DataIdentity { folder: PathBuf::from("/elsewhere"), ..data.clone() };
        assert_eq!(read(config, &moved).unwrap(), Some(begun.progress.clone()));

        let error = read(config, &identity("2")).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let said = error.to_string();
        for wanted in [run.path().to_str().unwrap(), "train.json of /data", "another --output, or remove"] {
            assert!(said.contains(wanted), "{wanted:?} is not in {said}");
        }
        let other = RunConfig { name: "other".to_owned(), ..config.clone() };
        assert!(matches!(read(&other, &data), Err(Error::OtherConfiguration { .. })));

        // A checkpoint of the first versions has no data.
        let path = run.path().join(CHECKPOINT).join(PROGRESS);
        let mut old: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        old.as_object_mut().unwrap().remove("data").unwrap();
        fs::write(&path, old.to_string()).unwrap();
        assert_eq!(read(config, &data).unwrap(), Some(Progress { data: None, ..begun.progress }));
    }

    #[test]
    fn updates_must_fit_the_epochs() {
        let progress = Progress { epochs: 3, ..checkpoint(31).progress };
        let cases = [(10, Some(1)), (9, Some(4)), (11, None), (8, Some(7)), (7, None), (u64::MAX, None)];
        for (epoch_updates, done) in cases {
            assert_eq!(progress.updates_of_epoch(epoch_updates), done, "{epoch_updates}");
        }
    }

    #[test]
    fn a_checkpoint_outlives_an_interruption_anywhere() {
        let all = tempfile::tempdir().unwrap();
        let folder = all.path().join("checkpoint");
        let place = |name: &str| all.path().join(name);
        let read = || Checkpoint::read(&folder).unwrap().map(|found| (found.progress.updates, found.weights));
        let expected = |updates| Some((updates, checkpoint(updates).weights));
        assert_eq!(read(), None);
        checkpoint(1).write(&folder).unwrap();
        assert_eq!(read(), expected(1));

        // A half-written one beside it.
        fs::create_dir(place("checkpoint.partial")).unwrap();
        fs::write(place("checkpoint.partial/progress.json"), "{").unwrap();
        assert_eq!(read(), expected(1));
        // Between the two renames.
        fs::rename(&folder, place("checkpoint.old")).unwrap();
        assert_eq!(read(), expected(1));
        checkpoint(2).write(&folder).unwrap();
        assert_eq!(read(), expected(2));
        // After them.
        fs::create_dir(place("checkpoint.old")).unwrap();
        assert_eq!(read(), expected(2));
        checkpoint(3).write(&folder).unwrap();
        assert_eq!(read(), expected(3));

        fs::create_dir(place("checkpoint.old")).unwrap();
        Checkpoint::remove(&folder).unwrap();
        assert_eq!(fs::read_dir(all.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_of_a_double_is_lost() {
        for x in [1.0, 0.0, 1.0 - f64::EPSILON, 0.999_f64.powi(77), 1.0 / 3.0, 1e-20 / 7.0] {
            assert_eq!(thirds(x).into_iter().map(f64::from).sum::<f64>(), x);
        }
    }

    #[test]
    fn a_run_ends_when_its_epochs_or_its_patience_do() {
        for (epochs, patience, best, finished) in [
            (3, None, Some(1), false),
            (4, None, Some(4), true),
            (2, Some(2), Some(1), false),
            (3, Some(2), Some(1), true),
            (0, Some(1), None, false),
        ] {
            let mut progress = Progress { epochs, ..checkpoint(0).progress };
            progress.best = best.map(|epoch| (50.0, epoch));
            progress.config.train.epochs = 4;
            progress.config.train.patience = patience;
            assert_eq!(progress.is_finished(), finished, "{epochs} {patience:?} {best:?}");
        }
    }
}
