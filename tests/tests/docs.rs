//! `sinet docs` as a person who writes documentation meets it: the lock file is filled, a build needs no model, and a check
//! says when a model has come to say something else.

#[expect(dead_code, reason = "others train with it")]
mod command;

use std::fs;
use std::path::Path;

use sinet_docs::Project;
use sinet_docs::output::Form;
use sinet_infer::{ModelFiles, Precision, weights};
use tempfile::TempDir;

use command::random_folder::random_folder;
use command::{Run, run, sinet};

const CHAPTER: &str = "# A\n\n```sinet random\nThe parser uses a beam search .\n```\n\n\
    <sinet-text model=\"random\" threshold=\"0.01\">The parser uses a beam search .</sinet-text>\n\n\
    ```sinet\n{\"text\": \"Ada\", \"entities\": [{\"type\": \"Peop\", \"start\": 0, \"end\": 3}], \"relations\": []}\n```\n";

const PAGE: &str = "<p>é</p>\n<sinet-text>A corpus of news text improves it .</sinet-text>\n";

/// A docs folder with a model beside it.
fn docs() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir_all(folder.path().join("docs/part")).unwrap();
    write("docs/sinet-docs.toml", "model = \"random\"\n\n[models]\nrandom = \"../model\"\n");
    write("docs/part/a.md", CHAPTER);
    write("docs/b.html", PAGE);
    random_folder(Precision::Int8).write_dir(&folder.path().join("model")).unwrap();
    folder
}

fn docs_verb(verb: &str, folder: &TempDir) -> Run {
    run(sinet(["docs", verb]).arg(folder.path().join("docs")), b"")
}

fn lock(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("docs/sinet.lock.json")).unwrap()
}

#[test]
fn update_fills_the_lock_file_and_keeps_its_lines() {
    let folder = docs();
    let first = docs_verb("update", &folder);
    assert_eq!(
        (first.code, first.stdout.as_str()),
        (0, "3 texts read, 0 entries kept, 0 removed\n"),
        "{}",
        first.stderr
    );
    let written = lock(&folder);
    // The frame of four lines, one model, three texts.
    assert_eq!(written.lines().count(), 8, "{written}");
    let lines: Vec<&str> = written.lines().collect();
    assert!(lines[3..6].is_sorted(), "{written}");

    let again = docs_verb("update", &folder);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (0, "0 texts read, 3 entries kept, 0 removed\n"),
        "{}",
        again.stderr
    );
    assert_eq!(lock(&folder), written);

    // Only what is new is read, only what is stale goes.
    let changed = PAGE.replace("news", "other");
    fs::write(folder.path().join("docs/b.html"), changed).unwrap();
    let third = docs_verb("update", &folder);
    assert_eq!(
        (third.code, third.stdout.as_str()),
        (0, "1 texts read, 2 entries kept, 1 removed\n"),
        "{}",
        third.stderr
    );
    let kept = lock(&folder).lines().filter(|line| lines.contains(line)).count();
    assert_eq!(kept, 7);
}

#[test]
fn update_mends_a_lock_file_with_a_merge_conflict() {
    let folder = docs();
    assert_eq!(docs_verb("update", &folder).code, 0);
    let whole = lock(&folder);
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.insert(4, "=======");
    lines.insert(3, "<<<<<<< HEAD");
    lines.insert(8, ">>>>>>> theirs");
    fs::write(folder.path().join("docs/sinet.lock.json"), lines.join("\n")).unwrap();
    docs_verb("check", &folder).refuses(2, &["sinet.lock.json, line 4: a merge conflict"]);
    let mended = docs_verb("update", &folder);
    assert_eq!(
        (mended.code, mended.stdout.as_str()),
        (0, "0 texts read, 3 entries kept, 0 removed\n"),
        "{}",
        mended.stderr
    );
    assert_eq!(lock(&folder), whole);
}

#[test]
fn a_build_draws_with_no_model_on_the_disk() {
    let folder = docs();
    assert_eq!(docs_verb("update", &folder).code, 0);
    fs::remove_dir_all(folder.path().join("model")).unwrap();
    let project = Project::open(&folder.path().join("docs")).unwrap();
    let asked = project.asked().unwrap();
    assert_eq!(asked.len(), 4);
    for asked in asked {
        let figure = project.figure(&asked.request).unwrap();
        assert!(Form::Html.draw(&figure).starts_with("<figure"));
    }
    docs_verb("check", &folder).refuses(1, &["model/manifest.json"]);
}

#[test]
fn check_says_nothing_where_the_model_is_the_same() {
    let folder = docs();
    let refused = docs_verb("check", &folder);
    assert_eq!((refused.code, refused.stderr.lines().count()), (2, 3), "{}", refused.stderr);
    assert!(refused.stderr.contains("a.md, line 3: no entry in sinet.lock.json"), "{}", refused.stderr);
    assert!(refused.stderr.lines().all(|line| line.ends_with("run `sinet docs update`")), "{}", refused.stderr);
    assert_eq!(docs_verb("update", &folder).code, 0);
    let checked = docs_verb("check", &folder);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (0, "3 texts read, all as in sinet.lock.json\n"),
        "{}",
        checked.stderr
    );
}

/// Changes weights of the model, as another training would.
fn train_anew(model: &Path) {
    let mut files = ModelFiles::read_dir(model).unwrap();
    let mut tensors = weights::read(files.get("model.safetensors").unwrap()).unwrap();
    for (name, tensor) in &mut tensors {
        if name.starts_with("entity_classifier") {
            tensor.values.iter_mut().for_each(|value| *value = -*value);
        }
    }
    files.insert("model.safetensors", weights::write(&tensors, Precision::Int8).unwrap());
    files.seal();
    files.write_dir(model).unwrap();
}

#[test]
fn check_names_file_line_and_label_where_a_weight_has_changed() {
    let folder = docs();
    assert_eq!(docs_verb("update", &folder).code, 0);
    let before = lock(&folder);
    train_anew(&folder.path().join("model"));
    let checked = docs_verb("check", &folder);
    assert_eq!((checked.code, checked.stdout.as_str()), (1, ""));
    let sentences: Vec<&str> = checked.stderr.lines().collect();
    assert!(sentences.contains(&"random is another model than that of sinet.lock.json"), "{}", checked.stderr);
    let last = sentences.last().unwrap();
    assert!(last.ends_with("labels have drifted; `sinet docs update` accepts what the models say now"), "{last}");
    for (place, label) in [("part/a.md, line 3: ", "Method \""), ("part/a.md, line 3: ", "Task \"")] {
        let named = sentences.iter().any(|sentence| sentence.contains(place) && sentence.contains(label));
        assert!(named, "no sentence has {place:?} and {label:?}: {}", checked.stderr);
    }
    assert_eq!(lock(&folder), before, "a check writes nothing");

    let updated = docs_verb("update", &folder);
    assert_eq!((updated.code, updated.stdout.as_str()), (0, "3 texts read, 0 entries kept, 0 removed\n"));
    assert_eq!(docs_verb("check", &folder).code, 0);
}

#[test]
fn mistakes_are_one_sentence_each() {
    let folder = docs();
    let write = |text: &str| fs::write(folder.path().join("docs/b.html"), text).unwrap();
    write("\n<sinet-text modle=random>x</sinet-text>");
    docs_verb("update", &folder).refuses(2, &["b.html, line 2: unknown word \"modle\"; did you mean \"model\"?"]);
    write("<sinet-text model=scierc>x</sinet-text>");
    docs_verb("update", &folder)
        .refuses(2, &["there is no models/scierc beside the docs or above them", "sinet-docs.toml"]);
}
