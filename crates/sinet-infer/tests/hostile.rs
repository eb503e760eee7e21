//! Model folders from strangers: whatever their files say, they are refused, or read a text without a panic.

mod random_folder;

use std::sync::LazyLock;

use burn::tensor::{Device, read_sync};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};
use sinet_infer::{Model, ModelFiles, Precision};
use sinet_text::Tokenizer;

use random_folder::random_folder;

static FOLDER: LazyLock<ModelFiles> = LazyLock::new(|| random_folder(Precision::F32));

const ALBERT: &str = include_str!("../../sinet-text/tests/fixtures/albert-tokenizer.json");

const TEXT: &str = "The parser, naïve 🙂 as it is, uses x-ray  data!";

fn json_of(name: &str) -> Value {
    serde_json::from_slice(FOLDER.get(name).unwrap()).unwrap()
}

/// Loads the folder with another file of this name, and has it read a text.
fn read_with(name: &str, contents: Vec<u8>) -> Result<(), String> {
    let mut files = FOLDER.clone();
    files.insert(name, contents);
    files.seal();
    let model = Model::load(files, &Device::flex()).map_err(|error| error.to_string())?;
    read_sync(model.annotate(TEXT)).map_err(|error| error.to_string())?;
    read_sync(model.self_test()).map_err(|error| error.to_string())
}

/// A value that a file may hold where another is meant.
fn hostile() -> impl Strategy<Value = Value> {
    let numbers = [0u64, 1, 2, 3, 4, 5, 64, 1000, 1 << 20, (1 << 20) + 1, 1 << 31, 1 << 32, 1 << 62, u64::MAX];
    prop_oneof![
        prop::sample::select(numbers.to_vec()).prop_map(Value::from),
        prop::sample::select(vec![-1.0, 0.5, -0.0, 1e-300, 1e300]).prop_map(Value::from),
        prop::sample::select(vec!["", " ", "##", "[UNK]", "\u{301}", "🙂", "gelu", "Never"]).prop_map(Value::from),
        prop::sample::select(vec![json!(null), json!(true), json!(false), json!([]), json!({}), json!([[]])]),
        any::<u32>().prop_map(Value::from),
        ".{0,3}".prop_map(Value::from),
    ]
}

/// The pointers of all values in a document.
fn pointers(value: &Value, prefix: &str, found: &mut Vec<String>) {
    found.push(prefix.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{prefix}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                pointers(value, &format!("{prefix}/{i}"), found);
            }
        }
        _ => (),
    }
}

/// Puts values into the places that some numbers choose. Small parts of a file are chosen as often as large ones.
fn changed(mut json: Value, changes: &[(usize, usize, Value)]) -> Vec<u8> {
    for (part, place, value) in changes {
        let mut parts = Vec::new();
        pointers(&json, "", &mut parts);
        let long = |pointer: &String| pointer.contains("/vocab/");
        let (in_vocabulary, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(long);
        let list = if part % 4 == 0 && !in_vocabulary.is_empty() { in_vocabulary } else { others };
        let pointer = &list[place % list.len()];
        *json.pointer_mut(pointer).unwrap() = value.clone();
    }
    json.to_string().into_bytes()
}

fn changes() -> impl Strategy<Value = Vec<(usize, usize, Value)>> {
    prop::collection::vec((any::<usize>(), any::<usize>(), hostile()), 1..4)
}

/// B4: only the number of pieces was compared with the rows of the table, and a larger id was looked up beyond them.
#[test]
fn an_id_beyond_the_table_is_refused() {
    let check = |pointer: &str, id: u32, expected: Expect| {
        let mut json = json_of("tokenizer.json");
        *json.pointer_mut(pointer).unwrap() = id.into();
        expected.assert_eq(&read_with("tokenizer.json", json.to_string().into_bytes()).unwrap_err());
    };
    check(
        "/model/vocab/the",
        99_999,
        expect![
            "tokenizer.json: it has a piece with the id 99999, the network of config.json knows those below 160; the two do not belong together"
        ],
    );
    check(
        "/added_tokens/2/id",
        160,
        expect![
            "tokenizer.json: it has a piece with the id 160, the network of config.json knows those below 160; the two do not belong together"
        ],
    );
}

/// B5: biases and normalisations of these sizes were made before the weights were looked at, 10 GiB of them.
#[test]
fn sizes_that_the_weights_do_not_have_are_refused_before_there_is_memory_for_them() {
    let mut json = json_of("config.json");
    let encoder = &mut json["architecture"]["encoder"];
    encoder["num_hidden_layers"] = 256.into();
    encoder["hidden_size"] = (1 << 20).into();
    encoder["intermediate_size"] = (1 << 20).into();
    let error = read_with("config.json", json.to_string().into_bytes()).unwrap_err();
    expect!["model.safetensors: tensor bert.embeddings.word_embeddings.weight has the shape [160, 32], the configuration asks for [160, 1048576]; it does not belong to this config.json"].assert_eq(&error);
}

#[test]
fn the_unchanged_folder_is_read() {
    for name in ["config.json", "tokenizer.json", "selftest.json"] {
        assert_eq!(read_with(name, json_of(name).to_string().into_bytes()), Ok(()), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_config_causes_a_panic(changes in changes()) {
        read_with("config.json", changed(json_of("config.json"), &changes)).ok();
    }

    #[test]
    fn no_self_test_causes_a_panic(changes in changes()) {
        read_with("selftest.json", changed(json_of("selftest.json"), &changes)).ok();
    }

    #[test]
    fn no_tokenizer_causes_a_panic(changes in changes()) {
        read_with("tokenizer.json", changed(json_of("tokenizer.json"), &changes)).ok();
    }

    #[test]
    fn no_tokenizer_gives_an_id_above_its_largest(changes in changes(), word in "(\\PC|[a-z .-]){0,8}") {
        for json in [json_of("tokenizer.json"), serde_json::from_str(ALBERT).unwrap()] {
            if let Ok(tokenizer) = Tokenizer::from_bytes(&changed(json, &changes)) {
                let encoding = tokenizer.encode_words([word.as_str(), "models", "Entity-", ""]);
                prop_assert!(encoding.ids.iter().all(|id| *id <= tokenizer.largest_id()), "{encoding:?}");
                prop_assert!(encoding.words.iter().all(|pieces| !pieces.is_empty()));
            }
        }
    }
}
