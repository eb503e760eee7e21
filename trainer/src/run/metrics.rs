//! The course of a run: a progress bar, JSON lines, and events for TensorBoard.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sinet_text::Report;

use crate::Error;
use crate::console::say;
use crate::error::DataError;
use crate::files::replace;
use crate::run::folder::METRICS;
use crate::run::step::Losses;
use crate::run::tensorboard::EventFile;

/// The progress bar of a run, and its lines: in `metrics.jsonl`, and as events for TensorBoard.
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
    /// [`Error::Write`] if the file cannot be written; [`Error::Read`] or [`Error::Data`] if the lines of a run that goes on
    /// cannot be read.
    pub fn open(output: &Path, updates: u64) -> Result<Self, Error> {
        let path = output.join(METRICS);
        // A run that begins knows of no line.
        let mut lines = if updates == 0 { Vec::new() } else { read_lines(&path)? };
        lines.retain(|(_, line)| line["updates"].as_u64().is_some_and(|at| at <= updates));
        let before = lines.last().and_then(|(_, line)| line["seconds"].as_f64()).unwrap_or(0.0);
        let kept: String = lines.iter().flat_map(|(text, _)| [text, "\n"]).collect();
        replace(&path, kept.as_bytes())?;
        let file = File::options().append(true).open(&path).map_err(Error::writing(&path))?;
        let mut events = EventFile::create(output, before)?;
        lines.iter().try_for_each(|(_, line)| events.add(line))?;
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

    /// An update is done: the parts of its loss, the norm of its gradients, its learning rate.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], if the line cannot be written.
    pub fn update(&mut self, updates: u64, losses: Losses, norm: f64, rate: f64) -> Result<(), Error> {
        let Losses { entity, relation, taught, total } = losses;
        let loss = f64::from(total);
        // A moving average, which is readable where single batches jump.
        self.loss = if self.loss == 0.0 { loss } else { 0.98 * self.loss + 0.02 * loss };
        self.bar.set_message(format!("loss {:.4}, rate {rate:.1e},", self.loss));
        self.bar.inc(1);
        let mut line = json!({
            "updates": updates, "seconds": self.seconds(), "learning_rate": rate,
            "entity_loss": entity, "relation_loss": relation, "gradient_norm": norm,
        });
        if let Some([entity, relation]) = taught {
            (line["taught_entity_loss"], line["taught_relation_loss"]) = (json!(entity), json!(relation));
        }
        self.line(&line)
    }

    /// An epoch is done, counted from 1, after so many updates in all: the scores on the development data.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], if the line cannot be written.
    pub fn epoch(&mut self, epoch: u64, updates: u64, report: &Report) -> Result<(), Error> {
        self.line(&json!({ "updates": updates, "epoch": epoch, "seconds": self.seconds(), "dev": report }))
    }

    /// Puts all lines on the disk, for the checkpoint that relies on them.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], if that fails.
    pub fn sync(&self) -> Result<(), Error> {
        self.file.sync_data().map_err(Error::writing(&self.path))
    }

    /// Says something on standard error, also where that is a file and there is no bar to see.
    pub fn say(&self, sentence: &str) {
        self.bar.suspend(|| say(sentence));
    }

    fn seconds(&self) -> f64 {
        self.before + self.begun.elapsed().as_secs_f64()
    }

    fn line(&mut self, line: &Value) -> Result<(), Error> {
        writeln!(self.file, "{line}").map_err(Error::writing(&self.path))?;
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
///
/// # Errors
///
/// [`Error::Read`] or [`Error::Data`], if its lines cannot be read.
pub fn read_epochs(output: &Path) -> Result<Vec<Epoch>, Error> {
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
    /// The distance from the teachers on entities, where there are any.
    pub taught_entity_loss: Option<f64>,
    /// The distance from the teachers on relations, where there are any.
    pub taught_relation_loss: Option<f64>,
    /// Learning rate of the encoder.
    pub learning_rate: f64,
}

/// The updates of a run that are done, in order; none where there is no run.
///
/// # Errors
///
/// [`Error::Read`] or [`Error::Data`], if its lines cannot be read.
pub fn read_updates(output: &Path) -> Result<Vec<Update>, Error> {
    lines(output)
}

/// The lines of one kind: those of the other lack its fields.
fn lines<T: DeserializeOwned>(output: &Path) -> Result<Vec<T>, Error> {
    let lines = read_lines(&output.join(METRICS))?;
    Ok(lines.into_iter().filter_map(|(_, line)| serde_json::from_value(line).ok()).collect())
}

/// All lines of a file, which may be absent, as text and as values. After a kill the last one may be half a line, and is left
/// out.
fn read_lines(path: &Path) -> Result<Vec<(String, Value)>, Error> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        result => result.map_err(Error::reading(path))?,
    };
    let end = text.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
    let lines = text[..end].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).enumerate();
    let parse = |(i, line)| {
        let parsed =
            str::from_utf8(line).ok().and_then(|text| Some((text.to_owned(), serde_json::from_str(text).ok()?)));
        parsed.ok_or_else(|| Error::data(path)(DataError::MetricsLine { line: i + 1 }))
    };
    lines.map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::tests::records;

    const LOSSES: Losses = Losses { entity: 1.0, relation: 2.0, taught: None, total: 3.0 };

    #[test]
    fn distances_from_teachers_are_in_the_lines_of_a_run_that_has_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut metrics = Metrics::open(folder.path(), 0).unwrap();
        metrics.update(1, LOSSES, 3.0, 1e-4).unwrap();
        metrics.update(2, Losses { taught: Some([0.5, 0.25]), ..LOSSES }, 3.0, 1e-4).unwrap();
        let taught: Vec<_> =
            read_updates(folder.path()).unwrap().iter().map(|line| line.taught_relation_loss).collect();
        assert_eq!(taught, [None, Some(0.25)]);
        assert!(!fs::read_to_string(folder.path().join(METRICS)).unwrap().lines().next().unwrap().contains("taught"));
    }

    #[test]
    fn a_run_that_goes_on_keeps_the_lines_up_to_its_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let updates = || -> Vec<u64> {
            let lines = fs::read_to_string(folder.path().join(METRICS)).unwrap();
            let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines.map(|line| line["updates"].as_u64().unwrap()).collect()
        };
        let write = |begun: u64, range: std::ops::RangeInclusive<u64>| {
            let mut metrics = Metrics::open(folder.path(), begun).unwrap();
            range.for_each(|update| metrics.update(update, LOSSES, 3.0, 1e-4).unwrap());
        };
        write(0, 1..=4);
        let path = folder.path().join(METRICS);
        let lines = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{lines}{{\"updates\": 5, \"sec")).unwrap();
        write(3, 4..=6);
        assert_eq!(updates(), [1, 2, 3, 4, 5, 6]);
        let events = || records(folder.path()).len() - 1;
        assert_eq!(events(), 6);
        write(0, 1..=1);
        assert_eq!((updates(), events()), (vec![1], 1));
    }

    #[test]
    fn metrics_that_cannot_be_read_are_not_wiped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(METRICS);
        for damaged in [&b"{\"updates\": 1}\n{\"updates\": \xff}\n"[..], b"{\"updates\": 1}\n{\"upd\n"] {
            fs::write(&path, damaged).unwrap();
            let error = Metrics::open(folder.path(), 1).err().unwrap();
            assert!(error.exit_code() == 2 && error.to_string().contains("line 2"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), damaged);
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(Metrics::open(folder.path(), 1), Err(Error::Read { .. })));
    }
}
