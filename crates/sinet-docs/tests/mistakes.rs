//! One sentence for each mistake, with its file and line.

mod fixture;

use std::fs;

use expect_test::{Expect, expect};
use fixture::{SENTENCE, folder, lock, without};
use sinet_docs::list::list;
use sinet_docs::{Errors, Lock, Project};

/// The sentences about a docs folder.
#[track_caller]
fn check(files: &[(&str, &str)], expected: Expect) {
    let folder = folder(files, &[]);
    let figures = |project: Project| -> Result<(), Errors> {
        list(&project)?;
        let mut errors = Vec::new();
        for asked in project.asked()? {
            let figure = project.figure(&asked.request);
            errors.extend(figure.err().map(|problem| sinet_docs::Error::at(&asked.file, asked.line, problem)));
        }
        Errors::check(errors)
    };
    let errors = Project::open(folder.path()).and_then(figures).unwrap_err();
    assert_eq!(errors.exit_code(), 2);
    expected.assert_eq(&without(&errors, folder.path()));
}

#[test]
fn words_and_attributes() {
    check(
        &[
            (
                "a.md",
                "# A\n\n```sinet scierk\nx\n```\n\n> ```sinet scierc trheshold=0.4\n> x\n> ```\n\n```sinet\n```\n",
            ),
            (
                "b.html",
                "\n<sinet-text live=soon>x</sinet-text>\n<sinet-text>a <b>c</b></sinet-text>\n<pre class=language-sinet>\n</pre>",
            ),
            (
                "c.md",
                "<sinet-text>a <b>c</b></sinet-text>\n\nIn <sinet-text>x</sinet-text> line.\n\n<sinet-text onclick=alert(1)>x</sinet-text>\n\n\
                 <sinet-text model=scierc>y\n",
            ),
        ],
        expect![[r#"
            a.md, line 3: unknown word "scierk"; did you mean "scierc"?
            a.md, line 7: unknown word "trheshold"; did you mean "threshold"?
            a.md, line 11: holds no text; write a sentence, or name a file by src=FILE
            b.html, line 2: `live` is "soon"; it can be click, visible, load or off
            b.html, line 3: has the tag <b> in its text; write `&lt;` for `<`, or use a fence
            b.html, line 4: holds no text; write a sentence, or name a file by src=FILE
            c.md, line 1: has the tag <b> in its text; write `&lt;` for `<`, or use a fence
            c.md, line 3: `<sinet-text>` stands within a line; give it lines of its own
            c.md, line 5: unknown word "onclick"
            c.md, line 7: `<sinet-text>` has no end; write `</sinet-text>` after the text"#]],
    );
}

/// Found by `tests/fuzz.rs`: the end of the second element was taken for that of the first, with the fence for its text.
#[test]
fn an_element_ends_before_the_next_figure() {
    check(
        &[
            ("a.md", "# T<sinet-text>itle\n\n```sinet scierc\nx\n```\n\n<sinet-text model=nope>y</sinet-text>\n"),
            ("b.html", "<sinet-text><p><sinet-text model=nope>y</sinet-text>"),
            ("c.md", "<sinet-text>\n\n```sinet scierk\nx\n```\n\n</sinet-text>\n"),
        ],
        expect![[r#"
            a.md, line 1: `<sinet-text>` has no end; write `</sinet-text>` after the text
            b.html, line 1: `<sinet-text>` has no end; write `</sinet-text>` after the text
            c.md, line 1: `<sinet-text>` has no end; write `</sinet-text>` after the text
            c.md, line 3: unknown word "scierk"; did you mean "scierc"?"#]],
    );
}

#[test]
fn models_and_entries() {
    check(
        &[("a.md", "```sinet\nNo model.\n```\n\n```sinet model=scibert\nx\n```\n")],
        expect![[r#"
            a.md, line 1: names no model; write one, as in `sinet scierc`, or set `model` for all figures in sinet-docs.toml
            a.md, line 5: there is no model "scibert"; did you mean "scierc"?; name its folder in [models] of sinet-docs.toml"#]],
    );
    check(
        &[
            ("a.md", &format!("```sinet scierc\n{SENTENCE}\n```\n\n```sinet scierc threshold=0.25\n{SENTENCE}\n```\n")),
            ("sinet.lock.json", &lock(&[SENTENCE]).to_json()),
        ],
        expect!["a.md, line 5: no entry in sinet.lock.json for this text by scierc; run `sinet docs update`"],
    );
    check(
        &[
            ("a.md", &format!("```sinet scierc labels=Method,Tsak\n{SENTENCE}\n```\n")),
            ("sinet.lock.json", &lock(&[SENTENCE]).to_json()),
        ],
        expect![[r#"a.md, line 1: there is no label "Tsak"; did you mean "Task"?"#]],
    );
}

#[test]
fn labelled_text_and_files() {
    check(
        &[
            (
                "a.md",
                "```sinet\n{\"text\": \"A b\", \"entities\": [{\"type\": \"T\", \"start\": 2, \"end\": 9}]}\n```\n\n```sinet\n{\"words\": 3}\n```\n\n\
                 ```sinet src=two.jsonl\n```\n\n```sinet src=two.jsonl#3\n```\n\n```sinet src=../a.json\n```\n\n```sinet src=/etc/passwd\n```\n\n\
                 ```sinet src=plain.txt\n```\n\n```sinet\n{\"text\": \"A\", \"entities\": []\n```\n",
            ),
            ("two.jsonl", "{\"text\": \"a\", \"denotations\": []}\n{\"text\": \"b\", \"denotations\": []}\n"),
            ("plain.txt", "A sentence."),
        ],
        expect![[r#"
            a.md, line 1: labelled text, line 1, document 1, entities[0]: the span 2..9 does not fit the text of 3 Unicode code points
            a.md, line 5: no known format has objects with these fields: `words`; name the format
            a.md, line 9: the file two.jsonl: holds more than one document; name one by its number, as in src=FILE#1
            a.md, line 12: the file two.jsonl: holds 2 documents, and there is no number "3"
            a.md, line 15: `src` is "../a.json"; it must be a path below the docs folder, without `..`
            a.md, line 18: `src` is "/etc/passwd"; it must be a path below the docs folder, without `..`
            a.md, line 21: the file plain.txt: "A sentence." is the start of a text without labels; have a model label it, or label it with a tool first
            a.md, line 24: labelled text, line 1: the file ends inside an object; its end is missing"#]],
    );
}

#[test]
fn settings() {
    check(
        &[(
            "sinet-docs.toml",
            "modle = \"scierc\"\nlive = \"soon\"\nscores = \"many\"\nsources = 3\n\n[models]\nown = 1\n\n[[embed]]\nsentence = \"x\"\nsvgg = \"y\"\n",
        )],
        expect![[r#"
            sinet-docs.toml, line 1: unknown key "modle"; did you mean "model"?
            sinet-docs.toml, line 2: `live` is "soon"; it can be click, visible, load or off
            sinet-docs.toml, line 3: `scores` is "many"; it can be true or false
            sinet-docs.toml, line 4: `sources` must be a list of paths
            sinet-docs.toml, line 7: `own` must be the path of a model folder
            sinet-docs.toml, line 11: unknown key "svgg"; did you mean "svg"?"#]],
    );
    check(&[("sinet-docs.toml", "a = 1\nb = = 2\n")], expect!["sinet-docs.toml, line 2: extra `=`, expected nothing"]);
    check(
        &[(
            "book.toml",
            "[book]\nsrc = \"text\"\n[preprocessor.sinet]\ncommand = \"c\"\nrenderer = [\"html\"]\nmodel = \"bert\"\n",
        )],
        expect![[r#"
            book.toml, line 5: unknown key "renderer"; did you mean "renderers"?
            book.toml, line 6: there is no model "bert"; name its folder in [models] of sinet-docs.toml"#]],
    );
}

#[test]
fn lock_files() {
    let whole = lock(&[SENTENCE, "It reads."]).to_json();
    let lines: Vec<&str> = whole.lines().collect();
    let of = |lines: &[&str]| {
        let folder = folder(&[("sinet.lock.json", &lines.join("\n"))], &[]);
        let error = Lock::read(&folder.path().join("sinet.lock.json")).map_err(|error| without(&error, folder.path()));
        error.map(|_| ()).unwrap_err()
    };
    let replaced = |line: usize, from: &str, to: &str| {
        assert!(lines[line].contains(from), "{} has no {from}", lines[line]);
        let changed = lines[line].replace(from, to);
        let mut lines = lines.clone();
        lines[line] = &changed;
        of(&lines)
    };
    expect!["sinet.lock.json, line 5: an entry for renderer 7, not 1; run `sinet docs update`"].assert_eq(&replaced(
        4,
        "\"renderer\":1",
        "\"renderer\":7",
    ));
    expect!["sinet.lock.json, line 4: an entry by another scierc than line 3 names; run `sinet docs update`"]
        .assert_eq(&replaced(3, "0123456789abcdef", "fedcba9876543210"));
    expect!["sinet.lock.json, line 2: was written for version 2 of lock files, not 1; run `sinet docs update` of this version"]
        .assert_eq(&replaced(1, "\"lock\":1", "\"lock\":2"));
    expect!["sinet.lock.json, line 4: no entry of a lock file: its key is not that of its text; restore the file, or run `sinet docs update`"]
        .assert_eq(&replaced(3, "\"text\":\"", "\"text\":\"X"));
    expect!["sinet.lock.json, line 4: no entry of a lock file: unknown field `yek`; restore the file, or run `sinet docs update`"]
        .assert_eq(&replaced(3, "\"key\"", "\"yek\""));
    expect![
        "sinet.lock.json, line 4: no entry of a lock file: expected value; restore the file, or run `sinet docs update`"
    ]
    .assert_eq(&replaced(3, "{", "("));
    // Found by `tests/fuzz.rs`: the name of the field was told over two lines.
    expect!["sinet.lock.json, line 4: no entry of a lock file: unknown field `k\\ney`; restore the file, or run `sinet docs update`"]
        .assert_eq(&replaced(3, "\"key\"", "\"k\\ney\""));
    let conflict =
        [&lines[..3], &["<<<<<<< HEAD", lines[3], "=======", lines[4], ">>>>>>> theirs"], &lines[5..]].concat();
    expect!["sinet.lock.json, line 4: a merge conflict; keep the lines of both sides, then run `sinet docs update`"]
        .assert_eq(&of(&conflict));
    expect!["sinet.lock.json, line 5: no entry of a lock file: its first or last lines are missing; restore the file, or run `sinet docs update`"]
        .assert_eq(&of(&lines[..5]));
    expect!["sinet.lock.json, line 3: no entry of a lock file: the model \"scierc\" has no line; restore the file, or run `sinet docs update`
sinet.lock.json, line 4: no entry of a lock file: the model \"scierc\" has no line; restore the file, or run `sinet docs update`"]
    .assert_eq(&of(&[&lines[..2], &lines[3..]].concat()));
    let changed =
        lines[3].replace("0.75", "0.5").replace("0.625", "0.5").replace(",\"score\":0.9877", ",\"score\":0.5");
    let again = [&lines[..4], &[changed.as_str()], &lines[4..]].concat();
    let sentences = of(&again);
    assert!(sentences.is_empty() || sentences.contains("another entry for the text of line 4"), "{sentences}");
    let moved = replaced(if lines[3].contains("parser") { 3 } else { 4 }, "\"start\":13", "\"start\":14");
    assert!(moved.contains("entities[0] is not \"parser\" in its text"), "{moved}");
}

/// Every file of a folder but the lock file is read, so one that is no text is named.
#[test]
fn files_that_are_no_text() {
    let folder = folder(&[("a.md", "x")], &[]);
    fs::write(folder.path().join("b.md"), b"```sinet\n\xff\n```\n").unwrap();
    let project = Project::open(folder.path()).unwrap();
    expect!["b.md: is not text in UTF-8; save it in that encoding"]
        .assert_eq(&without(&project.asked().unwrap_err(), folder.path()));
}
