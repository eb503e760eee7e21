//! A trained model on the command line: scored, compared, given another threshold, exported, described.

mod command;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use burn::tensor::{Device, read_sync};
use serde_json::{Value, json};
use sinet_infer::weights::{self, Precision, WEIGHTS};
use sinet_infer::{Model, ModelFiles};
use tempfile::TempDir;

use command::{Run, SENTENCES, development, labelled, run, sinet, train, training_folder};

/// A folder with data and the run `output` on it.
static TRAINED: LazyLock<TempDir> = LazyLock::new(|| {
    // Long enough that it finds relations: all that is compared below would otherwise be zeros.
    let folder = training_folder(60);
    let trained = train(folder.path(), &folder.path().join("output"), &["--train.average_epochs=1"]);
    assert_eq!(trained.code, 0, "{}", trained.stderr);
    folder
});

fn data() -> PathBuf {
    TRAINED.path().join("dev.json")
}

/// A copy of the run's best model.
fn model() -> TempDir {
    let copy = TempDir::new().unwrap();
    for file in fs::read_dir(TRAINED.path().join("output/model-best")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

/// Runs `sinet VERB`, which must succeed.
#[track_caller]
fn good(verb: &str, options: &[(&str, &Path)], more: &[&str]) -> Run {
    let mut command = sinet([verb]);
    for (name, path) in options {
        command.arg(name).arg(path);
    }
    let run = run(command.args(more), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

fn card(folder: &Path) -> String {
    fs::read_to_string(folder.join("README.md")).unwrap()
}

#[test]
fn every_score_names_its_rule_for_symmetric_relations() {
    let (model, data) = (model(), data());
    let options = [("--model", model.path()), ("--data", &data)];
    assert_eq!(parsed(&good("evaluate", &options, &["--json"]))["symmetric_rule"], "text-order");
    for rule in ["text-order", "directed", "doubled"] {
        let more = ["--symmetric", rule];
        assert!(good("evaluate", &options, &more).stdout.contains(&format!("symmetric relations: {rule} (")));
        assert!(good("find-threshold", &options, &more).stdout.contains(&format!("Symmetric relations: {rule} (")));
        let both = [
            "--symmetric",
            rule,
            "--json",
            "--compare",
            model.path().to_str().unwrap(),
            model.path().to_str().unwrap(),
        ];
        assert_eq!(parsed(&good("evaluate", &options[1..], &both))["symmetric_rule"], rule);
    }
    let mut unknown = sinet(["evaluate", "--symmetric", "both", "--model"]);
    let unknown = run(unknown.arg(model.path()).arg("--data").arg(&data), b"");
    assert!(unknown.code == 2 && unknown.stderr.contains("text-order, directed and doubled"), "{}", unknown.stderr);
}

#[test]
fn the_best_threshold_is_found_and_written() {
    let (model, data) = (model(), data());
    let options = [("--model", model.path()), ("--data", &data)];
    let sweep = parsed(&good("find-threshold", &options, &["--json"]));
    let rows = sweep["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 19);
    let strict = |row: &Value| row["relations_strict"]["f1"].as_f64().unwrap();
    let best = rows.iter().find(|row| row["threshold"] == sweep["best"]).unwrap();
    assert!(rows.iter().all(|row| strict(row) <= strict(best)));
    assert!(strict(best) > 0.0, "{sweep}");
    // Without --data the sentences are those of the dev.json of the training.
    let of_training = good("find-threshold", &options[..1], &["--json"]);
    assert_eq!(parsed(&of_training), sweep);
    // Fewer relations are reported the higher the threshold, so recall never rises with it.
    let recalls: Vec<_> = rows.iter().map(|row| row["relations"]["recall"].as_f64().unwrap()).collect();
    assert!(recalls.is_sorted_by(|a, b| a >= b), "{recalls:?}");

    let weights = fs::read(model.path().join(WEIGHTS)).unwrap();
    good("find-threshold", &options, &["--write"]);
    let config: Value = serde_json::from_slice(&fs::read(model.path().join("config.json")).unwrap()).unwrap();
    assert_eq!(config["relation_threshold"], sweep["best"]);
    assert_eq!(fs::read(model.path().join(WEIGHTS)).unwrap(), weights);
    // The folder is sealed again: it can be read, and scores as the table and its card say.
    let scored = parsed(&good("evaluate", &options, &["--json"]));
    let f1 = scored["relations_strict"]["micro"]["f1"].as_f64().unwrap();
    assert_eq!(f1, strict(best));
    assert!(card(model.path()).contains(&format!("| {f1:.2} |")));
}

/// What `predict` prints of each text without its scores, and the scores.
fn read(folder: &Path) -> (Vec<Value>, Vec<f64>) {
    let texts: Vec<_> = development().map(|(text, ..)| text).to_vec();
    let run = run(sinet(["predict", "--model"]).arg(folder), texts.join("\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut scores = Vec::new();
    let mut without_scores = |line: &str| {
        let mut annotation: Value = serde_json::from_str(line).unwrap();
        for list in ["entities", "relations"] {
            for label in annotation[list].as_array_mut().unwrap() {
                scores.push(label["score"].take().as_f64().unwrap());
            }
        }
        annotation
    };
    let annotations = run.stdout.lines().map(&mut without_scores).collect();
    (annotations, scores)
}

#[test]
fn calibration_changes_scores_and_no_label() {
    let (model, data) = (model(), data());
    let options = [("--model", model.path()), ("--data", &data)];
    let weights = fs::read(model.path().join(WEIGHTS)).unwrap();
    let fitted = parsed(&good("calibrate", &options, &["--json"]));
    assert_eq!(fitted["fitted_on"].as_u64().unwrap() + fitted["held_out"].as_u64().unwrap(), 6);
    let table = good("calibrate", &options, &[]).stdout;
    assert!(table.contains("Expected calibration error") && table.contains("entities that are reported"), "{table}");
    let scored = || parsed(&good("evaluate", &options, &["--json"]));
    let (labels, scores) = read(model.path());
    let before = scored();

    good("calibrate", &options, &["--write"]);
    let config: Value = serde_json::from_slice(&fs::read(model.path().join("config.json")).unwrap()).unwrap();
    assert_eq!(config["scaling"], fitted["scaling"]);
    assert_eq!(fs::read(model.path().join(WEIGHTS)).unwrap(), weights);
    let (labels_after, scores_after) = read(model.path());
    assert!(!scores.is_empty() && labels_after == labels);
    assert!(scores.iter().zip(&scores_after).any(|(before, after)| (before - after).abs() > 1e-6), "{scores:?}");
    let mut after = scored();
    for task in ["entities", "relations"] {
        let ece = after["calibration"][task]["ece"].as_f64().unwrap();
        assert!((0.0..=100.0).contains(&ece));
        assert_eq!(after["calibration"][task]["labels"], before["calibration"][task]["labels"]);
    }
    after["calibration"] = before["calibration"].clone();
    assert_eq!(after, before, "no score of labels changes");
    assert!(card(model.path()).contains("Scores are calibrated"));
    // What was recorded is what is computed.
    let folder = ModelFiles::read_dir(model.path()).unwrap();
    read_sync(Model::load(folder, &Device::flex()).unwrap().self_test()).unwrap();

    // The scaling is of the network's logits, whatever the model had before.
    let again = parsed(&good("calibrate", &options, &["--json"]));
    for number in ["/entity", "/relation/below", "/relation/above", "/relation/offset"] {
        let [first, second] = [&fitted, &again].map(|fit| fit["scaling"].pointer(number).unwrap().as_f64().unwrap());
        assert!((first - second).abs() < 2e-2 * (1.0 + first.abs()), "{number}: {first} and {second}");
    }
}

#[test]
fn a_run_calibrates_its_model_if_it_is_told_to() {
    // Long enough that it finds entities: without any there is nothing to fit.
    let folder = training_folder(60);
    let more = ["--train.average_epochs=1", "--train.calibrate=true"];
    let trained = train(folder.path(), &folder.path().join("output"), &more);
    assert_eq!(trained.code, 0, "{}", trained.stderr);
    let model = folder.path().join("output/model-best");
    let config: Value = serde_json::from_slice(&fs::read(model.join("config.json")).unwrap()).unwrap();
    assert!(config["scaling"]["entity"].as_f64().unwrap() > 0.0, "{config}");
    let fitted = parsed(&good("calibrate", &[("--model", &model)], &["--json"]));
    let [entity, again] = [&config, &fitted].map(|of| of["scaling"]["entity"].as_f64().unwrap());
    assert!((entity / again - 1.0).abs() < 1e-2, "{entity} and {again}");
}

#[test]
fn running_text_of_simple_words_scores_as_the_words_do() {
    let (model, data) = (model(), data());
    let options = [("--model", model.path()), ("--data", &data)];
    let scored = parsed(&good("evaluate", &options, &["--json", "--running-text"]));
    let text = &scored["running_text"];
    for task in ["ner", "relations", "relations_strict"] {
        assert_eq!(text["report"][task]["micro"], scored[task]["micro"]);
    }
    assert_eq!((&text["same_words"], &text["gained"], &text["recut"]), (&json!(6), &json!(0), &json!([])));
    assert!(good("evaluate", &options, &["--running-text"]).stdout.contains("6 of 6 sentences have the words"));
    assert!(scored["calibration"]["entities"]["labels"].as_u64() > Some(0));
}

#[test]
fn a_model_is_compared_with_itself() {
    let (model, data) = (model(), data());
    let folder = model.path().to_str().unwrap();
    let compared = good("evaluate", &[("--data", &data)], &["--json", "--compare", folder, folder]);
    let compared = parsed(&compared);
    assert_eq!((&compared["resamples"], &compared["sentences"]), (&json!(10_000), &json!(6)));
    let tasks = compared["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 3);
    for task in tasks {
        assert_eq!((&task["p"], &task["difference"]), (&json!(1.0), &json!(0.0)));
        assert_eq!(task["f1"][0], task["f1"][1]);
    }
    fs::write(model.path().join("none.json"), "[]").unwrap();
    let mut nothing = sinet(["evaluate", "--compare", folder, folder, "--data"]);
    run(nothing.arg(model.path().join("none.json")), b"").refuses(2, &["no sentence"]);
}

#[test]
fn a_run_is_exported_in_every_precision() {
    let output = TempDir::new().unwrap();
    let (run, data) = (TRAINED.path().join("output"), data());
    let best = weights::read(&fs::read(run.join("best.safetensors")).unwrap()).unwrap();
    for (name, precision) in [("f32", Precision::F32), ("f16", Precision::F16), ("int8", Precision::Int8)] {
        let folder = output.path().join(name);
        let options = [("--run", run.as_path()), ("--output", &folder), ("--data", &data)];
        good("export", &options, &["--precision", name]);
        let bytes = fs::read(folder.join(WEIGHTS)).unwrap();
        assert_eq!(weights::precision(&bytes).unwrap(), precision);
        assert_eq!(bytes, weights::write(&best, precision).unwrap());
        good("evaluate", &[("--model", &folder), ("--data", &data)], &[]);
        assert!(card(&folder).contains("| relations, strict |"));
        // From the folder itself nothing more is rounded away.
        let again = output.path().join(format!("{name}-again"));
        good("export", &[("--model", &folder), ("--output", &again)], &["--precision", "f32"]);
        let (before, after) = (weights::read(&bytes), weights::read(&fs::read(again.join(WEIGHTS)).unwrap()));
        assert_eq!(before.unwrap(), after.unwrap());
        assert!(card(&again).contains("None yet"));
    }
}

#[test]
fn a_card_is_renewed() {
    let (model, data) = (model(), data());
    let before = card(model.path());
    fs::remove_file(model.path().join("README.md")).unwrap();
    let mut command = sinet(["card"]);
    run(command.arg(model.path()), b"").refuses(1, &["README.md"]);
    fs::write(model.path().join("README.md"), &before).unwrap();
    // Without --data the scores come from the dev.json of the training.
    good("card", &[], &[model.path().to_str().unwrap()]);
    assert_eq!(card(model.path()), before);
    good("card", &[("--data", &data)], &[model.path().to_str().unwrap(), "--symmetric", "doubled"]);
    assert!(card(model.path()).contains("--symmetric doubled"));
    good("evaluate", &[("--model", model.path()), ("--data", &data)], &[]);
}

#[test]
fn multiply_adds_are_counted_by_part() {
    let (model, data) = (model(), data());
    let mut command = sinet(["benchmark", "flops", "--json", "--model"]);
    let counted = run(command.arg(model.path()).arg("--data").arg(&data), b"");
    assert_eq!(counted.code, 0, "{}", counted.stderr);
    let counted = parsed(&counted);
    let means = counted["parts"].as_array().unwrap().iter().map(|part| part["mean"].as_f64().unwrap());
    assert!((means.sum::<f64>() - counted["total"]["mean"].as_f64().unwrap()).abs() < 1e-6);
    assert!(counted["total"]["maximum"].as_f64() >= counted["total"]["mean"].as_f64());
    assert_eq!(counted["sentences"], 6);
}

#[test]
fn a_report_stands_alone() {
    let output = TRAINED.path().join("report.html");
    let run = TRAINED.path().join("output");
    good("report", &[("--output", &output)], &[run.to_str().unwrap()]);
    let html = fs::read_to_string(output).unwrap();
    assert!(fs::read_to_string(run.join("report.html")).unwrap() == html, "the training has left the same");
    // The one address is the name of SVG's own language.
    let plain = html.replace("http://www.w3.org/2000/svg", "");
    for forbidden in ["<script", "http://", "https://", "<link", "<img", "url(", "@import", "onload"] {
        assert!(!plain.contains(forbidden), "{forbidden}");
    }
    for wanted in
        ["Micro F1 on the development data", "Loss", "text-order", "<caption>relations, strict", "As it was read"]
    {
        assert!(html.contains(wanted), "{wanted}");
    }
}

#[test]
fn a_run_leaves_events_for_tensorboard() {
    let run = TRAINED.path().join("output");
    let lines = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let events = fs::read(run.join("tensorboard/events.out.tfevents.0.sinet")).unwrap();
    let mut rest = events.as_slice();
    let mut records = 0;
    while let Some((length, after)) = rest.split_first_chunk::<8>() {
        // Beside the contents stand two checksums of four bytes.
        rest = &after[u64::from_le_bytes(*length) as usize + 8..];
        records += 1;
    }
    assert_eq!(records, 1 + lines.lines().count(), "the version, and one a line");
}

#[test]
fn folds_are_trained_and_scored_on_their_tests() {
    let folder = training_folder(1);
    let data = folder.path().join("folds");
    let mut command = sinet(["cross-validate", "--device", "flex", "--config"]);
    command
        .arg(folder.path().join("run.toml"))
        .arg("--data")
        .arg(&data)
        .arg("--output")
        .arg(folder.path().join("runs"));
    fs::create_dir(&data).unwrap();
    run(&mut command, b"").refuses(2, &["folds", "test.json"]);
    for fold in ["0", "1"] {
        fs::create_dir(data.join(fold)).unwrap();
        for (from, to) in [("train", "train"), ("dev", "dev"), ("types", "types"), ("dev", "test")] {
            let [from, to] = [from, to].map(|name| format!("{name}.json"));
            fs::copy(folder.path().join(from), data.join(fold).join(to)).unwrap();
        }
    }
    let both = run(command.arg("--json"), b"");
    assert_eq!(both.code, 0, "{}", both.stderr);
    let scores = parsed(&both);
    let names: Vec<_> = scores["folds"].as_array().unwrap().iter().map(|fold| fold["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["0", "1"]);
    // The folds are the same here, and a run follows from its seed.
    assert_eq!(scores["folds"][0]["f1"], scores["folds"][1]["f1"]);
    assert_eq!(scores["symmetric_rule"], "text-order");
    let again = run(&mut command, b"");
    let runs = ["0", "1"].map(|fold| format!("{}\n", folder.path().join("runs").join(fold).display()));
    assert_eq!((again.stdout, again.stderr), (both.stdout, runs.concat()), "nothing is trained twice");
    // Keys can be set, and those of another run are not mixed with its own.
    let other = run(command.arg("--train.batch_size=3"), b"");
    other.refuses(2, &["another configuration"]);
}

/// A folder with two folds, whose `train.json` has a sentence more for each of `more`.
fn folds(folder: &Path, more: usize) {
    for fold in ["0", "1"] {
        let place = folder.join(fold);
        fs::create_dir_all(&place).unwrap();
        let mut sentences = SENTENCES.to_vec();
        sentences.extend(vec![SENTENCES[0]; more]);
        fs::write(place.join("train.json"), labelled(&sentences).to_string()).unwrap();
        for file in ["dev.json", "test.json"] {
            fs::write(place.join(file), labelled(&development()).to_string()).unwrap();
        }
        fs::copy(folder.join("types.json"), place.join("types.json")).unwrap();
    }
}

#[test]
fn b3_studies_refuse_folders_of_other_data() {
    let [one, other] = [training_folder(1), training_folder(1)];
    folds(one.path(), 0);
    folds(other.path(), 2);
    fs::copy(other.path().join("0/train.json"), other.path().join("train.json")).unwrap();
    let cases: [(&str, &[&str]); 3] =
        [("cross-validate", &[]), ("train", &["--runs", "2"]), ("ablate", &["table4", "--runs", "1"])];
    for (verb, more) in cases {
        let output = one.path().join(verb);
        let study = |data: &TempDir| {
            let mut command = sinet([verb]);
            command.args(more).args(["--device", "flex", "--json", "--config"]).arg(one.path().join("run.toml"));
            run(command.arg("--data").arg(data.path()).arg("--output").arg(&output), b"")
        };
        let first = study(&one);
        assert_eq!(first.code, 0, "{verb}: {}", first.stderr);
        let refused = study(&other);
        refused.refuses(2, &[output.to_str().unwrap(), "train.json", one.path().to_str().unwrap(), "--output"]);
        assert_eq!(refused.stdout, "", "{verb}: no score of the one data for the other");
        let again = study(&one);
        assert_eq!((again.code, again.stdout), (0, first.stdout), "{verb}");
    }
}

#[test]
fn b3_a_card_and_a_report_are_not_of_changed_data() {
    let folder = training_folder(1);
    let output = folder.path().join("output");
    assert_eq!(train(folder.path(), &output, &[]).code, 0);
    fs::write(folder.path().join("dev.json"), labelled(&SENTENCES).to_string()).unwrap();
    let model = output.join("model-best");
    run(sinet(["card"]).arg(&model), b"").refuses(2, &["dev.json", "--data"]);
    run(sinet(["report"]).arg(&output), b"").refuses(2, &["dev.json", "--data"]);
    run(sinet(["find-threshold", "--model"]).arg(&model), b"").refuses(2, &["dev.json", "--data"]);
    good("card", &[("--data", &folder.path().join("dev.json"))], &[model.to_str().unwrap()]);
}
