//! The trainer from data to a model folder, on a network small enough for a test.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use sinet::config::RunConfig;
use sinet::evaluate::{evaluate, micro_f1, read_dataset, read_model};
use sinet::train::train;
use sinet_infer::weights::{self, Precision};
use sinet_model::EncoderConfig;

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

fn config(folder: &Path, epochs: u64) -> RunConfig {
    let text = format!(
        "name = \"tiny\"\ndata = {folder:?}\nencoder = {folder:?}\n[train]\nepochs = {epochs}\nbatch_size = 4\n\
         learning_rate = 3e-3\nwarmup = 0.1\nmax_grad_norm = 1.0\n"
    );
    let path = folder.join("run.toml");
    fs::write(&path, text).unwrap();
    RunConfig::read(&path).unwrap()
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
    train(&config(folder.path(), 150), folder.path(), &output, false).unwrap();

    let model = read_model(&output.join("model-best")).unwrap();
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
    read.iter().for_each(|file| drop(RunConfig::read(file).unwrap()));
    assert!(read.len() >= 6, "{read:?}");
}
