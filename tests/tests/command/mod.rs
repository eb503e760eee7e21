//! The built binary, a model and a data set that are small enough for tests.

#[path = "../../../crates/sinet-infer/tests/random_folder/mod.rs"]
pub mod random_folder;

mod process;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sinet_infer::{ModelFiles, Precision};
use tempfile::TempDir;

pub use process::{Run, run, sinet};
use random_folder::random_folder;

/// A sentence, its entity spans in words, and whether the first is used for the second.
type Labelled = (&'static str, &'static [(usize, usize)], bool);

/// Sentences of the made-up model's vocabulary.
pub const SENTENCES: [Labelled; 6] = [
    ("we use a parser for search", &[(3, 4), (5, 6)], true),
    ("a beam search improves the parser", &[(1, 3), (5, 6)], true),
    ("it uses the model with data", &[(3, 4)], false),
    ("news text is a corpus", &[(0, 2), (4, 5)], false),
    ("the model uses news for search", &[(1, 2), (5, 6)], true),
    ("we improve it", &[], false),
];

/// The sentence of the development data that stands in place of the last of [`SENTENCES`].
const UNSEEN: Labelled = ("a corpus improves the search", &[(1, 2), (4, 5)], true);

/// A folder with a small training set, a random encoder and the configuration of a run.
pub fn training_folder(epochs: u32) -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let model: ModelFiles = random_folder(Precision::F32);
    let config: Value = serde_json::from_slice(model.get("config.json").unwrap()).unwrap();
    write("types.json", config["schema"].to_string().as_bytes());
    write("train.json", labelled(&SENTENCES).to_string().as_bytes());
    write("dev.json", labelled(&development()).to_string().as_bytes());
    write("run.toml", configuration(folder.path(), epochs).as_bytes());

    let encoder = folder.path().join("encoder");
    fs::create_dir(&encoder).unwrap();
    fs::write(encoder.join("config.json"), config["architecture"]["encoder"].to_string()).unwrap();
    for file in ["model.safetensors", "tokenizer.json"] {
        fs::write(encoder.join(file), model.get(file).unwrap()).unwrap();
    }
    folder
}

/// The sentences of the development data, one of which is not learned from.
pub fn development() -> [Labelled; 6] {
    let mut sentences = SENTENCES;
    sentences[5] = UNSEEN;
    sentences
}

/// Sentences in SpERT's form.
pub fn labelled(sentences: &[Labelled]) -> Value {
    let sentence = |(text, spans, related): &Labelled| {
        let entities = spans.iter().map(|(start, end)| json!({"type": "Method", "start": start, "end": end}));
        let relations = related.then(|| json!({"type": "Used-for", "head": 0, "tail": 1}));
        json!({
            "tokens": text.split(' ').collect::<Vec<_>>(),
            "entities": entities.collect::<Vec<_>>(),
            "relations": relations.into_iter().collect::<Vec<_>>(),
        })
    };
    sentences.iter().map(sentence).collect()
}

/// A run of so many epochs as TOML.
pub fn configuration(folder: &Path, epochs: u32) -> String {
    format!(
        "name = \"tiny\"\ndata = {folder:?}\nencoder = {encoder:?}\n[train]\nepochs = {epochs}\nbatch_size = 2\n\
         learning_rate = 1e-3\nwarmup = 0.1\nmax_grad_norm = 1.0\naverage_epochs = {epochs}\n",
        encoder = folder.join("encoder"),
    )
}

pub fn train(folder: &Path, output: &Path, more: &[&str]) -> Run {
    run(&mut train_command(folder, output, more), b"")
}

pub fn train_command(folder: &Path, output: &Path, more: &[&str]) -> Command {
    let mut command = sinet(["train", "--config"]);
    command.arg(folder.join("run.toml")).arg("--output").arg(output).args(more);
    command
}

/// Runs a command whose standard output has no reader any more.
#[allow(dead_code, reason = "not every test binary closes pipes")]
pub fn run_unread(command: &mut Command) -> Run {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output().expect("sinet ends");
    Run {
        code: output.status.code().expect("sinet is not killed by a signal"),
        stdout: String::new(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
