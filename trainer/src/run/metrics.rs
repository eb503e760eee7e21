//! What a run says while it goes.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sinet_text::Report;

use crate::Error;
use crate::run::checkpoint::replace;
use crate::run::tensorboard::EventFile;

/// What a run says while it goes: a progress bar, JSON lines in a file, and the same for TensorBoard.
pub struct Metrics {
    /// The bar.
    pub bar: ProgressBar,
    file: File,
    path: PathBuf,
    events: EventFile,
    begun: Instant,
    /// Seconds that the run had taken before.
    before: f64,
    loss: f64,
}

impl Metrics {
    /// A run after so many updates. One that goes on keeps the lines up to there, and its time goes on from theirs.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], if the file cannot be written.
    pub fn open(output: &Path, updates: u64) -> Result<Self, Error> {
        let path = output.join(FILE);
        // A run that begins knows of no line.
        let before = if updates == 0 { String::new() } else { fs::read_to_string(&path).unwrap_or_default() };
        let (mut kept, mut lines) = (String::new(), Vec::<Value>::new());
        for line in before.lines() {
            // The last line may be half of one.
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            if value["updates"].as_u64().is_some_and(|at| at <= updates) {
                kept.extend([line, "\n"]);
                lines.push(value);
            }
        }
        let before = lines.last().and_then(|line| line["seconds"].as_f64()).unwrap_or(0.0);
        replace(&path, kept.as_bytes())?;
        let file = Error::reading(&path, File::options().append(true).open(&path))?;
        let mut events = EventFile::create(output, before)?;
        lines.iter().try_for_each(|line| events.add(line))?;
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg} {per_sec}, {eta} left")
            .expect("the template is valid");
        let bar = ProgressBar::new(0).with_style(style);
        Ok(Self { bar, file, path, events, begun: Instant::now(), before, loss: 0.0 })
    }

    /// An epoch of so many updates begins, or goes on after `done` of them; it is counted from 0.
    pub fn begin(&mut self, epoch: u64, epochs: u64, updates: u64, done: u64) {
        self.bar.reset();
        self.bar.set_length(updates);
        self.bar.set_position(done);
        self.bar.set_prefix(format!("epoch {}/{epochs}", epoch + 1));
        self.loss = 0.0;
    }

    /// An update is done: its losses of entities and relations, the norm of its gradients, its learning rate.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], if the line cannot be written.
    pub fn update(&mut self, updates: u64, losses: [f32; 2], norm: f64, rate: f64) -> Result<(), Error> {
        let loss = f64::from(losses[0] + losses[1]);
        // A moving average, which is readable where single batches jump.
        self.loss = if self.loss == 0.0 { loss } else { 0.98 * self.loss + 0.02 * loss };
        self.bar.set_message(format!("loss {:.4}, rate {rate:.1e},", self.loss));
        self.bar.inc(1);
        self.line(&json!({
            "updates": updates, "seconds": self.seconds(), "learning_rate": rate,
            "entity_loss": losses[0], "relation_loss": losses[1], "gradient_norm": norm,
        }))
    }

    /// An epoch is done, counted from 1, after so many updates in all: the scores on the development data.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], if the line cannot be written.
    pub fn epoch(&mut self, epoch: u64, updates: u64, report: &Report) -> Result<(), Error> {
        self.line(&json!({ "updates": updates, "epoch": epoch, "seconds": self.seconds(), "dev": report }))
    }

    /// Puts all lines on the disk, for the checkpoint that relies on them.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], if that fails.
    pub fn sync(&self) -> Result<(), Error> {
        Error::reading(&self.path, self.file.sync_data())
    }

    /// Says something on standard error, also where that is a file and there is no bar to see.
    pub fn say(&self, sentence: &str) {
        self.bar.suspend(|| eprintln!("{sentence}"));
    }

    fn seconds(&self) -> f64 {
        self.before + self.begun.elapsed().as_secs_f64()
    }

    fn line(&mut self, line: &Value) -> Result<(), Error> {
        Error::reading(&self.path, writeln!(self.file, "{line}"))?;
        self.events.add(line)
    }
}

/// An epoch, as the lines of a run tell it.
#[derive(Debug, Deserialize)]
pub struct Epoch {
    /// Its number, from 1.
    pub epoch: u64,
    /// The scores on the development data after it.
    pub dev: Report,
}

/// The epochs of a run that are done, in order; none where there is no run.
pub fn read_epochs(output: &Path) -> Vec<Epoch> {
    lines(output)
}

/// An update, as the lines of a run tell it.
#[derive(Debug, Deserialize)]
pub struct Update {
    /// Its number, from 1.
    pub updates: u64,
    /// L^e of eq. 11.
    pub entity_loss: f64,
    /// L^r of eq. 11.
    pub relation_loss: f64,
    /// Learning rate of the encoder.
    pub learning_rate: f64,
}

/// The updates of a run that are done, in order; none where there is no run.
pub fn read_updates(output: &Path) -> Vec<Update> {
    lines(output)
}

/// The lines of one kind: those of the other have not its fields.
fn lines<T: DeserializeOwned>(output: &Path) -> Vec<T> {
    let lines = fs::read_to_string(output.join(FILE)).unwrap_or_default();
    lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

const FILE: &str = "metrics.jsonl";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::tests::records;

    #[test]
    fn a_run_that_goes_on_keeps_the_lines_up_to_its_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let updates = || -> Vec<u64> {
            let lines = fs::read_to_string(folder.path().join(FILE)).unwrap();
            let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines.map(|line| line["updates"].as_u64().unwrap()).collect()
        };
        let write = |begun: u64, range: std::ops::RangeInclusive<u64>| {
            let mut metrics = Metrics::open(folder.path(), begun).unwrap();
            range.for_each(|update| metrics.update(update, [1.0, 2.0], 3.0, 1e-4).unwrap());
        };
        write(0, 1..=4);
        let path = folder.path().join(FILE);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"updates\": 5, \"sec")).unwrap();
        write(3, 4..=6);
        assert_eq!(updates(), [1, 2, 3, 4, 5, 6]);
        let events = || records(folder.path()).len() - 1;
        assert_eq!(events(), 6);
        write(0, 1..=1);
        assert_eq!((updates(), events()), (vec![1], 1));
    }
}
