//! The trainer from data to a model folder, on a network small enough for a test.

#[path = "command/binary.rs"]
mod binary;
mod language;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Instant;

use burn::tensor::Device;
use burn::tensor::activation::softmax;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sinet::config::{ModelSection, RunConfig};
use sinet::dataset::{Data, read_dataset};
use sinet::model::evaluate::{evaluate, micro_f1, predict};
use sinet::model::folder::{ModelFolder, read_model};
use sinet::model::scoring::Scoring;
use sinet::run::checkpoint::{Checkpoint, Progress};
use sinet::run::samples::{Samples, Sampling, Sentence};
use sinet::run::train::train;
use sinet::study::flops::flops;
use sinet_infer::{Model, ModelConfig, ModelFiles, Precision, Thresholds};
use sinet_model::{Mode, SinetConfig};
use sinet_text::{Schema, Tokenizer};

use binary::binary;
use language::{config, lines, prepared, same};

#[test]
fn a_small_language_is_learned_and_the_folder_scores_as_its_card_says() {
    let folder = prepared();
    let output = folder.path().join("out");
    train(
        &config(folder.path(), 150, "batch_size = 4\nlearning_rate = 3e-3\n"),
        &Device::flex(),
        folder.path(),
        &output,
        false,
    )
    .unwrap();

    let model = read_model(&output.join("model-best"), &Device::flex()).unwrap();
    let dataset = read_dataset(&folder.path().join("dev.json"), model.schema()).unwrap();
    let [entities, relations, strict] = micro_f1(&evaluate(&model, &dataset).unwrap());
    assert!(entities > 80.0 && strict > 90.0, "entities {entities}, relations {relations}, strict {strict}");
    let card = fs::read_to_string(output.join("model-best/README.md")).unwrap();
    assert!(card.contains(&format!("| {strict:.2} |")), "{strict} is not in\n{card}");
    let metrics = fs::read_to_string(output.join("metrics.jsonl")).unwrap();
    assert_eq!(metrics.lines().filter(|line| line.contains("\"dev\"")).count(), 150);
}

#[test]
fn every_configuration_that_ships_can_be_read() {
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs");
    let files = [configs.clone(), configs.join("reference")].map(|folder| fs::read_dir(folder).unwrap());
    let files = files.into_iter().flatten().map(|file| file.unwrap().path());
    let read: Vec<_> = files.filter(|file| file.extension().is_some_and(|extension| extension == "toml")).collect();
    read.iter().for_each(|file| drop(RunConfig::read(file, &[]).unwrap()));
    assert!(read.len() >= 6, "{read:?}");
}

/// A network of random weights says the same of all spans, whether the trainer's samples or a text go through it; and
/// what stands around a sentence matters if, and only if, it is to be read.
#[test]
fn training_and_inference_read_the_same_context() {
    let folder = prepared();
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let schema: Schema = serde_json::from_slice(&bytes("types.json")).unwrap();
    let mut dataset = read_dataset(&folder.path().join("train.json"), &schema).unwrap();
    for (i, sentence) in dataset.sentences.iter_mut().enumerate() {
        (sentence.document, sentence.sentence) = (i / 5, i % 5);
    }
    let tokenizer = Tokenizer::from_bytes(&bytes("tokenizer.json")).unwrap();
    let device = Device::flex();
    device.seed(3);
    let architecture = SinetConfig {
        encoder: serde_json::from_slice(&bytes("config.json")).unwrap(),
        tasks: ModelSection::default().tasks(2, 1),
    };
    let limit = architecture.encoder.max_pieces();
    let network = architecture.init(&device);
    let sampling = Sampling {
        negative_entities: 1000,
        negative_relations: 0,
        max_span_words: 8,
        relation_types: 1,
        padding: None,
    };
    let read = |context_words: usize| -> (Vec<f32>, Vec<f64>) {
        let config = json!({
            "format_version": 1, "name": "random", "architecture": &architecture, "schema": &schema,
            "relation_threshold": 0.5, "max_span_words": 8, "context_words": context_words,
        });
        let config = ModelConfig::parse(config.to_string().as_bytes()).unwrap();
        let model = Model::new(config, tokenizer.clone(), network.clone(), Precision::F32).unwrap();
        let sentences = Sentence::all(&dataset, &tokenizer, limit, context_words).unwrap();
        let sentences: Vec<_> = sentences.iter().collect();
        let samples = Samples::draw(&sentences, &sampling, &mut ChaCha8Rng::seed_from_u64(1));
        let found = network.forward(&samples.batch, &samples.spans, &[], Mode::Inference);
        let scores = softmax(found.entity_logits, 1);
        let trained: Vec<f32> = scores.into_data().try_into_vec().unwrap();

        let predictions = predict(&model, &dataset, Thresholds { entity: 0.0, relation: 0.0 }).unwrap();
        let mut found = Vec::new();
        for (sentence, prediction) in predictions.into_iter().enumerate() {
            let entities = prediction.entities.len();
            assert_eq!(prediction.relations.len(), entities * entities.saturating_sub(1), "nothing scores below 0");
            // The vocabulary has every word, so that each is a piece.
            let row = samples.batch.sentence(sentence).start + 1;
            for (entity, score) in prediction.entities.iter().zip(prediction.entity_scores) {
                let rows = row + entity.words.start..row + entity.words.end;
                let span = samples.spans.iter().position(|span| span.rows == rows).unwrap();
                let expected = trained[3 * span + 1 + entity.kind];
                assert!((score - expected).abs() < 1e-5, "{context_words} words: {score} is not {expected}");
                found.push(score);
            }
        }
        assert!(found.len() > 20, "{} entities", found.len());
        let work = flops(model.config(), &tokenizer, &dataset).parts;
        (found, work.iter().map(|part| part.count.mean).collect())
    };
    let (alone, work_alone) = read(0);
    for context_words in [1, 3, 100] {
        let (scores, work) = read(context_words);
        assert_ne!(scores, alone);
        // Only the encoder has more to do.
        assert!(work[0] > work_alone[0] && work[1] > work_alone[1] && work[2..] == work_alone[2..], "{work:?}");
    }
}

#[test]
fn a_context_needs_documents() {
    let folder = prepared();
    let mut config = config(folder.path(), 1, "batch_size = 4\n");
    config.model.context_words = 5;
    let output = folder.path().join("out");
    let error = train(&config, &Device::flex(), folder.path(), &output, false).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("orig_id"), "{error}");

    for name in ["train.json", "dev.json"] {
        let path = folder.path().join(name);
        let mut sentences: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        sentences.as_array_mut().unwrap().iter_mut().for_each(|sentence| sentence["orig_id"] = json!("d"));
        fs::write(&path, sentences.to_string()).unwrap();
    }
    train(&config, &Device::flex(), folder.path(), &output, false).unwrap();
    let model = read_model(&output.join("model-last"), &Device::flex()).unwrap();
    assert_eq!(model.config().context_words, 5);
    assert!(fs::read_to_string(output.join("model-last/README.md")).unwrap().contains("with up to 5 words"));
}

/// Kills a training at random moments, most of them within epochs and some while a checkpoint is written.
#[test]
fn a_training_killed_at_any_moment_goes_on_to_the_same_model() {
    const KILLS: usize = 50;
    const SEED: u64 = 2026;
    let folder = prepared();
    let more = "learning_rate = 3e-3\nbatch_size = 2\naccumulation = 2\nlength_pool = 2\ncheckpoint_every = 1\naverage_epochs = 20\n";
    config(folder.path(), 40, more);
    // In processes of their own, because dropout draws from a generator that all of a process share.
    let log = folder.path().join("log");
    let start = |output: &Path, more: &[&str]| {
        let mut command = Command::new(binary());
        // Looking for GPUs would take longer than most of these runs live.
        command
            .args(["train", "--resume", "--device", "flex", "--config"])
            .arg(folder.path().join("run.toml"))
            .arg("--output")
            .arg(output);
        command.args(more).stderr(File::create(&log).unwrap()).spawn().unwrap()
    };
    let finish = |output: &Path, more: &[&str]| {
        let status = start(output, more).wait().unwrap();
        assert!(status.success(), "{}", fs::read_to_string(&log).unwrap());
    };
    let straight = folder.path().join("straight");
    let begun = Instant::now();
    finish(&straight, &[]);
    let longest = begun.elapsed() / 8;
    assert_eq!(lines(&straight).len(), 40 * (3 + 1));
    // To be saved changes nothing.
    let rarely = folder.path().join("rarely");
    finish(&rarely, &["--train.checkpoint_every=1000"]);
    same(&straight, &rarely);

    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let (mut kills, mut runs, mut places) = (0, 0, BTreeSet::new());
    while kills < KILLS {
        let output = folder.path().join(format!("run-{runs}"));
        let mut saved = 0;
        let is_complete = |output: &Path| {
            Progress::read(&output.join("checkpoint")).unwrap().is_some_and(|progress| progress.complete)
        };
        while kills < KILLS && !is_complete(&output) {
            let mut child = start(&output, &[]);
            sleep(longest.mul_f64(rng.random()));
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            saved = saved.max(last_saved(&fs::read_to_string(&log).unwrap()));
            let found = Checkpoint::read(&output.join("checkpoint")).unwrap().map_or(0, |found| found.progress.updates);
            assert!(found >= saved, "seed {SEED}, kill {kills}: {saved} updates were saved, {found} are there");
            places.insert(found);
        }
        finish(&output, &[]);
        same(&straight, &output);
        runs += 1;
    }
    println!("seed {SEED}: {KILLS} kills of {runs} runs, which went on after {places:?} updates");
    assert!(places.iter().any(|updates| updates % 3 > 0), "some within an epoch");
}

/// The last number of updates that a run of three an epoch has called saved.
fn last_saved(log: &str) -> u64 {
    let number = |text: &str| text.trim().split([' ', ':']).next().unwrap().parse::<u64>().unwrap();
    let of_line = |line: &str| match line.strip_prefix("epoch ") {
        Some(epoch) => Some(3 * number(epoch)).filter(|_| line.ends_with("saved")),
        None => line.strip_prefix("update ").map(number),
    };
    log.lines().filter_map(of_line).max().unwrap_or(0)
}

#[test]
fn a_run_without_progress_ends_early() {
    let folder = prepared();
    let output = folder.path().join("out");
    let config = config(folder.path(), 50, "batch_size = 4\npatience = 3\nlearning_rate = 0.0\n");
    train(&config, &Device::flex(), folder.path(), &output, false).unwrap();
    let epochs = || lines(&output).iter().filter(|line| line.get("dev").is_some()).count();
    assert_eq!(epochs(), 4);
    assert!(fs::read_to_string(output.join("model-last/README.md")).unwrap().contains("4 of 50 epochs"));
    train(&config, &Device::flex(), folder.path(), &output, true).unwrap();
    assert_eq!(epochs(), 4);
}

#[test]
fn an_absurd_learning_rate_leaves_a_record_and_the_last_checkpoint() {
    let folder = prepared();
    let output = folder.path().join("out");
    let config = config(folder.path(), 50, "batch_size = 4\nlearning_rate = 1e10\ncheckpoint_every = 1\n");
    let error = train(&config, &Device::flex(), folder.path(), &output, false).unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let last = Checkpoint::read(&output.join("checkpoint")).unwrap().unwrap().progress.updates;
    let record = output.join(format!("failed-update-{}.json", last + 1));
    assert!(error.to_string().contains(record.to_str().unwrap()), "{error}");
    let record: Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    assert_eq!((&record["update"], record["sentences"].as_array().unwrap().len()), (&json!(last + 1), 4));
    let all: Value = serde_json::from_slice(&fs::read(folder.path().join("train.json")).unwrap()).unwrap();
    for sentence in record["sentences"].as_array().unwrap() {
        assert!(all.as_array().unwrap().contains(sentence), "{sentence}");
    }
    let number = |name: &str| record[name].as_str().unwrap().parse::<f64>().unwrap();
    let numbers = ["entity_loss", "relation_loss", "gradient_norm"].map(number);
    assert!(!numbers.iter().all(|number| number.is_finite()), "{numbers:?}");
}

/// Adds a sentence to a file of labelled sentences.
fn add_sentence(path: &Path) {
    let mut sentences: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let sentence = json!({"tokens": ["a"], "entities": [{"type": "A", "start": 0, "end": 1}], "relations": []});
    sentences.as_array_mut().unwrap().extend(vec![sentence; 4]);
    fs::write(path, sentences.to_string()).unwrap();
}

#[test]
fn b3_a_run_is_not_resumed_on_other_data() {
    let folder = prepared();
    let output = folder.path().join("out");
    let config = config(folder.path(), 2, "batch_size = 4\n");
    let resume = |data: &Path| train(&config, &Device::flex(), data, &output, true);
    train(&config, &Device::flex(), folder.path(), &output, false).unwrap();
    let before = fs::read(output.join("metrics.jsonl")).unwrap();

    // The same data by another name.
    let copy = prepared();
    resume(copy.path()).unwrap();
    for file in ["train.json", "dev.json"] {
        let other = prepared();
        add_sentence(&other.path().join(file));
        let error = resume(other.path()).unwrap_err();
        let said = error.to_string();
        assert_eq!(error.exit_code(), 2, "{said}");
        let begun = folder.path().canonicalize().unwrap();
        for wanted in [output.to_str().unwrap(), file, begun.to_str().unwrap(), "--output", "remove"] {
            assert!(said.contains(wanted), "{wanted:?} is not in {said}");
        }
    }
    assert_eq!(fs::read(output.join("metrics.jsonl")).unwrap(), before);
}

/// A checkpoint of the first versions does not say what it was begun with. With more or less data than then, the updates that
/// it has done do not lead to its epoch; such a run once trained nothing and called itself complete.
#[test]
fn b3_updates_that_do_not_fit_the_epochs_are_refused() {
    let folder = prepared();
    let output = folder.path().join("out");
    let config = config(folder.path(), 3, "batch_size = 4\n");
    train(&config, &Device::flex(), folder.path(), &output, false).unwrap();
    let path = output.join("checkpoint/progress.json");
    let mut progress: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    // Two epochs of three updates.
    (progress["epochs"], progress["updates"], progress["complete"]) = (json!(2), json!(6), json!(false));
    progress.as_object_mut().unwrap().remove("data").unwrap();
    let resume = || {
        fs::write(&path, progress.to_string()).unwrap();
        train(&config, &Device::flex(), folder.path(), &output, true)
    };
    resume().unwrap();
    assert_eq!(Progress::read(&output.join("checkpoint")).unwrap().unwrap().updates, 9);
    add_sentence(&folder.path().join("train.json"));
    let error = resume().unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("other data"), "{error}");
    let mut fewer: Value = serde_json::from_slice(&fs::read(folder.path().join("dev.json")).unwrap()).unwrap();
    fewer.as_array_mut().unwrap().truncate(4);
    fs::write(folder.path().join("train.json"), fewer.to_string()).unwrap();
    assert_eq!(resume().unwrap_err().exit_code(), 2);
}

#[test]
fn b3_a_model_says_what_it_was_trained_on() {
    let folder = prepared();
    let data = prepared();
    add_sentence(&data.path().join("dev.json"));
    let output = folder.path().join("out");
    // The configuration names another folder than the command line.
    train(&config(folder.path(), 2, "batch_size = 4\n"), &Device::flex(), data.path(), &output, false).unwrap();
    let model = ModelFolder::read(&output.join("model-best")).unwrap();
    let config = model.model().config();
    let identity = Data::read(data.path(), &Default::default()).unwrap().identity;
    assert_eq!(config.training["data"], json!(identity));
    let on_dev = || Scoring::of(config, None, Default::default());
    assert_eq!(on_dev().unwrap().sentences.sentences.len(), 16);
    add_sentence(&data.path().join("dev.json"));
    let error = on_dev().unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("other contents"), "{error}");
}

#[test]
fn b12_a_card_keeps_its_training_where_a_key_is_no_longer_known() {
    let folder = prepared();
    let output = folder.path().join("out");
    train(&config(folder.path(), 1, "batch_size = 4\n"), &Device::flex(), folder.path(), &output, false).unwrap();
    let model = output.join("model-best");
    let card = |change: &dyn Fn(&mut Value)| {
        let mut files = ModelFiles::read_dir(&model).unwrap();
        let mut config: Value = serde_json::from_slice(files.get("config.json").unwrap()).unwrap();
        change(&mut config["training"]);
        files.insert("config.json", config.to_string().into_bytes());
        files.seal();
        let changed = tempfile::tempdir().unwrap();
        files.write_dir(changed.path()).unwrap();
        let mut model = ModelFolder::read(changed.path()).unwrap();
        model.write_card(None)?;
        Ok::<_, sinet::Error>(String::from_utf8(model.file("README.md").unwrap().to_vec()).unwrap())
    };
    let with = card(&|training| training["config"]["train"]["momentum"] = json!(0.5)).unwrap();
    assert!(with.contains("Trained on 12 sentences") && with.contains("momentum = 0.5"), "{with}");
    let without = card(&|training| *training = json!(null)).unwrap();
    assert!(!without.contains("Trained on"), "{without}");
    let error = card(&|training| training["epochs"] = json!("many")).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("record of the training"), "{error}");
}
