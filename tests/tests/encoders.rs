//! Every encoder against Hugging Face's transformers, on the small random models of `tests/golden/encoders`, which
//! `tests/golden/encoders.py` makes; and its way through the trainer, from a folder to a model that reads a text.

mod comparison;
#[path = "../../crates/sinet-kernels/tests/devices/mod.rs"]
mod devices;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData, read_sync};
use comparison::distance;
use devices::devices;
use expect_test::{Expect, expect};
use serde::Deserialize;
use serde_json::{Value, json};
use sinet::config::RunConfig;
use sinet::device::name;
use sinet::model::folder::read_model;
use sinet::model::pretrained::Pretrained;
use sinet::run::train::train;
use sinet_infer::weights::{self, Precision as Stored};
use sinet_model::{
    Batch, DebertaConfig, Encoder, EncoderConfig, Mode, ModulePath, NamedTensor, PositionTerm, Precision, Weights,
};

/// Absolute, for hidden states and attention.
const VALUES: f32 = 1e-4;
/// Relative to the norm of a gradient.
const GRADIENTS: f32 = 1e-3;

/// Those that Hugging Face calls by different names.
const ARCHITECTURES: [&str; 7] =
    ["deberta-v2", "distilbert", "electra", "modernbert", "mpnet", "roberta", "xlm-roberta"];

#[derive(Deserialize)]
struct Cases {
    input_ids: Vec<Vec<u32>>,
}

struct Golden {
    name: String,
    folder: PathBuf,
    batch: Batch,
    expected: Weights,
}

impl Golden {
    fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/encoders");
        let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        let mut all: Vec<_> = folders.map(Self::read).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        let mut types: Vec<String> =
            all.iter().map(|golden| golden.config()["model_type"].as_str().unwrap().to_owned()).collect();
        types.sort();
        types.dedup();
        assert_eq!(types, ARCHITECTURES);
        all
    }

    fn read(folder: PathBuf) -> Self {
        let cases: Cases = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
        Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            batch: Batch::packed(&cases.input_ids),
            expected: weights::read(&fs::read(folder.join("expected.safetensors")).unwrap()).unwrap(),
            folder,
        }
    }

    fn config(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join("config.json")).unwrap()).unwrap()
    }

    fn parsed(&self) -> EncoderConfig {
        let config: EncoderConfig = serde_json::from_value(self.config()).unwrap();
        config.check().unwrap();
        config
    }

    fn weights(&self) -> Weights {
        weights::read(&fs::read(self.folder.join("model.safetensors")).unwrap()).unwrap()
    }

    fn encoder(&self, device: &Device) -> Encoder {
        self.parsed().init(device).with_weights(&self.weights()).unwrap()
    }

    #[track_caller]
    fn check(&self, what: &str, difference: f32, tolerance: f32) {
        println!("{}: {what}: {difference:.1e} (at most {tolerance:.0e})", self.name);
        assert!(difference <= tolerance, "{}: {what} differs by {difference}, more than {tolerance}", self.name);
    }

    /// The largest difference of the hidden states of any sentence.
    fn differs(&self, hidden: Tensor<2>) -> f32 {
        let hidden = rows(hidden);
        let of = |i: usize| distance(&hidden[self.batch.sentence(i)], &rows_of(&self.expected[&format!("hidden.{i}")]));
        (0..self.batch.sentences()).map(of).fold(0.0, f32::max)
    }
}

#[test]
fn every_encoder_gives_the_hidden_states_of_transformers() {
    for golden in Golden::all() {
        for device in devices() {
            let encoder = golden.encoder(&device);
            let inference = match device == Device::flex() {
                true => encoder.clone().packed(Precision::F32),
                false => encoder.clone().fused(),
            };
            let forms = [
                ("as trained", &encoder, Mode::Training),
                ("plain", &encoder, Mode::Inference),
                ("for inference", &inference, Mode::Inference),
            ];
            for (form, encoder, mode) in forms {
                let difference = golden.differs(encoder.forward(&golden.batch, mode));
                golden.check(&format!("hidden states on {}, {form}", name(&device)), difference, VALUES);
            }
            let found = inference.forward_with_attention(&golden.batch);
            let difference = golden.differs(found.hidden);
            golden.check(&format!("hidden states on {}, with attention", name(&device)), difference, VALUES);
            let [_, heads, longest] = found.cls_attention.dims();
            let attention: Vec<f32> = found.cls_attention.into_data().try_into_vec().unwrap();
            for sentence in 0..golden.batch.sentences() {
                let expected = rows_of(&golden.expected[&format!("attention.{sentence}")]);
                let pieces = golden.batch.sentence(sentence).len();
                let rows = attention[sentence * heads * longest..][..heads * longest].chunks(longest);
                let rows: Vec<_> = rows.map(|row| row[..pieces].to_vec()).collect();
                golden.check(&format!("attention on {}", name(&device)), distance(&rows, &expected), VALUES);
            }
        }
    }
}

#[test]
fn every_encoder_gives_the_gradients_of_transformers() {
    struct Taker(ModulePath, Gradients, BTreeMap<String, Vec<f32>>);
    impl ModuleVisitor for Taker {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.0.exit();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = param.val().grad_remove(&mut self.1) {
                // Checkpoints hold the matrices of linear layers the other way round.
                let name = self.0.checkpoint_name();
                let is_linear = D == 2 && !name.contains("embeddings.") && !name.contains("relative_attention_bias");
                let gradient = if is_linear { gradient.transpose() } else { gradient };
                self.2.insert(name, gradient.into_data().try_into_vec().unwrap());
            }
        }
    }
    for golden in Golden::all() {
        let encoder = golden.encoder(&Device::flex()).train();
        let hidden = encoder.forward(&golden.batch, Mode::Training);
        let [_, d] = hidden.dims();
        let pieces = (0..golden.batch.sentences()).flat_map(|i| 0..golden.batch.sentence(i).len());
        let probe: Vec<f32> = pieces.flat_map(|i| (0..d).map(move |j| (i as f32 + 2.0 * j as f32).cos())).collect();
        let probe = Tensor::<2>::from_data(TensorData::new(probe, hidden.dims()), &hidden.device());
        let gradients = (hidden * probe).sum().backward();
        let mut taker = Taker(ModulePath::default(), gradients, BTreeMap::new());
        encoder.visit(&mut taker);
        let expected: Vec<_> =
            golden.expected.iter().filter_map(|(name, g)| Some((name.strip_prefix("grad.")?, g))).collect();
        assert!(!expected.is_empty());
        for (name, expected) in expected {
            let found = taker.2.get(name).unwrap_or_else(|| panic!("{}: {name} has no gradient", golden.name));
            golden.check(&format!("gradient of {name}, relative"), relative(found, &expected.values), GRADIENTS);
        }
    }
}

/// ‖a - b‖ / ‖b‖; a gradient that is zero but for rounding (that of a key's bias) counts as of norm 1e-3.
fn relative(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let norm = |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x * x)).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    (difference / norm(&mut b.iter().copied()).max(1e-3)) as f32
}

/// A folder as people have it, with this tokenizer.
fn write_folder(folder: &Path, config: &Value, weights: &Weights, tokenizer: &Value) {
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("model.safetensors"), weights::write(weights, Stored::F32).unwrap()).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
}

/// Checkpoints of whole networks have a prefix and more tensors; older ones call normalisations otherwise.
#[test]
fn checkpoints_of_every_kind_are_read_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    for golden in Golden::all() {
        let config = golden.config();
        let prefix = match config["model_type"].as_str().unwrap() {
            "xlm-roberta" => "roberta",
            "deberta-v2" => "deberta",
            "modernbert" => "model",
            other => other,
        };
        let renamed = golden.weights().into_iter().map(|(name, tensor)| {
            let old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
            (format!("{prefix}.{old}"), tensor)
        });
        let mut whole: Weights = renamed.filter(|(name, _)| !name.contains("pooler")).collect();
        whole.insert("lm_head.bias".to_owned(), NamedTensor { shape: vec![1], values: vec![0.0] });
        write_folder(folder.path(), &config, &whole, &json!({}));
        let pretrained = Pretrained::find(folder.path().to_str().unwrap()).unwrap();
        let encoder = pretrained.config.init(&Device::flex()).with_weights(&pretrained.weights).unwrap();
        // Out again come the names and values that went in, but for the pooler's.
        let (found, plain) = (encoder.weights(), golden.weights());
        let expected: Weights = plain.into_iter().filter(|(name, _)| !name.contains("pooler")).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{}", golden.name);
        assert!(found == expected, "{}", golden.name);
    }
}

#[test]
fn an_encoder_that_does_not_work_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let check = |config: Value, expected: Expect| {
        write_folder(folder.path(), &config, &Weights::new(), &json!({}));
        let error = Pretrained::find(folder.path().to_str().unwrap()).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        expected.assert_eq(&error.to_string().replace(folder.path().to_str().unwrap(), "FOLDER"));
    };
    check(
        json!({"model_type": "t5"}),
        expect![
            "FOLDER/config.json: not the configuration of an encoder that works here: unknown variant `t5`, expected one of `bert`, `albert`, `distilbert`, `electra`, `mpnet`, `roberta`, `xlm-roberta`, `deberta-v2`, `modernbert` at line 1 column 18"
        ],
    );
    check(
        json!({"model_type": "deberta-v2", "conv_kernel_size": 3}),
        expect![
            "FOLDER/config.json: `conv_kernel_size`: a DeBERTa with a convolution is not among those that work here"
        ],
    );
    check(
        json!({"model_type": "deberta-v2", "embedding_size": 128}),
        expect![
            "FOLDER/config.json: `embedding_size`: a DeBERTa whose embeddings have a size of their own does not work here"
        ],
    );
    check(
        json!({"model_type": "modernbert", "num_attention_heads": 7}),
        expect![
            "FOLDER/config.json: `num_attention_heads`: a head needs an even size, since its numbers are rotated in pairs"
        ],
    );
    check(
        json!({"model_type": "mpnet", "relative_attention_num_buckets": 8}),
        expect!["FOLDER/config.json: `relative_attention_num_buckets`: MPNet counts at least 32"],
    );
    check(
        json!({"model_type": "modernbert", "rope_parameters": {"full_attention": {"rope_type": "yarn"}}}),
        expect!["FOLDER/config.json: `rope_parameters`: only the rope_type `default` works here"],
    );
}

/// Fields that a file leaves out have Hugging Face's values.
#[test]
fn published_configurations_are_read() {
    let check = |config: Value, [hidden, layers, max_pieces]: [usize; 3]| {
        let config: EncoderConfig = serde_json::from_value(config).unwrap();
        config.check().unwrap();
        let sizes = config.sizes();
        assert_eq!([sizes.hidden, sizes.layers, sizes.max_pieces], [hidden, layers, max_pieces]);
    };
    check(json!({"model_type": "distilbert"}), [768, 6, 512]);
    check(json!({"model_type": "electra"}), [256, 12, 512]);
    check(json!({"model_type": "mpnet", "max_position_embeddings": 514}), [768, 12, 512]);
    check(json!({"model_type": "roberta", "max_position_embeddings": 514, "type_vocab_size": 1}), [768, 12, 512]);
    check(json!({"model_type": "xlm-roberta", "max_position_embeddings": 514, "type_vocab_size": 1}), [768, 12, 512]);
    check(json!({"model_type": "modernbert"}), [768, 22, 8192]);
    let v3 = json!({
        "model_type": "deberta-v2", "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
        "hidden_size": 768, "initializer_range": 0.02, "intermediate_size": 3072, "max_position_embeddings": 512,
        "relative_attention": true, "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": true,
        "pos_att_type": "p2c|c2p", "layer_norm_eps": 1e-7, "max_relative_positions": -1, "position_biased_input": false,
        "num_attention_heads": 12, "num_hidden_layers": 12, "type_vocab_size": 0, "vocab_size": 128100
    });
    check(v3, [768, 12, 512]);
}

#[test]
fn the_terms_of_a_deberta_are_a_list_or_a_string() {
    let terms = |json: &str| serde_json::from_str::<DebertaConfig>(json).unwrap().pos_att_type;
    let both = [PositionTerm::ContentToPosition, PositionTerm::PositionToContent];
    assert_eq!(terms(r#"{"pos_att_type": "p2c|c2p"}"#), both);
    assert_eq!(terms(r#"{"pos_att_type": ["c2p", "p2c"]}"#), both);
    assert_eq!(terms(r#"{"pos_att_type": null}"#), []);
    let error = serde_json::from_str::<DebertaConfig>(r#"{"pos_att_type": ["p2p"]}"#).unwrap_err().to_string();
    assert!(error.contains("names p2p; c2p and p2c are possible"), "{error}");
}

/// The words of the small language, and a tokenizer that knows them.
fn write_data(folder: &Path) {
    let types = json!({
        "entities": {"A": {"short": "A", "verbose": "A"}, "B": {"short": "B", "verbose": "B"}},
        "relations": {"Link": {"short": "L", "verbose": "Link", "symmetric": false}}
    });
    let sentence = |tokens: &[&str]| {
        let entity = |kind: &str, word: &str| {
            let start = tokens.iter().position(|token| *token == word).unwrap();
            json!({"type": kind, "start": start, "end": start + 1})
        };
        let entities = [entity("A", "a"), entity("B", "b")];
        json!({"tokens": tokens, "entities": entities, "relations": [{"type": "Link", "head": 0, "tail": 1}]})
    };
    let sentences =
        [&["a", "x", "b"][..], &["b", "y", "x", "a"], &["a", "b"], &["x", "y", "b", "y", "a"]].map(sentence);
    fs::write(folder.join("types.json"), types.to_string()).unwrap();
    fs::write(folder.join("train.json"), json!(sentences).to_string()).unwrap();
    fs::write(folder.join("dev.json"), json!(sentences).to_string()).unwrap();
}

fn tokenizer() -> Value {
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": null,
        "post_processor": {"type": "RobertaProcessing", "cls": ["<s>", 0], "sep": ["</s>", 2]},
        "model": {
            "type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "b": 5, "x": 6, "y": 7}
        }
    })
}

/// From a folder of every architecture to a model that a text can be read with, stored in 8 bits, and its self-test.
#[test]
fn every_encoder_is_trained_stored_and_read_again() {
    for golden in Golden::all() {
        let folder = tempfile::tempdir().unwrap();
        write_data(folder.path());
        let encoder = folder.path().join("encoder");
        fs::create_dir(&encoder).unwrap();
        write_folder(&encoder, &golden.config(), &golden.weights(), &tokenizer());
        let text = format!(
            "name = {:?}\ndata = {:?}\nencoder = {encoder:?}\n[train]\nepochs = 2\nbatch_size = 2\n",
            golden.name,
            folder.path()
        );
        let run = folder.path().join("run.toml");
        fs::write(&run, text).unwrap();
        let output = folder.path().join("out");
        train(&RunConfig::read(&run, &[]).unwrap(), &Device::flex(), folder.path(), &output, false).unwrap();

        let model = read_model(&output.join("model-last"), &Device::flex()).unwrap();
        read_sync(model.self_test()).unwrap();
        let annotation = read_sync(model.annotate("a x b")).unwrap();
        assert_eq!(annotation.annotation.words.len(), 3, "{}", golden.name);
        let stored = weights::read(&fs::read(output.join("model-last/model.safetensors")).unwrap()).unwrap();
        // Vectors are stored as they are. Those of all layers have moved, but for some whose gradient is 0.
        let before = golden.weights();
        let vectors: Vec<_> =
            before.iter().filter(|(name, tensor)| tensor.shape.len() == 1 && !name.contains("pooler")).collect();
        let moved = |(name, before): &&(&String, &NamedTensor)| {
            let after = stored.iter().find(|(stored, _)| stored.ends_with(&format!(".{name}")));
            after.expect("a model has all weights").1.values != before.values
        };
        let moved = vectors.iter().filter(moved).count();
        assert!(moved * 3 > vectors.len() * 2, "{}: {moved} of {}", golden.name, vectors.len());
    }
}

fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, d] = tensor.dims();
    let values: Vec<f32> = tensor.into_data().try_into_vec().unwrap();
    values.chunks_exact(d).map(<[f32]>::to_vec).collect()
}

fn rows_of(tensor: &NamedTensor) -> Vec<Vec<f32>> {
    tensor.values.chunks_exact(*tensor.shape.last().unwrap()).map(<[f32]>::to_vec).collect()
}
