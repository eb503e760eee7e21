//! What a run says while it goes.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sinet_text::Report;

use crate::Error;
use crate::tensorboard::EventFile;

/// What a run says while it goes: a progress bar, JSON lines in a file, and the same for TensorBoard.
pub struct Metrics {
    /// The bar.
    pub bar: ProgressBar,
    file: File,
    path: PathBuf,
    events: EventFile,
    begun: Instant,
    loss: f64,
}

impl Metrics {
    /// A resumed run keeps the lines that its checkpoint knows of.
    pub fn open(output: &Path, updates: u64, resume: bool) -> Result<Self, Error> {
        let path = output.join(FILE);
        let kept: Vec<serde_json::Value> = if resume { lines(output) } else { Vec::new() };
        let file = Error::reading(&path, File::create(&path))?;
        let bar = ProgressBar::new(0).with_style(style());
        let events = EventFile::create(output)?;
        let mut metrics = Self { bar, file, path, events, begun: Instant::now(), loss: 0.0 };
        let known = |line: &&serde_json::Value| line["updates"].as_u64().is_some_and(|at| at <= updates);
        kept.iter().filter(known).try_for_each(|line| metrics.line(line))?;
        Ok(metrics)
    }

    /// An epoch of so many updates begins; it is counted from 0.
    pub fn begin(&mut self, epoch: u64, epochs: u64, updates: usize) {
        self.bar.reset();
        self.bar.set_length(updates as u64);
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
            "updates": updates, "seconds": self.begun.elapsed().as_secs_f64(), "learning_rate": rate,
            "entity_loss": losses[0], "relation_loss": losses[1], "gradient_norm": norm,
        }))
    }

    /// An epoch is done, counted from 1: the scores on the development data.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], if the line cannot be written.
    pub fn epoch(&mut self, epoch: u64, report: &Report) -> Result<(), Error> {
        let updates = epoch * self.bar.length().unwrap_or(0);
        self.line(&json!({ "updates": updates, "epoch": epoch, "seconds": self.begun.elapsed().as_secs_f64(), "dev": report }))
    }

    fn line(&mut self, line: &serde_json::Value) -> Result<(), Error> {
        Error::reading(&self.path, writeln!(self.file, "{line}"))?;
        self.events.add(line)
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg} {per_sec}, {eta} left")
        .expect("the template is valid")
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
