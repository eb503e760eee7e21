//! Figures in Markdown: fences whose language is `sinet`, and elements `<sinet-text>` on lines of their own.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::error::Problem;
use crate::found::{Found, line_of};
use crate::html::{ELEMENT, Element, elements, plain};
use crate::request::Request;

/// The figures of a file in their order. `models` are the names that a word can be.
pub fn find(source: &str, models: &BTreeSet<String>) -> Vec<Found> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut figures = Vec::new();
    // Where Markdown has HTML, and nothing elsewhere.
    let mut html = vec![b' '; source.len()];
    let mut fence: Option<Fence> = None;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                fence = words(&info).map(|words| Fence { words: words.to_owned(), text: String::new(), range });
            }
            Event::Text(text) => {
                if let Some(fence) = &mut fence {
                    fence.text += &text;
                }
            }
            Event::End(TagEnd::CodeBlock) => figures.extend(fence.take().map(|fence| fence.found(source, models))),
            Event::Html(_) | Event::InlineHtml(_) => {
                html[range.clone()].copy_from_slice(&source.as_bytes()[range]);
            }
            _ => {}
        }
    }
    let html = String::from_utf8_lossy(&html);
    let fences: Vec<usize> = figures.iter().map(|found: &Found| found.range.start).collect();
    for mut element in elements(&html).into_iter().filter(|element| !element.is_drawn()) {
        let has_fence = |range: &Range<usize>| fences.iter().any(|fence| range.contains(fence));
        // Its end belongs to another: nobody means a fence to be its text, or to be in its tag.
        if has_fence(&element.open) {
            let name = element.open.start..element.open.start + "<".len() + ELEMENT.len();
            (element.range, element.inner) = (name, None);
        } else if has_fence(&element.range) {
            (element.range, element.inner) = (element.open.clone(), None);
        }
        figures.push(in_source(element, source, models));
    }
    figures.sort_by_key(|found| found.range.start);
    figures
}

/// The file with figures in place of their sources. A figure is one line of HTML; `draw` gives it without its end.
pub fn replaced(source: &str, figures: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
    let lines = figures.into_iter().map(|(range, figure)| {
        let below = source[range.end..].split_inclusive('\n').nth(1).unwrap_or_default();
        let is_last = below.trim_matches([' ', '\t', '\r', '\n', '>']).is_empty();
        // HTML goes on to the next blank line, unless it begins with a comment, whose line is its last.
        (range, if is_last { figure } else { format!("<!-- sinet -->{figure}") })
    });
    crate::found::replaced(source, lines)
}

struct Fence {
    words: String,
    text: String,
    range: Range<usize>,
}

impl Fence {
    fn found(self, source: &str, models: &BTreeSet<String>) -> Found {
        let end = self.range.start + source[self.range.clone()].trim_end().len();
        Found {
            range: self.range.start..end,
            line: line_of(source, self.range.start),
            request: Request::from_words(&self.words, &self.text, models),
        }
    }
}

/// The words after the language, if that is `sinet`; MyST and Quarto put it into braces.
fn words(info: &str) -> Option<&str> {
    let info = info.trim();
    if let Some(rest) = info.strip_prefix("{sinet}") {
        return Some(rest);
    }
    let rest = info.strip_prefix("sinet")?;
    (rest.is_empty() || rest.starts_with([' ', '\t', ','])).then_some(rest)
}

fn in_source(element: Element, source: &str, models: &BTreeSet<String>) -> Found {
    let range = element.range.clone();
    let request = match &element.inner {
        None => Err(Problem::Unclosed),
        Some(_) if !is_alone(source, &range) => Err(Problem::NotAlone),
        Some(inner) => {
            // A quote's marks are no text.
            let lines = source[inner.clone()].split('\n').enumerate();
            let lines =
                lines.map(|(line, text)| if line == 0 { text } else { text.trim_start_matches([' ', '\t', '>']) });
            let text = plain(&lines.collect::<Vec<_>>().join("\n"));
            text.and_then(|text| element.request(&text, models))
        }
    };
    Found { line: line_of(source, range.start), range, request }
}

/// Whether the lines of a stretch hold nothing else than it, beside the marks of lists and quotes.
fn is_alone(source: &str, range: &Range<usize>) -> bool {
    let before = source[..range.start].rsplit('\n').next().unwrap_or_default();
    let after = source[range.end..].split('\n').next().unwrap_or_default();
    let is_mark = |mark: &str| {
        let mark = mark.trim_start_matches('>');
        let number = mark.strip_suffix(['.', ')']).unwrap_or("x");
        mark.is_empty() || matches!(mark, "-" | "*" | "+") || number.bytes().all(|byte| byte.is_ascii_digit())
    };
    before.split_ascii_whitespace().all(is_mark) && after.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The figures of a source: line, bytes, text.
    #[track_caller]
    fn check(source: &str, expected: Expect) {
        let found = find(source, &BTreeSet::from(["scierc".to_owned()]));
        let told = found.iter().map(|found| {
            let text = match &found.request {
                Ok(request) => format!("{:?}", request.text),
                Err(problem) => problem.to_string(),
            };
            format!("{}: {:?} {text}\n", found.line, &source[found.range.clone()])
        });
        expected.assert_eq(&told.collect::<String>());
    }

    #[test]
    fn fences_are_found_wherever_they_stand() {
        check(
            "```sinet\na\nb\n```\n- ~~~ sinet scierc\n  c\n  ~~~\n> ```sinet,live\n> d\n> e\n> ```\n1. x\n\n   > ````{sinet} scierc\n   > f\n   > ```\n   > ````\n",
            expect![[r#"
                1: "```sinet\na\nb\n```" "a\nb"
                5: "~~~ sinet scierc\n  c\n  ~~~" "c"
                8: "```sinet,live\n> d\n> e\n> ```" "d\ne"
                14: "````{sinet} scierc\n   > f\n   > ```\n   > ````" "f\n```"
            "#]],
        );
    }

    #[test]
    fn elements_are_found_on_lines_of_their_own() {
        check(
            "<sinet-text>a &amp; *b*\n c</sinet-text>\n\n> - <SINET-TEXT model=scierc>\n>   d\n>   </SINET-TEXT>\n\n<div>\n<sinet-text>e</sinet-text>\n</div>\n",
            expect![[r#"
                1: "<sinet-text>a &amp; *b*\n c</sinet-text>" "a & *b* c"
                4: "<SINET-TEXT model=scierc>\n>   d\n>   </SINET-TEXT>" "d"
                9: "<sinet-text>e</sinet-text>" "e"
            "#]],
        );
    }

    #[test]
    fn an_element_ends_before_a_fence() {
        check(
            "</p><sinet-text \n\n```sinet\na\n```\n\n<p>\n\n<sinet-text>\n\n```sinet\nb\n```\n\n</sinet-text>\n",
            expect![[r#"
                1: "<sinet-text" `<sinet-text>` has no end; write `</sinet-text>` after the text
                3: "```sinet\na\n```" "a"
                9: "<sinet-text>" `<sinet-text>` has no end; write `</sinet-text>` after the text
                11: "```sinet\nb\n```" "b"
            "#]],
        );
    }

    #[test]
    fn code_about_figures_is_none() {
        check(
            "`<sinet-text>a</sinet-text>`\n\n    ```sinet\n    b\n    ```\n\n````md\n```sinet\nc\n```\n````\n\n```sinetic\nd\n```\n\n\\<sinet-text>e</sinet-text>\n\n<!-- <sinet-text>f</sinet-text> -->\n\n\
             <sinet-text annotation='{}'>g</sinet-text>\n",
            expect![""],
        );
    }
}
