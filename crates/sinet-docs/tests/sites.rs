//! A whole site through `render`, and whole books through `mdbook`.

mod fixture;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use expect_test::expect;
use fixture::{SENTENCE, folder, project, without};
use serde_json::{Value, json};
use sinet_docs::mdbook::preprocess;
use sinet_docs::render::render;
use tempfile::TempDir;

/// All files of a folder by their names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn render_changes_its_matches_only_and_the_second_time_nothing() {
    let figure = format!("<pre><code class=\"language-sinet\">{SENTENCE}\n</code></pre>");
    let plain = "<!DOCTYPE html>\r\n<P CLASS=a>sinet &nbsp; é <br/>\r\n<img src=x>";
    let page = |before: &str, after: &str| format!("{before}{figure}{after}");
    let (before, after) = ("\u{feff}<p>tab\t\r\n<!-- c --><p>é&eacute;", "\r\n<a  href='x'  >y</a >\0</body\n>");
    let folder = folder(
        &[
            ("sinet-docs.toml", "model = \"scierc\"\n"),
            ("site/plain.html", plain),
            ("site/index.html", &page(before, after)),
            ("site/build/deep/page.html", &page(before, after)),
            ("site/notes.txt", &figure),
        ],
        &[SENTENCE],
    );
    let latin: &[u8] = b"<p>sinet \xe9</p>";
    let site = folder.path().join("site");
    fs::write(site.join("latin.html"), latin).unwrap();
    let original = files(&site);
    let done = render(&project(&folder), &site).unwrap();
    assert_eq!((done.pages, done.changed, done.figures), (4, 2, 2));
    let drawn = files(&site);
    for (name, bytes) in &original {
        if !name.ends_with("page.html") && !name.ends_with("index.html") {
            assert_eq!(drawn[name], *bytes, "{name}");
        }
    }
    for (name, href) in [("index.html", "sinet/sinet.css"), ("build/deep/page.html", "../../sinet/sinet.css")] {
        let text = String::from_utf8(drawn[name].clone()).unwrap();
        let inserted = text.strip_prefix(before).and_then(|text| text.strip_suffix(after)).unwrap();
        let link = format!("<link rel=\"stylesheet\" href=\"{href}\"><figure class=\"sinet\"");
        assert!(inserted.starts_with(&link), "{inserted}");
    }
    assert!(drawn.contains_key("sinet/sinet.css"));
    let again = render(&project(&folder), &site).unwrap();
    assert_eq!((again.changed, again.figures), (0, 0));
    assert_eq!(files(&site), drawn);
}

#[test]
fn a_site_with_a_mistake_is_left_as_it_was() {
    let folder = folder(
        &[
            ("sinet-docs.toml", "model = \"scierc\"\n"),
            ("site/a.html", &format!("<sinet-text>{SENTENCE}</sinet-text>")),
            (
                "site/b.html",
                "<p>\n<sinet-text modle=scierc>x</sinet-text>\n<sinet-text>y</sinet-text><sinet-text live>a",
            ),
        ],
        &[SENTENCE],
    );
    let site = folder.path().join("site");
    let original = files(&site);
    let errors = render(&project(&folder), &site).unwrap_err();
    assert_eq!(errors.exit_code(), 2);
    expect![[r#"
        site/b.html, line 2: unknown word "modle"; did you mean "model"?
        site/b.html, line 3: no entry in sinet.lock.json for this text by scierc; run `sinet docs update`
        site/b.html, line 3: `<sinet-text>` has no end; write `</sinet-text>` after the text"#]]
    .assert_eq(&without(&errors, folder.path()));
    assert_eq!(files(&site), original);
}

#[test]
fn the_element_is_copied_where_a_figure_is_live() {
    let files_of = |words: &str| {
        let folder = folder(
            &[
                ("sinet-docs.toml", "model = \"scierc\"\nelement = \"widget\"\n"),
                ("widget/sinet.js", "// js"),
                ("widget/engine/worker.js", "// worker"),
                ("site/a.html", &format!("<sinet-text {words}>{SENTENCE}</sinet-text>")),
            ],
            &[SENTENCE],
        );
        let site = folder.path().join("site");
        render(&project(&folder), &site).unwrap();
        files(&site).into_keys().collect::<Vec<_>>()
    };
    assert_eq!(files_of(""), ["a.html", "sinet/sinet.css"]);
    assert_eq!(files_of("live"), ["a.html", "sinet/engine/worker.js", "sinet/sinet.css", "sinet/sinet.js"]);
}

/// The input of a preprocessor, as mdBook 0.4 (`sections`) or 0.5 (`items`) sends it.
fn book(folder: &TempDir, key: &str, chapters: &[(&str, &str)]) -> String {
    let mut items: Vec<Value> = vec![json!({"PartTitle": "Part"}), json!("Separator")];
    let mut nested = Vec::new();
    for (path, content) in chapters {
        let chapter = json!({"Chapter": {
            "name": path, "content": content, "number": [1], "sub_items": [], "path": path, "source_path": path,
            "parent_names": [],
        }});
        if path.contains('/') { nested.push(chapter) } else { items.push(chapter) }
    }
    items.push(json!({"Chapter": {"name": "draft", "content": "", "sub_items": nested, "path": null}}));
    let context = json!({"root": folder.path(), "config": {"book": {"src": "src"}}, "renderer": "html", "mdbook_version": "0.5.4"});
    json!([context, {key: items, "__non_exhaustive": null}]).to_string()
}

const BOOK: &str =
    "[book]\ntitle = \"t\"\n\n[preprocessor.sinet]\ncommand = \"sinet-docs mdbook\"\nmodel = \"scierc\"\n";

#[test]
fn both_forms_of_a_book_are_drawn_on_their_source() {
    let chapter = format!(
        "# A\n\n```sinet scierc\n{SENTENCE}\n```\n\n1. one\n\n   ```sinet scores\n   {SENTENCE}\n   ```\n   after\n\n\
         > - <sinet-text>{SENTENCE}</sinet-text>\n> - last\n\n`<sinet-text>x</sinet-text>`\n\n    ```sinet\n    x\n    ```\n"
    );
    let folder = folder(&[("book.toml", BOOK)], &[SENTENCE]);
    for key in ["items", "sections"] {
        let input = book(&folder, key, &[("a.md", &chapter), ("deep/b.md", &chapter), ("c.md", "Nothing.\r\n")]);
        let output: Value = serde_json::from_str(&preprocess(&input).unwrap()).unwrap();
        let original: Value = serde_json::from_str(&input).unwrap();
        let mut rest = output.clone();
        for path in ["/3/Chapter/content", "/2/Chapter/content", "/4/Chapter/sub_items/0/Chapter/content"] {
            let path = format!("/{key}{path}");
            *rest.pointer_mut(&path).unwrap() = original.pointer(&format!("/1{path}")).unwrap().clone();
        }
        assert_eq!(rest, original[1], "all but the content stays");
        assert_eq!(output[key][3]["Chapter"]["content"], "Nothing.\r\n");
        let drawn = output[key][2]["Chapter"]["content"].as_str().unwrap();
        assert_eq!(output[key][4]["Chapter"]["sub_items"][0]["Chapter"]["content"], drawn);
        let mut outline = String::new();
        let mut rest = drawn;
        while let Some(start) = rest.find("<figure") {
            let end = rest.find("</figure>").unwrap() + "</figure>".len();
            outline += &rest[..start];
            outline += "<figure/>";
            rest = &rest[end..];
        }
        outline += rest;
        let style = format!("<style>{}</style>", sinet_figure::SINET_CSS.replace('\n', ""));
        expect![[r#"
            # A

            STYLE<figure/>

            1. one

               <!-- sinet --><figure/>
               after

            > - <!-- sinet --><figure/>
            > - last

            `<sinet-text>x</sinet-text>`

                ```sinet
                x
                ```
        "#]]
        .assert_eq(&outline.replace(&style, "STYLE"));
    }
}

#[test]
fn mistakes_in_a_book_are_told_with_the_lines_of_its_files() {
    let source = "{{#include long.md}}\n\n```sinet scierc\nNever read.\n```\n\n```sinet scierk\nx\n```\n";
    let folder = folder(&[("book.toml", BOOK), ("src/a.md", source)], &[SENTENCE]);
    // What another preprocessor has put before the figures.
    let content = source.replace("{{#include long.md}}", &"long\n".repeat(50));
    let errors = preprocess(&book(&folder, "items", &[("a.md", &content)])).unwrap_err();
    expect![[r#"
        src/a.md, line 3: no entry in sinet.lock.json for this text by scierc; run `sinet docs update`
        src/a.md, line 7: unknown word "scierk"; did you mean "scierc"?"#]]
    .assert_eq(&without(&errors, folder.path()));
    assert_eq!(errors.exit_code(), 2);
}

#[test]
fn a_live_figure_of_a_book_brings_the_script() {
    let book_toml = format!("{BOOK}element = \"src/widget\"\n");
    let folder = folder(&[("book.toml", &book_toml)], &[SENTENCE]);
    let chapter = format!("```sinet live\n{SENTENCE}\n```\n\n```sinet live=visible\n{SENTENCE}\n```\n");
    let output = preprocess(&book(&folder, "items", &[("deep/a.md", &chapter)])).unwrap();
    assert_eq!(output.matches(r#"<script src=\"../widget/sinet.js\" defer></script>"#).count(), 1);
    for (settings, expected) in [
        (
            BOOK.to_owned(),
            "has a live figure, and nothing says where the element lies; set `element` in sinet-docs.toml to its folder",
        ),
        (
            format!("{BOOK}element = \"widget\"\n"),
            "`element` is \"widget\", which mdBook does not copy; put the folder below the book's sources",
        ),
    ] {
        fs::write(folder.path().join("book.toml"), settings).unwrap();
        let errors = preprocess(&book(&folder, "items", &[("a.md", &chapter)])).unwrap_err().to_string();
        assert!(errors.ends_with(expected), "{errors}");
    }
}

#[test]
fn what_is_no_book_is_refused() {
    for (input, expected) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{}", "invalid type: map, expected an array of length 2 at line 1 column 0"),
        ("[{}, {}]", "its context has no root"),
    ] {
        let error = preprocess(input).unwrap_err();
        let expected =
            format!("<standard input>: is not what mdBook sends to a preprocessor: {expected}; call it from book.toml");
        assert_eq!((error.to_string(), error.exit_code()), (expected, 2));
    }
}
