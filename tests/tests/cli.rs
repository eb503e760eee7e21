//! The command line as a person meets it: what `sinet` prints, what it says of bad input, and its exit codes.
//!
//! Every test runs the built binary: the one that `$SINET_BIN` names, else the one in the target folder of this test.

mod command;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;

use serde_json::{Value, json};
use sinet_infer::Precision;
use tempfile::TempDir;

use command::random_folder::random_folder;
use command::{SENTENCES, configuration, run, run_unread, sinet, train, training_folder};

/// A model with made-up weights, whose encoder reads 64 pieces at once.
static RANDOM: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random-model");
    let _ = fs::remove_dir_all(&folder);
    random_folder(Precision::Int8).write_dir(&folder).unwrap();
    folder
});

/// The model with made-up weights, and each that ships.
fn models() -> Vec<PathBuf> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let folders = fs::read_dir(shipped).into_iter().flatten().map(|entry| entry.unwrap().path());
    [RANDOM.clone()].into_iter().chain(folders.filter(|folder| folder.join("manifest.json").is_file())).collect()
}

#[test]
fn predict_prints_what_it_found() {
    for model in models() {
        let text = "Wir nutzen 🦀 naïve Bayes and beam search for parsing.";
        let printed = predict(&model, text);
        assert_eq!(printed["text"], text);
        assert_eq!(printed["offset_unit"], "code_points");
        let points: Vec<char> = text.chars().collect();
        let words: Vec<String> = list(&printed, "words").map(|word| points[range(word)].iter().collect()).collect();
        assert_eq!(words[..6], ["Wir", "nutzen", "🦀", "naïve", "Bayes", "and"]);
        for entity in list(&printed, "entities") {
            assert_eq!(points[range(entity)].iter().collect::<String>(), entity["text"]);
        }
        let entities = list(&printed, "entities").count() as u64;
        for relation in list(&printed, "relations") {
            assert!(relation["head"].as_u64() < Some(entities) && relation["tail"].as_u64() < Some(entities));
        }
    }
}

#[test]
fn predict_answers_each_line_with_a_line() {
    let lines = ["We use a corpus.", "", "  Beam search\tin a parser. "];
    let run = run(sinet(["predict", "--model"]).arg(&*RANDOM), lines.join("\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let texts: Vec<String> = run.stdout.lines().map(|line| text_of(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(texts, lines);
}

#[test]
fn a_file_is_answered_in_its_order_whatever_its_lengths() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("texts.txt");
    // Short lines overtake long ones on their way.
    let lines: Vec<String> = (0..200).map(|i| "The parser uses a corpus. ".repeat(1 + i * 7 % 20)).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    let run = run(sinet(["predict", "--model"]).arg(&*RANDOM).arg("--input").arg(&file), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let texts: Vec<String> = run.stdout.lines().map(|line| text_of(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(texts, lines);
}

/// `head -c 300`: the reader takes some bytes and goes.
#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("texts.txt");
    let text = "The parser uses a beam search, and a corpus of news text improves it. ".repeat(200);
    fs::write(&file, vec![text.as_str(); 40].join("\n")).unwrap();
    for arguments in [["--input", file.to_str().unwrap()].as_slice(), &[&text]] {
        let mut command = sinet(["predict", "--model"]);
        command.arg(&*RANDOM).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut some = [0; 300];
        let mut reader = child.stdout.take().unwrap();
        reader.read_exact(&mut some).unwrap();
        drop(reader);
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
    }
}

#[test]
fn every_verb_ends_quietly_where_nobody_reads() {
    let folder = training_folder(1);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (model, dev, config, output) = (RANDOM.to_str().unwrap(), path("dev.json"), path("run.toml"), path("output"));
    let trained = train(folder.path(), folder.path().join("output/seed-0").as_path(), &[]);
    assert_eq!(trained.code, 0, "{}", trained.stderr);
    let (run, conll) = (path("output/seed-0"), path("dev.conll"));
    let cases: [&[&str]; 16] = [
        &["predict", "--model", model, "A parser."],
        &["predict", "--model", model, "--input", &dev],
        &["evaluate", "--model", model, "--data", &dev],
        &["evaluate", "--json", "--model", model, "--data", &dev],
        &["evaluate", "--data", &dev, "--compare", model, model],
        &["find-threshold", "--model", model, "--data", &dev],
        &["benchmark", "flops", "--model", model, "--data", &dev],
        &["benchmark", "speed", "--runs", "1", "--model", model, "--data", &dev],
        &["convert", &dev, "--to", "conll", "--output", &conll],
        &["convert", &dev, "--to", "conll", "--output", "/dev/stdout"],
        &["debug", "data", &dev],
        &["init", "config"],
        &["doctor"],
        &["report", &run],
        &["train", "--device", "flex", "--runs", "1", "--config", &config, "--output", &output],
        &["--help"],
    ];
    for arguments in cases {
        let ended = run_unread(sinet([]).args(arguments));
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("sinet: "), "{arguments:?}: {}", ended.stderr);
    }
}

/// A long training outlives the reader of its progress.
#[test]
fn a_training_goes_on_where_nobody_reads_its_progress() {
    let folder = training_folder(1);
    let output = folder.path().join("output");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command::train_command(folder.path(), &output, &["--device", "flex"]);
    assert_eq!(command.stderr(writer).status().unwrap().code(), Some(0));
    assert!(output.join("model-best/manifest.json").exists());
}

#[test]
fn an_input_that_is_not_there_is_named() {
    run(sinet(["predict", "--model"]).arg(&*RANDOM).args(["--input", "nowhere.txt"]), b"").refuses(1, &["nowhere.txt"]);
}

#[test]
fn benchmark_speed_prints_every_time() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("dev.json");
    let example = json!({"tokens": ["We", "use", "a", "parser"], "entities": [], "relations": [], "orig_id": 1});
    fs::write(&file, json!([example, example, example]).to_string()).unwrap();
    let benchmark = |more: &[&str]| {
        let mut command = sinet(["benchmark", "speed", "--model"]);
        run(command.arg(&*RANDOM).arg("--data").arg(&file).args(["--runs", "3", "--limit", "2"]).args(more), b"")
    };
    let printed: Value = serde_json::from_str(&benchmark(&["--json"]).stdout).unwrap();
    assert_eq!((list(&printed, "milliseconds").count(), &printed["sentences"]), (3, &json!(2)));
    assert!(benchmark(&[]).stdout.contains("2 sentences in"));
}

#[test]
fn a_text_without_words_has_an_empty_annotation() {
    for text in ["", " \t\u{a0} "] {
        let printed = predict(&RANDOM, text);
        assert_eq!(text_of(&printed), text);
        for field in ["words", "windows", "entities", "relations"] {
            assert_eq!(printed[field], json!([]), "{field} of {text:?}");
        }
    }
}

#[test]
fn a_long_text_is_read_to_its_end() {
    let text = "The parser uses a beam search, and a corpus of news text improves it. ".repeat(1500);
    assert!(text.len() > 100_000);
    let run = run(sinet(["predict", "--model"]).arg(&*RANDOM), text.as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let printed = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(text_of(&printed), text);
    assert!(windows_cover_all_words(&printed) >= 1500);
}

#[test]
fn a_sentence_longer_than_the_encoder_is_read_in_windows() {
    for model in models() {
        let text = "the parser ".repeat(600);
        let printed = predict(&model, &text);
        assert_eq!(list(&printed, "words").count(), 1200);
        assert!(windows_cover_all_words(&printed) > 1);
        assert!(list(&printed, "windows").all(|window| window["pieces"].as_u64() <= Some(512)));
    }
}

#[test]
fn input_that_is_no_utf8_is_refused_by_its_line() {
    let run = run(sinet(["predict", "--model"]).arg(&*RANDOM), b"A parser.\n\xff\xfe\n");
    assert_eq!(run.stdout.lines().count(), 1, "the line before it is answered");
    run.refuses(2, &["line 2", "UTF-8"]);
}

#[test]
fn bad_data_is_refused_by_its_place() {
    let good = json!({
        "tokens": ["We", "use", "a", "parser"],
        "entities": [{"type": "Method", "start": 3, "end": 4}],
        "relations": [], "orig_id": 1
    });
    let with = |field: &str, value: Value| {
        let mut sentence = good.clone();
        sentence[field] = value;
        json!([good, sentence]).to_string()
    };
    let entity = |kind: &str, start: i32, end: i32| json!([{"type": kind, "start": start, "end": end}]);
    let relation = |kind: &str, tail: i32| json!([{"type": kind, "head": 0, "tail": tail}]);
    let cases = [
        (with("entities", entity("Method", 3, 5)), &["sentence 2", "entities[0].end", "5"][..]),
        (with("entities", entity("Method", 3, 3)), &["sentence 2", "entities[0]", "empty"]),
        (with("entities", entity("Method", -1, 3)), &["line 1", "-1"]),
        (
            with("entities", entity("Metod", 3, 4)),
            &["sentence 2", "entities[0].type", "Metod", "Method, Task, Material"],
        ),
        (with("relations", relation("Used-for", 7)), &["sentence 2", "relations[0].tail", "7"]),
        (with("relations", relation("Used", 0)), &["sentence 2", "relations[0].type", "Used-for"]),
        (with("tokens", json!([])), &["sentence 2", "token"]),
        (with("tokens", json!("We use")), &["line 1", "tokens", "a list is expected"]),
        ("[{\"tokens\": [\"a\"],\n \"entities\": [".to_owned(), &["line 2"]),
        (json!({"sentences": []}).to_string(), &["line 1"]),
    ];
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data.json");
    for (text, places) in cases {
        fs::write(&data, &text).unwrap();
        let run = run(sinet(["evaluate", "--model"]).arg(&*RANDOM).arg("--data").arg(&data), b"");
        run.refuses(2, &[&["data.json"], places].concat());
    }
    fs::write(&data, b"[\xff]").unwrap();
    run(sinet(["evaluate", "--model"]).arg(&*RANDOM).arg("--data").arg(&data), b"")
        .refuses(2, &["data.json", "line 1"]);
}

#[test]
fn convert_keeps_labels_and_says_what_is_lost() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let convert = |input: &str, more: &[&str], output: &str| {
        let mut command = sinet(["convert"]);
        run(command.arg(path(input)).args(more).arg("--output").arg(path(output)), b"")
    };
    fs::write(path("a.txt"), "Ada 🦀 lives in London.").unwrap();
    fs::write(path("a.ann"), "T1\tPeop 0 3\tAda\nT2\tLoc 15 21\tLondon\nR1\tLive_In Arg1:T1 Arg2:T2\n").unwrap();
    let done = convert("", &["--to", "spert"], "train.json");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("1 document, 2 entities, 1 relation."), "{}", done.stdout);
    assert!(done.stdout.contains("reduced to words joined by single spaces"), "{}", done.stdout);
    let types: Value = serde_json::from_str(&fs::read_to_string(path("types.json")).unwrap()).unwrap();
    assert_eq!(types["relations"]["Live_In"]["symmetric"], json!(false));

    let done = convert("train.json", &["--to", "conll", "--json"], "train.conll");
    let printed: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(printed["losses"], json!({"ids": 1, "relations": 1}));
    assert!(
        done.stdout.contains("was read as SpERT JSON: its objects have `tokens` and `entities`"),
        "{}",
        done.stdout
    );

    fs::write(path("bad.jsonl"), r#"{"text":"Ada","label":[[0,9,"Peop"]]}"#).unwrap();
    convert("bad.jsonl", &["--to", "spert"], "bad.json").refuses(2, &["bad.jsonl", "line 1", "document 1", "label[0]"]);
    assert!(!path("bad.json").exists() && !path("bad.json.partial").exists(), "half a file is no file");
    fs::write(path("words.txt"), "Just some words.").unwrap();
    convert("words.txt", &["--to", "spert"], "words.json").refuses(2, &["words.txt", "text without labels"]);
}

#[test]
fn convert_lists_every_bad_document_or_leaves_them_out() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let good = r#"{"text":"Ada","label":[[0,3,"Peop"]]}"#;
    let bad = r#"{"text":"Ada","label":[[0,9,"Peop"]]}"#;
    fs::write(path("one.jsonl"), [good, bad, good, bad].join("\n")).unwrap();
    fs::write(path("two.jsonl"), vec![bad; 30].join("\n")).unwrap();
    let convert = |more: &[&str]| {
        let mut command = sinet(["convert"]);
        command
            .arg(path("one.jsonl"))
            .arg(path("two.jsonl"))
            .args(["--to", "sinet", "--output"])
            .arg(path("all.jsonl"));
        run(command.args(more), b"")
    };
    let refused = convert(&[]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    let lines: Vec<&str> = refused.stderr.trim_end().lines().collect();
    assert_eq!(lines.len(), 22, "{}", refused.stderr);
    for wanted in
        ["32 documents", "--skip-bad", "one.jsonl, line 2", "one.jsonl, line 4", "two.jsonl, line 18", "and 12 more"]
    {
        assert!(refused.stderr.contains(wanted), "{wanted:?} is not in {}", refused.stderr);
    }
    assert!(!path("all.jsonl").exists(), "nothing is written");
    let done = convert(&["--skip-bad"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    for wanted in [
        "2 documents, 2 entities",
        "32 documents that cannot be read: left out",
        "one.jsonl, line 2",
        "two.jsonl, line 30",
    ] {
        assert!(done.stdout.contains(wanted), "{wanted:?} is not in {}", done.stdout);
    }
    assert_eq!(fs::read_to_string(path("all.jsonl")).unwrap().trim().lines().count(), 2);
}

#[test]
fn convert_reads_the_field_and_joins_the_sentences_that_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let record = json!({
        "title": "No. One.", "body": "Ada sang. Bo left.",
        "entities": [{"id": 1, "label": "Peop", "start_offset": 0, "end_offset": 3}, {"id": 2, "label": "Peop", "start_offset": 10, "end_offset": 12}],
        "relations": [{"from_id": 1, "to_id": 2, "type": "Knows"}],
    });
    fs::write(path("a.jsonl"), record.to_string()).unwrap();
    let convert = |more: &[&str]| {
        let mut command = sinet(["convert"]);
        let output = path("a.json");
        let done = run(
            command
                .arg(path("a.jsonl"))
                .args(["--from", "doccano", "--to", "spert", "--text", "body", "--output"])
                .arg(&output)
                .args(more),
            b"",
        );
        assert_eq!(done.code, 0, "{}", done.stderr);
        serde_json::from_str::<Value>(&fs::read_to_string(output).unwrap()).unwrap()
    };
    let apart = convert(&[]);
    assert_eq!(apart[0]["tokens"], json!(["Ada", "sang", "."]));
    assert_eq!(apart.as_array().unwrap().len(), 2);
    let joined = convert(&["--join-sentences"]);
    assert_eq!(joined.as_array().unwrap().len(), 1);
    assert_eq!(joined[0]["relations"], json!([{"type": "Knows", "head": 0, "tail": 1}]));
}

#[test]
fn convert_and_debug_data_read_folders_of_any_format() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("data/deep")).unwrap();
    fs::write(path("data/a.jsonl"), r#"{"text":"Ada","label":[[0,3,"Peop"]]}"#).unwrap();
    fs::write(path("data/deep/b.conll"), "Bo B-Peop\nsang O\n").unwrap();
    fs::write(path("data/picture.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let mut command = sinet(["convert"]);
    let done = run(command.arg(path("data")).args(["--to", "sinet", "--output"]).arg(path("all.jsonl")), b"");
    assert_eq!(done.code, 0, "{}", done.stderr);
    for wanted in ["2 documents, 2 entities", "picture.png"] {
        assert!(done.stdout.contains(wanted), "{wanted:?} is not in {}", done.stdout);
    }
    let told = run(sinet(["debug", "data"]).arg(path("data")), b"").stdout;
    assert!(told.contains("2 documents") && told.contains("picture.png"), "{told}");
}

#[test]
fn debug_data_names_doubtful_labels() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("doubts.jsonl");
    let line = |text: &str, labels: Value| json!({"text": text, "label": labels}).to_string();
    let lines = [
        line("Ada sang.", json!([[0, 3, "Peop"]])),
        line("Ada sang.", json!([[0, 3, "Singer"]])),
        line("Bo left.", json!([[0, 3, "Peop "]])),
        line("Ada sang.", json!([[0, 3, "Peop"]])),
    ];
    fs::write(&path, lines.join("\n")).unwrap();
    let debug = || run(sinet(["debug", "data"]).arg(&path), b"");
    let told = debug();
    assert_eq!(told.code, 0, "{}", told.stderr);
    for wanted in [
        "entities that begin or end in white space: 1",
        "sentences that are there more than once: 2",
        "sentences with other labels than before: 1",
        "document 2: Ada sang .",
        "differ only by case or white space",
    ] {
        assert!(told.stdout.contains(wanted), "{wanted:?} is not in {}", told.stdout);
    }
    fs::write(&path, line("Ada sang.", json!([]))).unwrap();
    assert!(debug().stdout.contains("no document has an entity"));

    // Words of its own, which a label cuts.
    let sinet_json = json!({
        "text": "Ada sang", "words": [{"start": 0, "end": 3}, {"start": 4, "end": 8}], "offset_unit": "code_points",
        "entities": [{"type": "Peop", "start": 0, "end": 2}, {"type": "", "start": 4, "end": 8}],
    });
    fs::write(&path, sinet_json.to_string()).unwrap();
    let told = debug();
    assert!(
        told.stdout.contains("entities that begin or end inside a word, widened to whole words: 1"),
        "{}",
        told.stdout
    );
    told.refuses(2, &["doubts.jsonl", "document 1", "entities[1].type", "empty"]);
}

/// Nothing in so short a file shows that these are words and tags.
#[test]
fn columns_that_a_person_names_are_taken() {
    let folder = TempDir::new().unwrap();
    let [file, output] = ["words.txt", "words.json"].map(|name| folder.path().join(name));
    fs::write(&file, "PER Ada\nPER Lovelace\nO met\nLOC Paris\n").unwrap();
    let mut convert = sinet(["convert", "--columns", "word=2,tag=1", "--to", "spert", "--output"]);
    let told = run(convert.arg(&output).arg(&file), b"");
    assert_eq!(told.code, 0, "{}", told.stderr);
    let written: Value = serde_json::from_str(&fs::read_to_string(&output).unwrap()).unwrap();
    let entities = json!([{"type": "PER", "start": 0, "end": 2}, {"type": "LOC", "start": 3, "end": 4}]);
    assert_eq!(written[0]["entities"], entities);
}

#[test]
fn a_misspelt_field_of_training_data_is_refused() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("dev.json");
    let evaluate = |sentence: Value| {
        fs::write(&data, json!([sentence]).to_string()).unwrap();
        run(sinet(["evaluate", "--model"]).arg(&*RANDOM).arg("--data").arg(&data), b"")
    };
    let kept = json!({"tokens": ["a"], "entities": [], "relations": [], "colour": "red"});
    let told = evaluate(kept);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stderr.contains("`colour`"), "{}", told.stderr);
    let wrong = json!({"tokens": ["a"], "entities": [], "relatoins": [{"type": "R", "head": 0, "tail": 0}]});
    evaluate(wrong).refuses(2, &["dev.json", "`relatoins`", "`relations`"]);
}

#[test]
fn debug_data_says_what_no_model_can_find() {
    let folder = TempDir::new().unwrap();
    let sentence = |tokens: Value, entities: Value, relations: Value| json!({"tokens": tokens, "entities": entities, "relations": relations});
    let entity = |kind: &str, start: i32, end: i32| json!({"type": kind, "start": start, "end": end});
    let shared = sentence(json!(["a", "b"]), json!([entity("K", 0, 1)]), json!([]));
    let wide = sentence(
        json!(["a", "b", "c"]),
        json!([entity("K", 0, 3), entity("K", 1, 2), entity("L", 1, 2)]),
        json!([{"type": "R", "head": 0, "tail": 1}, {"type": "S", "head": 0, "tail": 1}, {"type": "R", "head": 1, "tail": 1}]),
    );
    fs::write(folder.path().join("train.json"), json!([shared, wide]).to_string()).unwrap();
    fs::write(folder.path().join("dev.json"), json!([shared]).to_string()).unwrap();
    let debug = |more: &[&str]| run(sinet(["debug", "data"]).arg(folder.path()).args(more), b"");
    let told = debug(&["--max-span-words", "2"]).stdout;
    for wanted in [
        "train: 2 documents, 2 sentences, 5 words, at most 3 a sentence",
        "entities: 4, of them K 3, L 1",
        "entities of more than 2 words: 1, so recall cannot pass 75.00 %; relations that go with them: 2",
        "pairs with several types of relations: 1",
        "relations of an entity with itself, which no model finds: 1",
        "Sentences of train that stand in dev too, where scores will be too high: 1",
        "The type \"L\" is only in train.",
    ] {
        assert!(told.contains(wanted), "{wanted:?} is not in {told}");
    }
    let printed: Value = serde_json::from_str(&debug(&["--json"]).stdout).unwrap();
    assert_eq!(printed["leaks"], json!([["train", "dev", 1]]));
    assert_eq!(printed["splits"][0]["overlapping"], json!(2));

    let long = sentence(json!(vec!["parser"; 70]), json!([entity("K", 69, 70)]), json!([]));
    fs::write(folder.path().join("train.json"), json!([shared, long]).to_string()).unwrap();
    let told = debug(&["--encoder", RANDOM.to_str().unwrap()]).stdout;
    assert!(told.contains("longer sentences: 1, with words: 70, entities: 1, relations: 0"), "{told}");
}

#[test]
fn debug_data_goes_on_after_an_error() {
    let folder = TempDir::new().unwrap();
    let good = r#"{"tokens": ["a"], "entities": [{"type": "K", "start": 0, "end": 1}]}"#;
    let wrong = r#"{"tokens": ["a"], "entities": [{"type": "K", "start": 0, "end": 2}]}"#;
    let lines = [good, wrong, good, r#"{"tokens": 7}"#, good];
    let path = folder.path().join("dev.json");
    fs::write(&path, format!("[{}]", lines.join(",\n"))).unwrap();
    let debug = |more: &[&str]| run(sinet(["debug", "data"]).arg(&path).args(more), b"");
    let told = debug(&[]);
    for wanted in ["dev: 3 documents", "errors: 2", "line 2, document 2, entities[0].end", "line 4, document 4"] {
        assert!(told.stdout.contains(wanted), "{wanted:?} is not in {}", told.stdout);
    }
    told.refuses(2, &["dev.json", "line 2", "document 2", "entities[0].end"]);

    fs::write(&path, format!("[{}]", vec![wrong; 100].join(",\n"))).unwrap();
    assert!(debug(&[]).stdout.contains("and 80 more"));
    let printed: Value = serde_json::from_str(&debug(&["--json"]).stdout).unwrap();
    assert_eq!(printed["splits"][0]["error_count"], 100);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let evaluate = |model: &str, data: &str| run(&mut sinet(["evaluate", "--model", model, "--data", data]), b"");
    evaluate(RANDOM.to_str().unwrap(), "no/such.json").refuses(1, &["no/such.json"]);
    evaluate("no/such/model", "no/such.json").refuses(1, &["no/such/model"]);
    run(&mut sinet(["train", "--config", "no/such.toml"]), b"").refuses(1, &["no/such.toml"]);
}

#[test]
fn a_damaged_model_is_refused_by_its_file() {
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage, &[&str]); 5] = [
        ("model.safetensors", |bytes| bytes.truncate(bytes.len() / 2), &["bytes", "download"]),
        ("model.safetensors", |bytes| *bytes.last_mut().unwrap() ^= 1, &["SHA-256", "download"]),
        ("config.json", |bytes| bytes.push(b' '), &["bytes"]),
        ("tokenizer.json", |bytes| bytes[20] ^= 1, &["SHA-256"]),
        ("manifest.json", |bytes| bytes.truncate(10), &["download"]),
    ];
    for (file, damage, says) in cases {
        let folder = TempDir::new().unwrap();
        random_folder(Precision::Int8).write_dir(folder.path()).unwrap();
        let path = folder.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, bytes).unwrap();
        run(sinet(["predict", "--model"]).arg(folder.path()).arg("A parser."), b"")
            .refuses(2, &[&[file], says].concat());
    }
    let folder = TempDir::new().unwrap();
    random_folder(Precision::Int8).write_dir(folder.path()).unwrap();
    fs::remove_file(folder.path().join("tokenizer.json")).unwrap();
    run(sinet(["predict", "--model"]).arg(folder.path()).arg("A parser."), b"")
        .refuses(1, &["tokenizer.json", "cannot read"]);
}

#[test]
fn wrong_usage_has_exit_code_2() {
    for arguments in
        [&["predict"][..], &["tarin"], &["evaluate", "--model", "m"], &["train", "--config", "c", "--lr", "1"]]
    {
        assert_eq!(run(sinet([]).args(arguments), b"").code, 2, "{arguments:?}");
    }
}

#[test]
fn a_wrong_configuration_is_refused_by_its_key() {
    let folder = TempDir::new().unwrap();
    let cases = [
        (
            configuration(folder.path(), 1) + "batchsize = 1\n",
            "line 11: unknown field `batchsize`; did you mean `batch_size`?",
        ),
        (configuration(folder.path(), 0), "train.epochs must be at least 1"),
        (configuration(folder.path(), 1).replace("[train]", "[train"), "line 4"),
    ];
    for (text, says) in cases {
        let config = folder.path().join("run.toml");
        fs::write(&config, text).unwrap();
        let run = run(sinet(["train", "--config"]).arg(&config), b"");
        run.refuses(2, &["run.toml", says]);
    }
    fs::write(folder.path().join("run.toml"), configuration(folder.path(), 1)).unwrap();
    let output = folder.path().join("output");
    train(folder.path(), &output, &["--train.batchsize=1"])
        .refuses(2, &["--train.batchsize", "did you mean `batch_size`?"]);
    assert!(!output.exists());
}

#[test]
fn a_new_configuration_trains_with_what_the_command_line_sets() {
    let folder = training_folder(1);
    let [config, output] = ["new.toml", "output"].map(|name| folder.path().join(name));
    let init = || {
        let mut init = sinet(["init", "config", "--name", "fresh", "--encoder"]);
        init.arg(folder.path().join("encoder")).arg("--data").arg(folder.path());
        init
    };
    assert_eq!(run(init().arg("--output").arg(&config), b"").code, 0);
    assert_eq!(run(&mut init(), b"").stdout, fs::read_to_string(&config).unwrap());
    run(init().arg("--output").arg(&config), b"").refuses(1, &["new.toml"]);

    let mut train =
        sinet(["train", "--train.epochs", "1", "--train.batch_size=2", "--model.ctam.heads", "2", "--config"]);
    let trained = run(train.arg(&config).arg("--output").arg(&output), b"");
    assert_eq!(trained.code, 0, "{}", trained.stderr);
    let model: Value = serde_json::from_slice(&fs::read(output.join("model-last/config.json")).unwrap()).unwrap();
    assert_eq!((&model["name"], &model["architecture"]["heads"]["ctam"]["heads"]), (&json!("fresh"), &json!(2)));
}

#[test]
fn several_seeds_are_trained_and_averaged_once() {
    let folder = training_folder(2);
    let output = folder.path().join("output");
    let runs = |more: &[&str]| {
        let done = train(folder.path(), &output, &[&["--runs", "2", "--seed", "5"], more].concat());
        assert_eq!(done.code, 0, "{}", done.stderr);
        done.stdout
    };
    let printed: Value = serde_json::from_str(&runs(&["--json"])).unwrap();
    let metrics = [5, 6].map(|seed| output.join(format!("seed-{seed}/metrics.jsonl")));
    let read = || metrics.each_ref().map(|path| fs::read_to_string(path).unwrap());
    let before = read();
    for (i, lines) in before.iter().enumerate() {
        let epochs = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["dev"].take());
        let strict = |dev: Value| dev["relations_strict"]["micro"]["f1"].as_f64();
        let best = epochs.filter_map(strict).max_by(f64::total_cmp);
        assert_eq!(printed["runs"][i]["seed"], 5 + i);
        assert_eq!(printed["runs"][i]["f1"]["relations_strict"].as_f64(), best);
    }
    let f1 = |run: usize| printed["runs"][run]["f1"]["entities"].as_f64().unwrap();
    assert!((printed["mean"]["entities"].as_f64().unwrap() - (f1(0) + f1(1)) / 2.0).abs() < 1e-9);
    assert!((printed["deviation"]["entities"].as_f64().unwrap() - (f1(0) - f1(1)).abs() / 2f64.sqrt()).abs() < 1e-9);

    // The times in the metrics would differ if anything was trained again.
    let table = runs(&[]);
    assert!(table.contains("| mean |") && table.contains(&format!("| 5 | {:.2} |", f1(0))), "{table}");
    assert_eq!(read(), before);
}

#[test]
fn training_data_is_checked_before_anything_is_written() {
    let folder = training_folder(1);
    let output = folder.path().join("output");
    fs::write(folder.path().join("dev.json"), r#"[{"tokens": ["a"], "entities": [], "relations": [{}]}]"#).unwrap();
    train(folder.path(), &output, &[]).refuses(2, &["dev.json", "line 1"]);
    assert!(!output.exists());
}

#[test]
fn a_trained_model_predicts_and_is_scored() {
    let folder = training_folder(2);
    let output = folder.path().join("output");
    let trained = train(folder.path(), &output, &[]);
    assert_eq!(trained.code, 0, "{}", trained.stderr);
    for model in ["model-best", "model-last"] {
        let model = output.join(model);
        assert!(fs::read_to_string(model.join("README.md")).unwrap().contains("Scores"));
        let printed = predict(&model, "We use a parser for the search.");
        assert_eq!(printed["model"], "tiny");

        let data = folder.path().join("dev.json");
        let scored = run(sinet(["evaluate", "--json", "--model"]).arg(&model).arg("--data").arg(&data), b"");
        assert_eq!(scored.code, 0, "{}", scored.stderr);
        let scores: Value = serde_json::from_str(&scored.stdout).unwrap();
        assert_eq!(scores["sentences"], SENTENCES.len());
        for task in ["ner", "relations", "relations_strict"] {
            for average in ["micro", "macro"] {
                for figure in ["precision", "recall", "f1"] {
                    let value = scores[task][average][figure].as_f64().unwrap();
                    assert!((0.0..=100.0).contains(&value), "{task} {average} {figure}: {value}");
                }
            }
            assert!(scores[task]["per_type"].as_object().is_some_and(|types| types.len() == 3), "{task}");
        }
    }
}

#[track_caller]
fn predict(model: &Path, text: &str) -> Value {
    let run = run(sinet(["predict", "--model"]).arg(model).arg(text), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn list<'a>(annotation: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    annotation[field].as_array().expect("a list").iter()
}

fn text_of(annotation: &Value) -> String {
    annotation["text"].as_str().expect("a text").to_owned()
}

fn range(value: &Value) -> std::ops::Range<usize> {
    let [start, end] = ["start", "end"].map(|end| value[end].as_u64().expect("an offset") as usize);
    start..end
}

/// Checks that each word is in exactly one window, and returns how many windows there are.
#[track_caller]
fn windows_cover_all_words(annotation: &Value) -> usize {
    let mut next = 0;
    for window in list(annotation, "windows") {
        let words = range(&window["words"]);
        assert_eq!(words.start, next);
        next = words.end;
    }
    assert_eq!(next, list(annotation, "words").count());
    list(annotation, "windows").count()
}
