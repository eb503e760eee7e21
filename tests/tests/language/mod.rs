//! A language small enough to be learned in a test, and the comparison of two runs.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use serde_json::Value;
use sinet::config::RunConfig;
use sinet_infer::weights::{self, Precision};
use sinet_model::EncoderConfig;

/// A language of four words, in which `a` is an A, `b` a B, and an A before a B is linked to it.
pub fn write_data(folder: &Path) {
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
    fs::write(folder.join("train.json"), Value::from_iter(texts.map(sentence)).to_string()).unwrap();
    // The model does not learn from all that it is measured on.
    let mut dev = texts;
    dev[11] = "y a y b";
    fs::write(folder.join("dev.json"), Value::from_iter(dev.map(sentence)).to_string()).unwrap();
}

pub fn write_encoder(folder: &Path) {
    write_encoder_of(folder, 32, 1);
}

/// An encoder of some width with random weights.
pub fn write_encoder_of(folder: &Path, width: usize, seed: u64) {
    let config = serde_json::json!({
        "model_type": "bert", "vocab_size": 8, "hidden_size": width, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 64, "hidden_act": "gelu", "max_position_embeddings": 16, "type_vocab_size": 2,
        "layer_norm_eps": 1e-12
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let device = Device::flex();
    device.seed(seed);
    let encoder: EncoderConfig = serde_json::from_value(config).unwrap();
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
pub fn config(folder: &Path, epochs: u64, more: &str) -> RunConfig {
    let text = format!("name = \"tiny\"\ndata = {folder:?}\nencoder = {folder:?}\n[train]\nepochs = {epochs}\n{more}");
    let path = folder.join("run.toml");
    fs::write(&path, text).unwrap();
    RunConfig::read(&path, &[]).unwrap()
}

pub fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    write_encoder(folder.path());
    folder
}

/// The lines of a run, without their times, which have to rise.
pub fn lines(output: &Path) -> Vec<Value> {
    let text = fs::read_to_string(output.join("metrics.jsonl")).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seconds: Vec<_> = lines.iter_mut().map(|line| line["seconds"].take().as_f64().unwrap()).collect();
    assert!(seconds.is_sorted(), "{seconds:?}");
    lines
}

#[track_caller]
pub fn same(a: &Path, b: &Path) {
    let (lines_a, lines_b) = (lines(a), lines(b));
    assert_eq!(lines_a.len(), lines_b.len());
    lines_a.iter().zip(&lines_b).for_each(|(a, b)| assert_eq!(a, b));
    for weights in ["model-best/model.safetensors", "model-last/model.safetensors"] {
        assert!(fs::read(a.join(weights)).unwrap() == fs::read(b.join(weights)).unwrap(), "{weights} differ");
    }
}
