//! In Chromium: from text to annotation on the built page, the encoder alone in onnxruntime-web. Short texts on one thread;
//! 1,000 sentences also with two workers and two threads.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::report::{Comparison, Report};
use super::sample::{Samples, Times};
use super::{PIECES, TEXT, announce, peers};
use crate::{paths, tools};

/// Sentences of the long text.
const LONG: usize = 1000;
/// Sentences of it that a peer reads at a time: more are no faster.
const PEER_BATCH: usize = 8;

/// Measures the built page; with `gpu` also on WebGPU, which SwiftShader computes on the CPU, in one round.
///
/// # Errors
/// When the page is not built, or a program fails.
pub fn run(rounds: u32, gpu: bool) -> Result<Report> {
    let dist = paths::dist()?;
    if !dist.join("index.html").is_file() {
        bail!("there is no page in {}: build it with `cargo xtask build`", dist.display());
    }
    let browser = Browser { chromium: tools::for_browser_tests()?, dist, package: peers::onnxruntime_web()? };
    let mut report = Report::new("web")?;
    let mut peers = Vec::new();
    for (name, file) in [("onnxruntime-web f32", "minilm-l6-f32.onnx"), ("onnxruntime-web int8", "minilm-l6-int8.onnx")]
    {
        peers.push(Peer { name, model: peers::model(&mut report, name, file)? });
    }

    // Both engines compile their hot functions a second time while they run.
    let cpu = json!({ "device": "cpu", "gpu": false, "warm_ups": 40, "runs": { "1": 30, "8": 15 } });
    let work = [(1, "one text of 32 pieces"), (8, "eight of them together")];
    browser.compare(&mut report, rounds, &cpu, &work, &peers)?;
    browser.compare_long(&mut report, rounds, &peers)?;
    if gpu {
        // One warm-up compiles the shaders; a run takes seconds.
        let webgpu = json!({ "device": "webgpu", "gpu": true, "warm_ups": 1, "runs": { "1": 3 } });
        let work = [(1, "one text of 32 pieces, WebGPU on SwiftShader")];
        browser.compare(&mut report, 1, &webgpu, &work, &peers[..1])?;
    }
    Ok(report)
}

/// A build of onnxruntime-web's encoder.
struct Peer {
    name: &'static str,
    /// Absent where it is skipped.
    model: Option<PathBuf>,
}

/// The folder of everything that the scripts load.
struct Browser {
    chromium: PathBuf,
    dist: PathBuf,
    package: PathBuf,
}

impl Browser {
    /// Adds a row to the report for each peer and each kind of work: a number of sentences, and what to call it.
    fn compare(
        &self,
        report: &mut Report,
        rounds: u32,
        plan: &Value,
        work: &[(usize, &'static str)],
        peers: &[Peer],
    ) -> Result<()> {
        let mut plan = plan.clone();
        plan["pieces"] = PIECES.into();
        plan["text"] = TEXT.into();
        plan["package"] = self.package.to_str().into();
        plan["threads"] = 1.into();
        plan["batches"] = 1.into();
        let mut ours = Samples::default();
        let mut theirs: Vec<_> = peers.iter().map(|_| Samples::default()).collect();
        for round in 0..rounds {
            announce(round, rounds, "sinet");
            ours.run(&mut self.node("page.mjs", &plan)?)?;
            for (peer, samples) in peers.iter().zip(&mut theirs) {
                if let Some(model) = &peer.model {
                    announce(round, rounds, peer.name);
                    plan["model"] = model.to_str().into();
                    samples.run(&mut self.node("onnxruntime_web.mjs", &plan)?)?;
                }
            }
        }

        report.add_versions(&ours);
        for (peer, theirs) in peers.iter().zip(&theirs) {
            report.add_versions(theirs);
            for &(sentences, work) in work {
                let (key, work) = (sentences.to_string(), work.to_owned());
                let (ours, theirs) = (ours.times(&key), theirs.times(&key));
                report.compare(Comparison { work, sentences, ours, peer: peer.name.to_owned(), theirs });
            }
        }
        Ok(())
    }

    /// Adds rows for a long text: two workers beside one, and beside each peer with one and two threads; and for what is
    /// typed while it is read.
    fn compare_long(&self, report: &mut Report, rounds: u32, peers: &[Peer]) -> Result<()> {
        let plan = |workers: usize| {
            let typed = if workers > 1 { 10 } else { 0 };
            json!({
                "text": TEXT, "pieces": PIECES, "sentences": LONG, "workers": workers, "runs": 2, "typed": typed,
            })
        };
        let (mut alone, mut together) = (Samples::default(), Samples::default());
        let threads = [1, 2];
        let mut theirs: Vec<_> = peers.iter().map(|_| threads.map(|_| Samples::default())).collect();
        for round in 0..rounds {
            for (workers, samples) in [(1, &mut alone), (2, &mut together)] {
                announce(round, rounds, &format!("sinet, {LONG} sentences, {workers} workers"));
                samples.run(&mut self.node("pool.mjs", &plan(workers))?)?;
            }
            for (peer, samples) in peers.iter().zip(&mut theirs) {
                let Some(model) = &peer.model else { continue };
                for (threads, samples) in threads.iter().zip(samples) {
                    announce(round, rounds, &format!("{}, {LONG} sentences, {threads} threads", peer.name));
                    let plan = json!({
                        "package": self.package, "model": model, "pieces": PIECES, "device": "cpu", "gpu": false,
                        "threads": threads, "warm_ups": 20, "batches": LONG / PEER_BATCH,
                        "runs": { PEER_BATCH.to_string(): 2 },
                    });
                    samples.run(&mut self.node("onnxruntime_web.mjs", &plan)?)?;
                }
            }
        }

        let mut compare = |work: String, sentences, ours: &Times, peer: String, theirs| {
            report.compare(Comparison { work, sentences, ours: ours.clone(), peer, theirs });
        };
        let long = |workers: &str| format!("{LONG} sentences, {workers}");
        let (one, two) = (alone.times("reading"), together.times("reading"));
        compare(long("two workers"), LONG, &two, "ours, one worker".to_owned(), one.clone());
        for (peer, theirs) in peers.iter().zip(&theirs) {
            let [one_thread, two_threads] = theirs.each_ref().map(|samples| samples.times(&PEER_BATCH.to_string()));
            compare(long("one worker"), LONG, &one, format!("{}, one thread", peer.name), one_thread);
            compare(long("two workers"), LONG, &two, format!("{}, two threads", peer.name), two_threads);
        }
        let (typed, meanwhile) = (together.times("typed"), together.times("typed_meanwhile"));
        let work = format!("a written sentence while two workers read {LONG}");
        compare(work, 1, &meanwhile, "ours, nothing else is read".to_owned(), typed);
        Ok(())
    }

    /// One round of a script.
    fn node(&self, script: &str, plan: &Value) -> Result<Command> {
        let mut command = Command::new("node");
        command.arg(peers::script(script)?).arg(plan.to_string());
        command.env("CHROMIUM", &self.chromium).env("SINET_DIST", &self.dist);
        Ok(command)
    }
}
