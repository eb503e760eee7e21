//! Devices by their names: what `sinet doctor` says of them, and that a GPU computes what the processor does.

mod command;
mod comparison;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use sinet::checkpoint::Progress;
use sinet_infer::Precision;
use sinet_infer::weights::read;
use tempfile::TempDir;

use command::random_folder::random_folder;
use command::{run, sinet, train, train_command, training_folder};
use comparison::distance;

/// Absolute: what a score of the processor and of a GPU may differ by.
const SCORES: f64 = 1e-4;
/// Relative: what their losses and the norms of their gradients may, after some updates.
const LOSSES: f64 = 1e-4;
/// Absolute: what their weights may, after these updates.
const WEIGHTS: f32 = 1e-4;

/// Whether there is a driver, be it one that computes on the processor.
fn has_vulkan() -> bool {
    let has = run(&mut sinet(["doctor"]), b"").stdout.contains("\nvulkan:0");
    if !has {
        println!("skipped on Vulkan: there is no driver");
    }
    has
}

#[test]
fn a_device_that_is_not_there_is_refused_with_what_to_do() {
    let predict = |device: &str| {
        let folder = TempDir::new().unwrap();
        random_folder(Precision::Int8).write_dir(folder.path()).unwrap();
        run(sinet(["predict", "--device", device, "--model"]).arg(folder.path()).arg("A parser."), b"")
    };
    predict("cuda:99").refuses(1, &["cuda:99"]);
    predict("vulkan:99").refuses(1, &["vulkan:99", if has_vulkan() { "sinet doctor" } else { "driver" }]);
    for unknown in ["gpu", "cpu", "cuda:x"] {
        let refused = predict(unknown);
        assert!(refused.code == 2 && refused.stderr.contains("auto, flex, cuda"), "{}", refused.stderr);
    }
    assert_eq!(predict("flex").code, 0);
    let auto = predict("auto");
    assert!(auto.code == 0 && auto.stderr.starts_with("device: "), "{}", auto.stderr);
}

#[test]
fn doctor_says_what_there_is() {
    let printed = run(&mut sinet(["doctor", "--json"]), b"");
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    let found: Value = serde_json::from_str(&printed.stdout).unwrap();
    let table = run(&mut sinet(["doctor"]), b"").stdout;

    let texts = |list: &str| -> Vec<String> {
        let devices = found[list].as_array().unwrap().iter().map(|device| device["device"].as_str().unwrap());
        devices.map(str::to_owned).collect()
    };
    let (gpus, absent) = (texts("gpus"), texts("absent"));
    for runtime in ["cuda", "vulkan"] {
        assert!(
            gpus.iter().any(|gpu| gpu.starts_with(runtime)) != absent.iter().any(|name| name == runtime),
            "{found}"
        );
    }
    let auto = found["auto"].as_str().unwrap();
    assert!(auto == "flex" || gpus.iter().any(|gpu| gpu == auto), "{found}");
    for name in gpus.iter().chain(&absent) {
        assert!(table.lines().any(|line| line.starts_with(name.as_str())), "{name} is not in\n{table}");
    }
    let memory = &found["memory"];
    assert!(memory["available"].as_u64() <= memory["total"].as_u64() && memory["total"].as_u64() > Some(1 << 20));
    assert!(found["processor"]["threads"].as_u64() > Some(0));
    assert!(table.contains(env!("CARGO_PKG_VERSION")) && table.contains("Burn"), "{table}");
}

#[test]
fn vulkan_reads_a_text_as_the_processor_does() {
    if !has_vulkan() {
        return;
    }
    let folder = TempDir::new().unwrap();
    random_folder(Precision::F32).write_dir(folder.path()).unwrap();
    let read = |device: &str| -> Value {
        let mut predict = sinet(["predict", "--device", device, "--model"]);
        let text = "We use a parser for the search. News text improves the model, and it uses a corpus.";
        let run = run(predict.arg(folder.path()).arg(text), b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let [mut processor, mut vulkan] = ["flex", "vulkan"].map(read);
    let scores = |annotation: &mut Value| -> Vec<f64> {
        let mut scores = Vec::new();
        for list in ["entities", "relations"] {
            let found = annotation[list].as_array_mut().unwrap().iter_mut();
            scores.extend(found.map(|found| found["score"].take().as_f64().unwrap()));
        }
        scores
    };
    let pairs: Vec<_> = scores(&mut processor).into_iter().zip(scores(&mut vulkan)).collect();
    assert!(pairs.len() > 3, "{processor}");
    assert!(pairs.iter().all(|(a, b)| (a - b).abs() < SCORES), "{pairs:?}");
    assert_eq!(processor, vulkan);
}

/// The losses and the norms of the gradients, update by update.
fn course(output: &Path) -> Vec<[f64; 3]> {
    let metrics = fs::read_to_string(output.join("metrics.jsonl")).unwrap();
    let lines = metrics.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let updates = lines.filter(|line| line.get("dev").is_none());
    updates
        .map(|line| ["entity_loss", "relation_loss", "gradient_norm"].map(|key| line[key].as_f64().unwrap()))
        .collect()
}

#[test]
fn a_training_on_vulkan_follows_that_on_the_processor() {
    if !has_vulkan() {
        return;
    }
    // Without dropout, for which every device has random numbers of its own.
    let folder = training_folder(3);
    let encoder = folder.path().join("encoder/config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&encoder).unwrap()).unwrap();
    config["hidden_dropout_prob"] = json!(0.0);
    config["attention_probs_dropout_prob"] = json!(0.0);
    fs::write(&encoder, config.to_string()).unwrap();
    let train = |name: &str, device: &str, more: &[&str]| {
        let output = folder.path().join(name);
        let settings = ["--device", device, "--model.dropout=0", "--model.ctam.dropout=0", "--train.accumulation=2"];
        let run = train(folder.path(), &output, &[&settings, more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        output
    };
    let weights = |output: &Path| read(&fs::read(output.join("best.safetensors")).unwrap()).unwrap();

    let processor = train("flex", "flex", &[]);
    let vulkan = train("vulkan", "vulkan", &[]);
    let (expected, found) = (course(&processor), course(&vulkan));
    assert_eq!((expected.len(), found.len()), (3, 3));
    for (expected, found) in expected.iter().zip(&found) {
        for (expected, found) in expected.iter().zip(found) {
            assert!((found / expected - 1.0).abs() < LOSSES, "{found} is not {expected}");
        }
    }
    let (expected, mut found) = (weights(&processor), weights(&vulkan));
    for (name, expected) in expected {
        let found = found.remove(&name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(found.shape, expected.shape, "{name}");
        let difference = distance(&[found.values], &[expected.values]);
        assert!(difference < WEIGHTS, "{name} differs by {difference}");
    }
    assert!(found.is_empty(), "only on Vulkan: {:?}", found.keys());
    let card = fs::read_to_string(vulkan.join("model-last/README.md")).unwrap();
    assert!(card.contains("seed 0, on ") && !card.contains("on the processor"), "{card}");
}

#[test]
fn a_run_goes_on_on_another_device() {
    if !has_vulkan() {
        return;
    }
    const EPOCHS: u32 = 20;
    let folder = training_folder(EPOCHS);
    let (output, checkpoint) = (folder.path().join("output"), folder.path().join("output/checkpoint"));
    let mut begun =
        train_command(folder.path(), &output, &["--device", "vulkan"]).stderr(Stdio::null()).spawn().unwrap();
    while !checkpoint.exists() {
        assert!(begun.try_wait().unwrap().is_none(), "it ended without a checkpoint");
        sleep(Duration::from_millis(20));
    }
    begun.kill().unwrap();
    begun.wait().unwrap();
    let progress = Progress::read(&checkpoint).unwrap().unwrap();
    assert!(progress.epochs > 0 && !progress.complete);

    let resumed = train(folder.path(), &output, &["--device", "flex", "--resume"]);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert_eq!(course(&output).len() as u32, 3 * EPOCHS);
    assert!(fs::read_to_string(output.join("model-last/README.md")).unwrap().contains("on the processor"));
}
