//! Natively: from text to annotation here, the encoder alone in onnxruntime.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::report::{Comparison, Report};
use super::sample::Samples;
use super::{PIECES, TEXT, announce, machine, peers};
use crate::{paths, process, test};

/// How often the one text is read in a round.
const RUNS: usize = 50;
/// The most sentences that are read together.
const LIMIT: usize = 1000;

/// Measures one text, and many sentences at once, on all cores.
///
/// # Errors
/// When the data are missing, or a program fails.
pub fn run(rounds: u32, data: &Path) -> Result<Report> {
    let data = data.join("train.json");
    if !data.is_file() {
        bail!("there is no {}: name the folder of a data set with --data", data.display());
    }
    test::build()?;
    let mut report = Report::new("native")?;
    let model = peers::model(&mut report, "onnxruntime", "minilm-l6-f32.onnx")?;
    let mut peer = model.map(|model| onnxruntime(&model, &data)).transpose()?;

    let (mut ours, mut theirs, mut sentences) = (Samples::default(), Samples::default(), 0);
    for round in 0..rounds {
        announce(round, rounds, "sinet");
        sentences = sinet(&data, &mut ours)?;
        if let Some(peer) = &mut peer {
            announce(round, rounds, "onnxruntime");
            theirs.run(peer)?;
        }
    }

    report.add_versions(&theirs);
    report.compare(Comparison {
        work: format!("one text of {PIECES} pieces"),
        sentences: 1,
        ours: ours.times("one"),
        peer: "onnxruntime f32".to_owned(),
        theirs: theirs.times("one"),
    });
    let singles = theirs.times("one at a time");
    let batches = theirs.times("in batches");
    let faster = if singles.median() < batches.median() { &singles } else { &batches }.clone();
    let ways = [
        ("onnxruntime f32, one at a time", singles),
        ("onnxruntime f32, in batches of 8 by length", batches),
        ("onnxruntime f32, the faster of both", faster),
    ];
    for (peer, theirs) in ways {
        let (work, peer) = (format!("{sentences} sentences"), peer.to_owned());
        report.compare(Comparison { work, sentences, ours: ours.times("many"), peer, theirs });
    }
    Ok(report)
}

/// One round of `sinet benchmark speed`; returns how many sentences it read together.
fn sinet(data: &Path, samples: &mut Samples) -> Result<usize> {
    let mut command = Command::new(paths::sinet()?);
    command.args(["benchmark", "speed", "--json", "--model"]).arg(paths::root()?.join("models/scierc"));
    command.arg("--data").arg(data).args(["--runs", &RUNS.to_string(), "--limit", &LIMIT.to_string()]);
    let mut speed: Value = serde_json::from_str(&process::output(&mut command)?).context("sinet printed no JSON")?;
    if speed["pieces"] != PIECES {
        bail!("sinet read a text of {} pieces, the peers read {PIECES}", speed["pieces"]);
    }
    samples.add("one", serde_json::from_value(speed["milliseconds"].take()).context("sinet printed no times")?);
    samples.add("many", vec![1e3 * speed["seconds"].as_f64().context("sinet printed no seconds")?]);
    Ok(speed["sentences"].as_u64().context("sinet printed no number of sentences")?.try_into()?)
}

/// The command for one round of the peer.
fn onnxruntime(model: &Path, data: &Path) -> Result<Command> {
    let mut command = Command::new(peers::python_with_onnxruntime()?);
    command.arg(peers::script("onnxruntime_peer.py")?).arg("--model").arg(model).arg("--data").arg(data);
    command.arg("--tokenizer").arg(paths::root()?.join("models/scierc/tokenizer.json")).args(["--text", TEXT]);
    command.args(["--runs", &RUNS.to_string(), "--limit", &LIMIT.to_string()]);
    command.args(["--threads", &machine::cores()?.to_string()]);
    Ok(command)
}
