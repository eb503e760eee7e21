//! No fence, page or lock file makes anything panic, and no text in it becomes a tag or an attribute.
//!
//! `SINET_FUZZ_CASES` is the number of files for each; the long run has a million.

mod fixture;

use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use sinet_docs::output::Form;
use sinet_docs::render::page;
use sinet_docs::{Lock, Project, Settings, html, markdown};
use sinet_figure::still::{ATTRIBUTES, ELEMENTS};
use std::path::Path;

const MARKDOWN: &str = "# Title\n\n```sinet scierc live scores\nWe present a parser that uses beam search.\n```\n\n> - ~~~sinet,list=open\n>   A b c d e f.\n>   ~~~\n\
    >   more\n\n<sinet-text model=\"scierc\" live>We present a parser that uses beam search.</sinet-text>\n\n\
    ```sinet\n{\"text\": \"A parser.\", \"entities\": [{\"type\": \"Tool\", \"start\": 2, \"end\": 8}], \"relations\": []}\n```\n";

const HTML: &str = "<!doctype html><html><head><title>t</title></head><body><p><sinet-text model=scierc>We present a parser that uses \
    beam search.</sinet-text></p><pre><code class=\"language-sinet\">We present a parser that uses beam search.\n</code></pre>\
    <div class=\"highlight-sinet\"><div><pre><span></span>A &lt;b&gt; c d e f.</pre></div></div>\
    <pre class='language-sinet'><code>{\"text\": \"A parser.\", \"entities\": [{\"type\": \"Tool\", \"start\": 2, \"end\": 8}]}</code></pre></body></html>";

const TEXTS: [&str; 2] = [fixture::SENTENCE, "A b c d e f."];

/// Pieces that files are likely to contain in the wrong place.
const PIECES: &[&str] = &[
    "<",
    ">",
    "\"",
    "'",
    "`",
    "```",
    "~~~",
    "\n",
    "\r\n",
    "\n\n",
    "\t",
    "    ",
    "> ",
    "- ",
    "1. ",
    "&",
    "&lt;",
    "&#0;",
    "=",
    "/",
    "</",
    "<!--",
    "-->",
    "<sinet-text>",
    "</sinet-text>",
    "<sinet-text ",
    "</SINET-TEXT\n>",
    "<script>",
    "</script>",
    "<svg>",
    "<p>",
    "</p>",
    "<pre>",
    "</pre>",
    "</code>",
    "<code class=language-sinet>",
    "```sinet ",
    "sinet",
    "scierc",
    "live",
    "src=",
    "labels=A",
    "{",
    "}",
    "[{",
    "]",
    ":",
    ",",
    "\0",
    "\u{feff}",
    "é",
    "😀",
    "\u{202e}",
    "%|",
    "</figure>",
    "</head>",
    "<template>",
    "<textarea>",
    "<![CDATA[",
    "]]>",
    "{{",
    "}}",
    "\\",
    "=======\n",
    "<<<<<<< HEAD\n",
    "\"key\":",
    "\"renderer\":2",
    "\"score\":1e39",
    "-1",
    "18446744073709551616",
];

#[derive(Debug, Clone)]
enum Mutation {
    Cut(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        1 => (any::<Index>(), 0..40usize).prop_map(|(at, length)| Mutation::Cut(at, length)),
        1 => (any::<Index>(), 0..60usize).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        3 => (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
    ]
}

fn mutated(file: String) -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(select(PIECES), 0..40).prop_map(|pieces| pieces.concat());
    let mutated = prop::collection::vec(mutation(), 1..6).prop_map(move |mutations| {
        let mut characters: Vec<char> = file.chars().collect();
        for mutation in mutations {
            let (Mutation::Cut(at, _) | Mutation::Repeat(at, _) | Mutation::Insert(at, _)) = mutation;
            let at = at.index(characters.len() + 1);
            match mutation {
                Mutation::Cut(_, length) => drop(characters.drain(at..(at + length).min(characters.len()))),
                Mutation::Repeat(_, length) => {
                    let piece = characters[at..(at + length).min(characters.len())].to_vec();
                    characters.splice(at..at, piece);
                }
                Mutation::Insert(_, piece) => drop(characters.splice(at..at, piece.chars())),
            }
        }
        characters.into_iter().collect()
    });
    prop_oneof![6 => mutated, 1 => pieces]
}

fn run(file: String, check: impl Fn(&str)) {
    let cases = std::env::var("SINET_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&mutated(file), |file| {
        check(&file);
        Ok(())
    });
    run.unwrap();
}

fn project() -> Project {
    let settings = Settings::parse(Path::new("s"), "model = \"scierc\"\nelement = \"/sinet\"", None).unwrap();
    Project::new(Path::new("/nonexistent"), settings, fixture::lock(&TEXTS))
}

/// Draws a request in all forms, and looks at the HTML.
fn draw(project: &Project, request: sinet_docs::Request) {
    let Ok(figure) = project.figure(&request.or(&project.settings().defaults)) else { return };
    for form in [Form::Html, Form::Vue] {
        is_inert(&form.draw(&figure));
    }
    assert!(!Form::Mdx.draw(&figure).contains('\n'));
}

/// Checks that HTML has the tags and attributes of a still, and nothing else.
fn is_inert(figure: &str) {
    assert!(figure.starts_with("<figure") && figure.ends_with("</figure>") && !figure.contains('\n'), "{figure}");
    let is_element = |name: &[u8]| ELEMENTS.iter().any(|known| known.as_bytes() == name);
    let is_attribute = |name: &[u8]| ATTRIBUTES.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
    for Ok(token) in Tokenizer::new(figure) {
        match token {
            Token::StartTag(tag) => {
                assert!(is_element(&tag.name), "<{}> in {figure}", String::from_utf8_lossy(&tag.name));
                for name in tag.attributes.keys() {
                    assert!(is_attribute(name), "{} in {figure}", String::from_utf8_lossy(name));
                }
            }
            Token::EndTag(tag) => assert!(is_element(&tag.name), "{figure}"),
            Token::Comment(_) | Token::Doctype(_) => panic!("a comment in {figure}"),
            _ => {}
        }
    }
}

#[test]
fn fences() {
    let project = project();
    run(MARKDOWN.to_owned(), |source| {
        let found = markdown::find(source, project.models());
        let mut end = 0;
        let mut drawn = Vec::new();
        for found in found {
            assert!(end <= found.range.start && found.range.start < found.range.end, "{source:?}");
            assert!(source.get(found.range.clone()).is_some(), "{source:?}");
            end = found.range.end;
            if let Ok(request) = found.request {
                drawn.push((found.range, "<figure></figure>".to_owned()));
                draw(&project, request);
            }
        }
        let count = drawn.len();
        let replaced = markdown::replaced(source, drawn);
        assert!(replaced.matches("<figure></figure>").count() >= count);
    });
}

#[test]
fn pages() {
    let project = project();
    run(HTML.to_owned(), |source| {
        let found = html::read(source, project.models());
        let mut end = 0;
        for found in found.figures {
            assert!(end <= found.range.start && found.range.start < found.range.end, "{source:?}");
            assert!(
                source[found.range.clone()].starts_with('<') && source[found.range.clone()].ends_with('>'),
                "{source:?}"
            );
            end = found.range.end;
            if let Ok(request) = found.request {
                draw(&project, request);
            }
        }
        if let Ok(first) = page(&project, source, 1) {
            let again =
                page(&project, &first.text, 1).unwrap_or_else(|problems| panic!("{problems:?} in {}", first.text));
            assert_eq!((again.drawn, again.text), (0, first.text));
        }
    });
}

#[test]
fn lock_files() {
    let whole = fixture::lock(&TEXTS).to_json();
    run(whole, |source| {
        let (lock, problems) = Lock::parse(source);
        // What has been accepted is written, and read as it was.
        let (again, none) = Lock::parse(&lock.to_json());
        assert!(none.is_empty() && again == lock, "{source}");
        assert!(
            problems.iter().all(|(line, problem)| *line > 0 && !problem.to_string().contains('\n')),
            "{problems:?}"
        );
    });
}

/// Texts and labels that try to be more than text.
#[test]
fn hostile_texts_stay_texts() {
    let project = project();
    let pieces = prop::collection::vec(select(PIECES), 1..12).prop_map(|pieces| pieces.concat());
    let cases = std::env::var("SINET_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&(pieces.clone(), pieces), |(text, kind)| {
        let length = text.chars().count();
        let labelled = serde_json::json!({
            "text": text,
            "entities": [{"type": kind, "start": 0, "end": length}, {"type": text, "start": 0, "end": 1}],
            "relations": [{"type": kind, "head": 0, "tail": 1}],
        });
        let request = sinet_docs::Request {
            text: labelled.to_string(),
            list: Some(sinet_figure::List::Open),
            ..Default::default()
        };
        let lang = ("lang", kind.clone());
        draw(&project, sinet_docs::Request { element: vec![lang, ("base", text.clone())], ..request });
        Ok(())
    });
    run.unwrap();
}
