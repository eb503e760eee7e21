//! The binary as its callers meet it: what it prints, what it says of mistakes, and its exit codes.

mod fixture;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::expect;
use fixture::{SENTENCE, folder, without};
use serde_json::{Value, json};

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(folder: &Path, arguments: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinet-docs"));
    command.current_dir(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // It may also end without reading.
            let _ = stdin.write_all(input.as_bytes());
        });
        child.wait_with_output().unwrap()
    });
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn a_conversation_draws_a_figure_a_line() {
    let folder = folder(&[], &[SENTENCE]);
    let asked = [
        json!({"id": 1, "words": "scierc", "text": SENTENCE}),
        json!({"id": "two", "attributes": {"model": "scierc", "live": "visible"}, "text": SENTENCE, "for": "vue"}),
        json!({"words": "scierk", "text": SENTENCE, "file": "docs/a.md", "line": 7}),
        json!({"words": "scierc", "text": "Never read."}),
        json!({"words": "scierc", "text": SENTENCE, "for": "text"}),
        json!({"text": SENTENCE, "sentence": 1}),
        json!({"words": "scierc", "text": SENTENCE, "for": "pdf"}),
    ];
    let mut input: String = asked.iter().map(|line| format!("{line}\n")).collect();
    input += "\nno json\n";
    let run = run(folder.path(), &["draw", "--for", "html"], &input);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let answers: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let figure = |answer: usize| answers[answer]["figure"].as_str().unwrap();
    assert_eq!((&answers[0]["id"], &answers[0]["live"]), (&json!(1), &json!(false)));
    assert!(figure(0).starts_with("<figure class=\"sinet\"") && figure(0).ends_with("</figure>"));
    assert_eq!((&answers[1]["id"], &answers[1]["live"]), (&json!("two"), &json!(true)));
    assert!(figure(1).contains("v-pre") && figure(1).contains("live=\"visible\""));
    assert!(figure(4).contains("parser") && !figure(4).contains('<'), "{}", figure(4));
    let errors: String =
        answers.iter().filter_map(|answer| Some(answer["error"].as_str()?.to_owned() + "\n")).collect();
    expect![[r#"
        docs/a.md, line 7: unknown word "scierk"; did you mean "scierc"?
        <standard input>, line 4: no entry in sinet.lock.json for this text by scierc; run `sinet docs update`
        <standard input>, line 6: is not a request: unknown field `sentence`, expected one of `id`, `words`, `attributes`, `text`, `for`, `file`, `line`
        <standard input>, line 7: unknown word "pdf"
        <standard input>, line 9: is not a request: expected ident
    "#]]
    .assert_eq(&errors);
}

#[test]
fn mdbook_is_told_which_renderers_show_figures() {
    let folder = folder(&[], &[]);
    for (renderer, code) in [("html", 0), ("epub", 0), ("test", 1)] {
        assert_eq!(run(folder.path(), &["mdbook", "supports", renderer], "").code, code, "{renderer}");
    }
    let refused = run(folder.path(), &["mdbook"], "[]");
    assert_eq!((refused.code, refused.stderr.lines().count()), (2, 1), "{}", refused.stderr);
}

#[test]
fn figures_are_listed_with_their_states() {
    let given = r#"{"text": "Ada", "entities": [{"type": "Peop", "start": 0, "end": 3}], "relations": []}"#;
    let text =
        format!("```sinet scierc\n{SENTENCE}\n```\n\n```sinet\n{given}\n```\n\n```sinet conll04\nNot read.\n```\n");
    let files = [
        ("sub/a.md", text.as_str()),
        ("book/a.md", "```sinet nonsense\nbuilt\n```\n"),
        ("sinet-docs.toml", "[[embed]]\nwords = \"scierc scores\"\nsentence = \"Embedded.\"\nsvg = \"fig\"\n"),
    ];
    let folder = folder(&files, &[SENTENCE]);
    let listed = run(folder.path(), &["list"], "");
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    expect![[r#"
        ./sub/a.md:1	scierc	locked	We present a parser that uses beam search.
        ./sub/a.md:5	-	as given	Ada
        ./sub/a.md:9	conll04	unlocked	Not read.
        ./sinet-docs.toml:1	scierc	unlocked	Embedded.
    "#]]
    .assert_eq(&listed.stdout);
    let json = run(folder.path(), &["list", "--json"], "").stdout;
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first, json!({"file": "./sub/a.md", "line": 1, "model": "scierc", "state": "locked", "text": SENTENCE}));
}

#[test]
fn a_figure_is_embedded_in_files() {
    let files = [
        ("fig.txt", SENTENCE),
        (
            "sinet-docs.toml",
            &*format!(
                "model = \"scierc\"\n\n[[embed]]\nsentence = \"{SENTENCE}\"\nsvg = \"docs/all\"\nhtml = \"docs/all\"\n"
            ),
        ),
    ];
    let folder = folder(&files, &[SENTENCE]);
    let one = run(
        folder.path(),
        &["embed", "fig.txt", "scores", "--svg", "docs/fig", "--tex", "docs/fig", "--text", "docs/fig"],
        "",
    );
    assert_eq!((one.code, one.stderr.as_str()), (0, ""));
    expect![[r#"
        <picture>
          <source media="(prefers-color-scheme: dark)" srcset="docs/fig-dark.svg">
          <img alt="We present a parser that uses beam search." src="docs/fig-light.svg">
        </picture>
    "#]]
    .assert_eq(&one.stdout);
    let read = |name: &str| fs::read_to_string(folder.path().join("docs").join(name)).unwrap();
    assert!(read("fig-light.svg").starts_with("<svg") && read("fig-dark.svg") != read("fig-light.svg"));
    assert!(read("fig.tex").contains("\\begin{tikzpicture}") && read("fig.txt").contains("parser"));
    let all = run(folder.path(), &["embed"], "");
    assert_eq!((all.code, all.stderr.as_str()), (0, ""));
    assert!(read("all.html").starts_with("<figure") && read("all-dark.svg").starts_with("<svg"));
    let printed = run(folder.path(), &["embed", "-"], SENTENCE);
    assert_eq!(printed.stdout, read("all.html"));
    let refused = run(folder.path(), &["embed", "fig.txt", "scroes"], "");
    assert_eq!(
        (refused.code, refused.stderr.as_str()),
        (2, "sinet-docs: fig.txt: unknown word \"scroes\"; did you mean \"scores\"?\n")
    );
    let missing = run(folder.path(), &["embed", "none.txt"], "");
    assert!(
        missing.code == 1 && missing.stderr.starts_with("sinet-docs: none.txt: cannot be read: "),
        "{}",
        missing.stderr
    );
}

#[test]
fn installing_keeps_the_formatting_and_is_done_once() {
    let book = "# My book\n[book]\ntitle   =  'T'   # kept\n\n[output.html]\nsearch.enable = true\n";
    let folder = folder(&[("book.toml", book)], &[]);
    let read = || fs::read_to_string(folder.path().join("book.toml")).unwrap();
    let first = run(folder.path(), &["install", "mdbook"], "");
    assert_eq!(
        first.stdout,
        "./book.toml now calls `sinet-docs mdbook`; fences named `sinet` are drawn in the next build\n"
    );
    assert_eq!(read(), format!("{book}\n[preprocessor.sinet]\ncommand = \"sinet-docs mdbook\"\n"));
    let written = read();
    let second = run(folder.path(), &["install", "mdbook"], "");
    assert_eq!(second.stdout, "./book.toml calls `sinet-docs mdbook` already; nothing is left to do\n");
    assert_eq!(read(), written);

    fs::write(folder.path().join("book.toml"), "[preprocessor.sinet] # mine\nscores = true\n").unwrap();
    assert_eq!(run(folder.path(), &["install", "mdbook"], "").code, 0);
    assert_eq!(read(), "[preprocessor.sinet] # mine\ncommand = \"sinet-docs mdbook\"\nscores = true\n");

    let inline = "preprocessor = { sinet = { scores = true } }\n";
    fs::write(folder.path().join("book.toml"), inline).unwrap();
    let told = run(folder.path(), &["install", "mdbook"], "");
    assert!(told.stdout.starts_with("one step is yours: add to the table of the preprocessor in ./book.toml:"));
    assert_eq!((told.code, read().as_str()), (0, inline));

    fs::write(folder.path().join("book.toml"), "a = 1\n[b\n").unwrap();
    let refused = run(folder.path(), &["install", "mdbook"], "");
    assert_eq!((refused.code, read().as_str()), (2, "a = 1\n[b\n"));
    assert!(refused.stderr.starts_with("sinet-docs: ./book.toml, line 2: "), "{}", refused.stderr);
}

#[test]
fn other_hosts_are_told_in_one_step() {
    let folder = folder(&[("conf.py", "extensions = []\n")], &[]);
    for host in [
        "rustdoc",
        "sphinx",
        "material",
        "zensical",
        "jupyter",
        "vitepress",
        "docusaurus",
        "astro",
        "quarto",
        "html",
        "readme",
    ] {
        let told = run(folder.path(), &["install", host], "");
        assert!(
            told.code == 0 && told.stdout.starts_with("one step is yours: "),
            "{host}: {}{}",
            told.stdout,
            told.stderr
        );
    }
    assert_eq!(fs::read_to_string(folder.path().join("conf.py")).unwrap(), "extensions = []\n");
    fs::write(folder.path().join("conf.py"), "extensions = ['sinet_docs.sphinx']\n").unwrap();
    let done = run(folder.path(), &["install", "sphinx"], "");
    assert_eq!(done.stdout, "./conf.py names sinet_docs.sphinx already; nothing is left to do\n");
    let refused = run(folder.path(), &["install", "mdbok"], "");
    assert!(refused.code == 2 && refused.stderr.contains("did you mean \"mdbook\"?"), "{}", refused.stderr);
}

#[test]
fn a_site_is_rendered() {
    let folder = folder(&[("site/a.html", &format!("<sinet-text model=scierc>{SENTENCE}</sinet-text>"))], &[SENTENCE]);
    let done = run(folder.path(), &["render", "site"], "");
    assert_eq!((done.code, done.stdout.as_str()), (0, "1 figures drawn in 1 of 1 pages\n"));
    let again = run(folder.path(), &["render", "site"], "");
    assert_eq!(again.stdout, "0 figures drawn in 0 of 1 pages\n");
    let empty = run(folder.path(), &["render", "nowhere"], "");
    assert_eq!(empty.code, 1);
    assert!(
        without(&empty.stderr, folder.path()).starts_with("sinet-docs: nowhere: cannot be read: "),
        "{}",
        empty.stderr
    );
}
