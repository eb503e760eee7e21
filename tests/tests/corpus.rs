//! A model over files: `sinet predict --input`. Whatever form the texts come in and the answers go to, they are the same.

#[path = "command/process.rs"]
mod process;
#[path = "../../crates/sinet-infer/tests/random_folder/mod.rs"]
mod random_folder;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::thread::sleep;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use serde_json::{Value, json};
use sinet_arrow::annotated::{ERROR, labels};
use sinet_arrow::files::{BatchWriter, Batches, FileKind};
use sinet_infer::Precision;
use tempfile::TempDir;

use process::{Run, run, sinet};
use random_folder::random_folder;

static RANDOM: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random-model-of-corpora");
    let _ = fs::remove_dir_all(&folder);
    random_folder(Precision::Int8).write_dir(&folder).unwrap();
    folder
});

/// Texts of every sort, none of which has an end of a line: more than are read at a time.
fn texts() -> Vec<String> {
    let words = ["we", "use", "a", "parser", "for", "search", "😀", "corpus", "مرحبا", "news"];
    let text = |i: usize| (0..i * 7 % 23).map(|j| words[(i * 3 + j * j) % words.len()]).collect::<Vec<_>>().join(" ");
    (0..600).map(text).chain([String::new(), "the parser uses news. ".repeat(900), "x".repeat(5000)]).collect()
}

fn predict(arguments: &[&str]) -> Command {
    let mut command = sinet(["predict", "--model"]);
    command.arg(&*RANDOM).args(arguments);
    command
}

#[track_caller]
fn good(arguments: &[&str]) -> Run {
    let run = run(&mut predict(arguments), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    Batches::open(path, FileKind::of(path).unwrap(), 100).unwrap().map(Result::unwrap).collect()
}

/// A file of columns with the texts, a null and names.
fn write_columns(path: &Path, texts: &[Option<&str>]) {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(1000..1000 + texts.len() as i64));
    let column: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let other: ArrayRef = Arc::new(StringArray::from_iter_values(texts.iter().map(|_| "kept")));
    let all = RecordBatch::try_from_iter([("id", ids), ("abstract", column), ("venue", other)]).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut writer = BatchWriter::new(file, FileKind::of(path).unwrap(), &all.schema()).unwrap();
    writer.write(&all).unwrap();
    writer.finish().unwrap();
}

/// Entities and relations as JSON writes them, scores to the last digit.
fn of_json(annotation: &Value) -> [Value; 2] {
    ["entities", "relations"].map(|field| annotation[field].clone())
}

#[test]
fn every_form_says_the_same() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let path = |name: &str| at(name).to_str().unwrap().to_owned();
    let texts = texts();
    fs::write(at("a.txt"), texts.join("\n") + "\n").unwrap();
    let objects = texts.iter().enumerate().map(|(i, text)| json!({"name": i, "body": text}).to_string());
    fs::write(at("b.jsonl"), objects.collect::<Vec<_>>().join("\n")).unwrap();
    let with_null: Vec<_> = texts.iter().map(|text| Some(text.as_str())).chain([None]).collect();
    write_columns(&at("c.parquet"), &with_null);
    write_columns(&at("d.arrow"), &with_null);

    good(&["--input", &path("a.txt"), "--output", &path("a.out.jsonl")]);
    good(&["--input", &path("b.jsonl"), "--text", "body", "--id", "name", "--output", &path("b.out.jsonl")]);
    let of_columns = ["--text", "abstract", "--id", "id", "--output"];
    good(&[&["--input", &path("c.parquet")], &of_columns[..], &[&path("c.out.parquet")]].concat());
    good(&[&["--input", &path("c.parquet")], &of_columns[..], &[&path("c.out.jsonl")]].concat());
    good(&[&["--input", &path("d.arrow")], &of_columns[..], &[&path("d.out.arrow")]].concat());

    let expected = lines(&at("a.out.jsonl"));
    assert_eq!(expected.iter().map(|line| line["text"].as_str().unwrap()).collect::<Vec<_>>(), texts);
    assert!(expected.iter().any(|line| !line["relations"].as_array().unwrap().is_empty()));
    let labelled: Vec<_> = expected.iter().map(of_json).collect();
    let named = lines(&at("b.out.jsonl"));
    assert_eq!(named.iter().map(of_json).collect::<Vec<_>>(), labelled);
    assert!(named.iter().enumerate().all(|(i, line)| line["id"] == json!(i.to_string())));
    let mut from_columns = lines(&at("c.out.jsonl"));
    assert_eq!(from_columns.pop().unwrap(), json!({"id": "1603"}), "a null has no annotation");
    assert_eq!(from_columns.iter().map(of_json).collect::<Vec<_>>(), labelled);
    // The same numbers stand in columns; JSON prints a number of 32 bits so that it is read back as it was.
    for name in ["c.out.parquet", "d.out.arrow"] {
        let batches = batches(&at(name));
        let schema = batches[0].schema();
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["id", "abstract", "venue", "entities", "relations", "error"]);
        assert_eq!(schema.metadata()["sinet.fingerprint"].len(), 16);
        let found: Vec<_> = batches.iter().flat_map(|batch| labels(batch).unwrap()).collect();
        assert_eq!(found.len(), texts.len() + 1);
        assert_eq!(found.last().unwrap(), &None);
        for (found, expected) in found.iter().flatten().zip(&expected) {
            let (entities, relations) = found;
            let numbers = |value: &Value| value.as_f64().unwrap() as f32;
            let of = |field: &str| expected[field].as_array().unwrap().clone();
            assert_eq!((entities.len(), relations.len()), (of("entities").len(), of("relations").len()));
            for (entity, expected) in entities.iter().zip(of("entities")) {
                assert_eq!(
                    json!([entity.kind, entity.range.start, entity.range.end, entity.words, entity.text]),
                    json!([expected["type"], expected["start"], expected["end"], expected["words"], expected["text"]])
                );
                assert_eq!(entity.score, numbers(&expected["score"]));
            }
            for (relation, expected) in relations.iter().zip(of("relations")) {
                assert_eq!(
                    json!([relation.kind, relation.head, relation.tail]),
                    json!([expected["type"], expected["head"], expected["tail"]])
                );
                assert_eq!(relation.score, numbers(&expected["score"]));
            }
        }
    }
    assert!(fs::read_dir(folder.path()).unwrap().all(|entry| entry.unwrap().path().extension().unwrap() != "partial"));
}

#[test]
fn a_row_that_cannot_be_read_has_its_reason_and_ends_nothing() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let rows =
        ["{\"text\": \"we use a parser\"}", "nonsense", "{\"body\": 1}", "{\"text\": 7}", "{\"text\": null}", "[1]"];
    fs::write(path("a.jsonl"), rows.join("\n")).unwrap();
    let said = good(&["--input", &path("a.jsonl")]);
    assert!(said.stderr.contains("4 of 6 texts could not be read"), "{}", said.stderr);
    let answers: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["text"], "we use a parser");
    let reasons =
        ["line 2: it is not JSON", r#"line 3: there is no "text"; there are "body""#, r#"line 4: "text" is no string"#];
    for (answer, reason) in answers[1..4].iter().zip(reasons) {
        assert!(answer["error"].as_str().unwrap().starts_with(reason), "{answer}");
    }
    assert_eq!(answers[4], json!({}));
    assert_eq!(answers[5]["error"], "line 6: it is no JSON object");
    good(&["--input", &path("a.jsonl"), "--output", &path("a.parquet")]);
    let batch = &batches(Path::new(&path("a.parquet")))[0];
    let errors = batch.column_by_name(ERROR).unwrap().as_string::<i32>();
    assert_eq!((0..6).map(|row| errors.is_valid(row)).collect::<Vec<_>>(), [false, true, true, true, false, true]);
}

#[test]
fn folders_and_patterns_keep_their_names_and_a_resumed_job_reads_no_file_twice() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let path = |name: &str| at(name).to_str().unwrap().to_owned();
    fs::create_dir_all(at("in/year=2025")).unwrap();
    for (name, text) in [("in/a.parquet", "we use a parser"), ("in/year=2025/b.parquet", "a beam search")] {
        write_columns(&at(name), &[Some(text), None]);
    }
    fs::write(at("in/_SUCCESS"), "").unwrap();
    let all = ["--input", &path("in"), "--text", "abstract", "--format", "parquet", "--output", &path("out")];
    good(&all);
    let outputs = [at("out/a.parquet"), at("out/year=2025/b.parquet")];
    assert!(outputs.iter().all(|path| batches(path)[0].num_rows() == 2));
    // What is there stays; what is missing is made.
    let times = outputs.each_ref().map(|path| fs::metadata(path).unwrap().modified().unwrap());
    fs::remove_file(&outputs[1]).unwrap();
    let said = good(&[&all[..], &["--resume"]].concat());
    assert!(said.stderr.contains("files that were there already: 1"), "{}", said.stderr);
    assert_eq!(fs::metadata(&outputs[0]).unwrap().modified().unwrap(), times[0]);
    assert_eq!(batches(&outputs[1])[0].num_rows(), 2);
    // A file by another model is not passed for this one's.
    let other = TempDir::new().unwrap();
    random_folder(Precision::F16).write_dir(other.path()).unwrap();
    let mut command = sinet(["predict", "--model"]);
    command.arg(other.path()).args(all).arg("--resume");
    run(&mut command, b"").refuses(2, &["a.parquet", "another model"]);

    let pattern = path("in/*/*.parquet");
    let found = good(&["--input", &pattern, "--text", "abstract", "--format", "json"]);
    assert_eq!(found.stdout.lines().count(), 2);
}

#[test]
fn a_job_that_is_killed_leaves_no_file_that_looks_whole_and_goes_on() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let path = |name: &str| at(name).to_str().unwrap().to_owned();
    fs::create_dir_all(at("in")).unwrap();
    let texts: Vec<String> = (0..40).map(|i| "the parser uses a corpus of news. ".repeat(20 + i)).collect();
    let texts: Vec<_> = texts.iter().map(|text| Some(text.as_str())).collect();
    for file in 0..6 {
        write_columns(&at(&format!("in/{file}.parquet")), &texts[file..]);
    }
    let job = |output: &str| {
        predict(&[
            "--input",
            &path("in"),
            "--text",
            "abstract",
            "--format",
            "arrow",
            "--output",
            &path(output),
            "--resume",
        ])
    };
    let straight = run(&mut job("straight"), b"");
    assert_eq!(straight.code, 0, "{}", straight.stderr);
    let whole = |output: &str| (0..6).filter(|file| at(&format!("{output}/{file}.arrow")).exists()).count();
    let mut places = Vec::new();
    while places.len() < 3 {
        let before = whole("killed");
        let mut child = job("killed").stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Until a file is whole, and the next one begun.
        while child.try_wait().unwrap().is_none() && whole("killed") == before {
            sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        child.wait().unwrap();
        places.push(whole("killed"));
    }
    assert_eq!(run(&mut job("killed"), b"").code, 0);
    for file in 0..6 {
        let name = format!("{file}.arrow");
        assert_eq!(batches(&at("killed").join(&name)), batches(&at("straight").join(&name)));
    }
    println!("killed with {places:?} files whole");
    assert!(places[0] < 6, "{places:?}");
}

#[test]
fn columns_that_are_not_there_are_named() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    write_columns(Path::new(&path("a.parquet")), &[Some("a")]);
    let refused = |arguments: &[&str], wanted: &[&str]| {
        run(&mut predict(&[&["--input", &path("a.parquet")], arguments].concat()), b"").refuses(2, wanted);
    };
    refused(&[], &["a.parquet", r#"no column is called "text""#, r#""abstract", "venue""#]);
    refused(&["--text", "title"], &[r#"there is no column "title""#, r#""id", "abstract", "venue""#]);
    refused(&["--text", "id"], &["holds Int64, not text"]);
    refused(&["--text", "abstract", "--id", "doi"], &[r#"there is no column "doi""#]);
    refused(&["--text", "abstract", "--output", &path("a.parquet")], &["this is an input too"]);
    fs::write(path("b.parquet"), "PAR1 no Parquet PAR1").unwrap();
    run(&mut predict(&["--input", &path("b.parquet")]), b"").refuses(2, &["b.parquet"]);
    run(&mut predict(&["--input", &path("*.csv")]), b"").refuses(2, &["*.csv", "there is no file of texts"]);
}

#[test]
fn a_text_is_shown_in_every_form() {
    let text = "we use a parser for search";
    let shown = |form: &str| good(&[text, "--format", form]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&shown("json")).unwrap()["text"], text);
    let plain = shown("text");
    assert!(plain.starts_with(&format!("{text}\n")) && plain.contains('─'), "{plain}");
    assert!(!plain.contains('\x1b'), "a pipe has no colours");
    assert!(shown("svg").starts_with("<svg "));
    assert!(shown("html").starts_with("<!doctype html>"));
    let document: Value = serde_json::from_str(&shown("pubannotation")).unwrap();
    assert_eq!(document["text"], text);
    run(&mut predict(&[text, "--format", "parquet"]), b"").refuses(2, &["one text has no columns"]);
    let named = run(&mut predict(&[text, "--format", "porquet"]), b"");
    assert!(named.code == 2 && named.stderr.contains("there is no form"), "{}", named.stderr);
    // Several texts: a picture shows one.
    let lines = run(&mut predict(&["--format", "svg"]), b"a parser\na corpus\n");
    lines.refuses(2, &["it has several texts"]);
    let lines = run(&mut predict(&["--format", "text"]), b"a parser\na corpus\n");
    assert_eq!(lines.code, 0, "{}", lines.stderr);
    assert!(lines.stdout.contains("a parser\n") && lines.stdout.contains("\na corpus\n"), "{}", lines.stdout);
}
