//! The trainer from data to a model folder, on a network small enough for a test.

#[path = "command/binary.rs"]
mod binary;

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
use sinet::checkpoint::{Checkpoint, Progress};
use sinet::config::{ModelSection, RunConfig};
use sinet::evaluate::{evaluate, micro_f1, predict, read_dataset, read_model};
use sinet::flops::flops;
use sinet::samples::{Samples, Sampling, Sentence};
use sinet::train::train;
use sinet_infer::weights::{self, Precision};
use sinet_infer::{Model, ModelConfig, Thresholds};
use sinet_model::{EncoderConfig, Mode, SinetConfig};
use sinet_text::{Schema, Tokenizer};

use binary::binary;

/// A language of four words, in which `a` is an A, `b` a B, and an A before a B is linked to it.
fn write_data(folder: &Path) {
    let types = r#"{"entities": {"A": {"short": "A", "verbose": "A"}, "B": {"short": "B", "verbose": "B"}},
        "relations": {"Link": {"short": "L", "verbose": "Link", "symmetric": false}}}"#;
    fs::write(folder.join("types.json"), types).unwrap();
    let sentence = |tokens: &str| {
        let tokens: Vec<_> = tokens.split(' ').collect();
        let of = |i: usize| if tokens[i] == "a" { "A" } else { "B" };
        let places: Vec<_> = (0..tokens.len()).filter(|&i| ["a", "b"].contains(&tokens[i])).collect();
        let entities: Vec<_> =
            places.iter().map(|&i| serde_json::json!({"type": of(i), "start": i, "end": i + 1})).collect();
        let mut relations = Vec::new();
        for (head, &i) in places.iter().enumerate() {
            for (tail, &j) in places.iter().enumerate() {
                if i < j && of(i) == "A" && of(j) == "B" {
                    relations.push(serde_json::json!({"type": "Link", "head": head, "tail": tail}));
                }
            }
        }
        serde_json::json!({"tokens": tokens, "entities": entities, "relations": relations})
    };
    let texts = [
        "a x b", "x a y b", "b x a", "x y x", "a b", "y b x y", "a y x", "b y x a", "x b y a", "y a x b", "a x y b",
        "x y",
    ];
    let sentences = serde_json::Value::from_iter(texts.map(sentence));
    for name in ["train.json", "dev.json"] {
        fs::write(folder.join(name), sentences.to_string()).unwrap();
    }
}

fn write_encoder(folder: &Path) {
    let config = r#"{"model_type": "bert", "vocab_size": 8, "hidden_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 64, "hidden_act": "gelu", "max_position_embeddings": 16,
        "type_vocab_size": 2, "layer_norm_eps": 1e-12}"#;
    fs::write(folder.join("config.json"), config).unwrap();
    let device = Device::flex();
    device.seed(1);
    let encoder: EncoderConfig = serde_json::from_str(config).unwrap();
    let weights = encoder.init(&device).weights();
    fs::write(folder.join("model.safetensors"), weights::write(&weights, Precision::F32).unwrap()).unwrap();
    let tokenizer = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null, "decoder": null,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "b": 5, "x": 6, "y": 7}
        }
    });
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
}

/// A run with so many epochs and what `more` says of training.
fn config(folder: &Path, epochs: u64, more: &str) -> RunConfig {
    let text = format!("name = \"tiny\"\ndata = {folder:?}\nencoder = {folder:?}\n[train]\nepochs = {epochs}\n{more}");
    let path = folder.join("run.toml");
    fs::write(&path, text).unwrap();
    RunConfig::read(&path, &[]).unwrap()
}

fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    write_encoder(folder.path());
    folder
}

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
        sentence.orig_id = Some(json!(i / 5));
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

/// The lines of a run, without their times, which have to rise.
fn lines(output: &Path) -> Vec<Value> {
    let text = fs::read_to_string(output.join("metrics.jsonl")).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seconds: Vec<_> = lines.iter_mut().map(|line| line["seconds"].take().as_f64().unwrap()).collect();
    assert!(seconds.is_sorted(), "{seconds:?}");
    lines
}

#[track_caller]
fn same(a: &Path, b: &Path) {
    let (lines_a, lines_b) = (lines(a), lines(b));
    assert_eq!(lines_a.len(), lines_b.len());
    lines_a.iter().zip(&lines_b).for_each(|(a, b)| assert_eq!(a, b));
    for weights in ["model-best/model.safetensors", "model-last/model.safetensors"] {
        assert!(fs::read(a.join(weights)).unwrap() == fs::read(b.join(weights)).unwrap(), "{weights} differ");
    }
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
