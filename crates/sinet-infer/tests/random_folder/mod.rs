//! A model folder with a tiny network of made-up weights: the right form, quick, and always the same.

use burn::tensor::{Device, read_sync};
use serde_json::{Value, json};
use sinet_infer::{ModelConfig, ModelFiles, Precision, export};
use sinet_model::{NamedTensor, Weights};

/// The files of the folder.
///
/// Its entities and relations mean nothing, but depend on the text and are the same at each call.
pub fn random_folder(precision: Precision) -> ModelFiles {
    let config = config();
    let network = config.architecture.init(&Device::flex());
    let weights: Weights = network.weights().into_iter().map(made_up).collect();
    let sentences = ["The parser uses a beam search .", "A corpus of news text improves it ."]
        .map(|sentence| sentence.split(' ').map(str::to_owned).collect());
    read_sync(export(&config, tokenizer().to_string().into_bytes(), &weights, precision, &sentences))
        .expect("the parts fit each other")
}

fn config() -> ModelConfig {
    let vocabulary = vocabulary().len();
    let kind = |name: &str, symmetric: bool| json!({"short": name, "verbose": name, "symmetric": symmetric});
    let config = json!({
        "format_version": 1,
        "name": "random",
        "architecture": {
            "encoder": {
                "model_type": "bert", "vocab_size": vocabulary, "hidden_size": 32, "num_hidden_layers": 2,
                "num_attention_heads": 4, "intermediate_size": 64, "hidden_act": "gelu",
                "max_position_embeddings": 64, "type_vocab_size": 2, "layer_norm_eps": 1e-12
            },
            "heads": {"entity_types": 3, "relation_types": 3, "width_embedding": 8, "widths": 10}
        },
        "schema": {
            "entities": {
                "Method": kind("Method", false), "Task": kind("Task", false), "Material": kind("Material", false)
            },
            "relations": {
                "Used-for": kind("Used-for", false), "Part-of": kind("Part-of", false),
                "Conjunction": kind("Conjunction", true)
            }
        },
        "relation_threshold": 0.5,
        "max_span_words": 3,
        "training": {"note": "made-up weights, for tests and for building the page"}
    });
    ModelConfig::parse(config.to_string().as_bytes()).expect("a valid configuration")
}

/// A lower-casing WordPiece tokenizer that knows a few words, and every printable ASCII character.
fn tokenizer() -> Value {
    let special = |(id, token): (usize, &str)| {
        json!({"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    let vocabulary = vocabulary();
    let by_piece: serde_json::Map<_, _> =
        vocabulary.iter().enumerate().map(|(id, piece)| (piece.clone(), json!(id))).collect();
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": SPECIAL.into_iter().enumerate().map(special).collect::<Vec<_>>(),
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": true
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": null,
        "decoder": null,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 10_000, "vocab": by_piece
        }
    })
}

const SPECIAL: [&str; 4] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

fn vocabulary() -> Vec<String> {
    let words = "the a of and in we is for to with parser uses beam search corpus news text improves it model data";
    let characters = ('!'..='~').filter(|c| !c.is_ascii_uppercase());
    let mut pieces: Vec<String> = SPECIAL.map(str::to_owned).to_vec();
    for c in characters {
        pieces.push(c.to_string());
        pieces.push(format!("##{c}"));
    }
    pieces.extend(words.split(' ').filter(|word| word.len() > 1).map(str::to_owned));
    pieces
}

/// Replaces initial weights by numbers that depend on nothing but their name: large enough for the text to
/// matter, with classifiers that mostly say no and look more at the span than at the sentence.
fn made_up((name, tensor): (String, NamedTensor)) -> (String, NamedTensor) {
    let d = 32;
    let (range, sentence) = match name.as_str() {
        "entity_classifier.bias" => return (name, NamedTensor { values: vec![5.0, 0.0, 0.0, 0.0], ..tensor }),
        "rel_classifier.bias" => return (name, NamedTensor { values: vec![-2.0; 3], ..tensor }),
        name if name.contains("LayerNorm") || name.contains(".ln.") => return (name.to_owned(), tensor),
        "entity_classifier.weight" => (0.6, 0..d),
        "rel_classifier.weight" => (0.6, d..2 * d),
        name if name.ends_with("bias") => (0.02, 0..0),
        _ => (0.3, 0..0),
    };
    let mut state = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let columns = tensor.shape.last().copied().unwrap_or(1);
    let value = |index: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (state >> 40) as f32 / (1 << 23) as f32 - 1.0;
        unit * if sentence.contains(&(index % columns)) { range / 10.0 } else { range }
    };
    let values = (0..tensor.values.len()).map(value).collect();
    (name, NamedTensor { values, ..tensor })
}
