//! Figures in Markdown that stands within other files: doc comments of Rust, and cells of notebooks.
//!
//! Their hosts draw nothing on the source, so only the figure's first line is known, and no bytes to replace.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::found::{Found, line_of};
use crate::markdown;

/// The figures in the doc comments of a Rust file.
pub fn in_rust(source: &str, models: &BTreeSet<String>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut comment = Comment::default();
    for (number, line) in source.lines().enumerate() {
        let line = line.trim_start();
        let text = ["///", "//!"].iter().find_map(|mark| Some((*mark, line.strip_prefix(mark)?)));
        // Four slashes are a line in a drawing, no doc comment.
        match text.filter(|(_, text)| !text.starts_with('/')) {
            Some((mark, text)) if mark == comment.mark || comment.mark.is_empty() => comment.add(number, mark, text),
            Some((mark, text)) => {
                comment.end(&mut found, models);
                comment.add(number, mark, text);
            }
            None => comment.end(&mut found, models),
        }
    }
    comment.end(&mut found, models);
    found
}

/// The figures in the Markdown cells of a Jupyter notebook; none if the file is no notebook.
pub fn in_notebook(source: &str, models: &BTreeSet<String>) -> Vec<Found> {
    let Ok(notebook) = serde_json::from_str::<Notebook>(source) else { return Vec::new() };
    let mut found = Vec::new();
    let mut from = 0;
    for cell in notebook.cells.into_iter().filter(|cell| cell.kind == "markdown") {
        let text = match cell.source {
            Lines::Text(text) => text,
            Lines::Lines(lines) => lines.concat(),
        };
        for figure in markdown::find(&text, models) {
            // Its first line, as JSON holds it, stands after that of the figure before.
            let first = text[figure.range.clone()].lines().next().unwrap_or_default();
            let json = serde_json::Value::from(first).to_string();
            let start = source[from..].find(json.trim_matches('"')).map_or(from, |start| from + start);
            found.push(Found { range: start..start, line: line_of(source, start), ..figure });
            from = start + first.chars().next().map_or(0, char::len_utf8);
        }
    }
    found
}

/// Lines of a doc comment that belong together.
#[derive(Default)]
struct Comment {
    first: usize,
    mark: &'static str,
    text: String,
}

impl Comment {
    fn add(&mut self, number: usize, mark: &'static str, text: &str) {
        if self.mark.is_empty() {
            (self.first, self.mark) = (number, mark);
        }
        self.text += text.strip_prefix(' ').unwrap_or(text);
        self.text.push('\n');
    }

    fn end(&mut self, found: &mut Vec<Found>, models: &BTreeSet<String>) {
        let Self { first, text, .. } = std::mem::take(self);
        let figures = markdown::find(&text, models).into_iter();
        found.extend(figures.map(|figure| Found { range: 0..0, line: first + figure.line, ..figure }));
    }
}

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(rename = "cell_type")]
    kind: String,
    source: Lines,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    Text(String),
    Lines(Vec<String>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(found: Vec<Found>) -> Vec<(usize, String)> {
        found
            .into_iter()
            .map(|found| (found.line, found.request.map_or_else(|error| error.to_string(), |it| it.text)))
            .collect()
    }

    #[test]
    fn doc_comments_are_markdown() {
        let source = "//! A crate.\n//! ```sinet\n//! a\n//!   b\n//! ```\n/// c\n/// ```sinet\n/// d\n/// ```\nfn f() {}\n\
                      // ```sinet\n// e\n// ```\n    /// <sinet-text>g</sinet-text>\n    fn g() {}\n//// ```sinet\n//// h\n//// ```\n";
        let expected = [(2, "a\n  b".to_owned()), (7, "d".to_owned()), (14, "g".to_owned())];
        assert_eq!(told(in_rust(source, &BTreeSet::new())), expected);
    }

    #[test]
    fn notebooks_have_markdown_in_cells() {
        let source = "{\n \"cells\": [\n  {\"cell_type\": \"code\", \"source\": [\"x\"]},\n  {\n   \"cell_type\": \"markdown\",\n   \
                      \"source\": [\n    \"# A\\n\",\n    \"```sinet\\n\",\n    \"a \\\"b\\\"\\n\",\n    \"```\\n\",\n    \"\\n\",\n    \"```sinet lang=\\\"en\\\"\\n\",\n    \
                      \"c\\n\",\n    \"```\"\n   ]\n  },\n  {\"cell_type\": \"markdown\", \"source\": \"<sinet-text>d</sinet-text>\"}\n ]\n}\n";
        let expected = [(8, "a \"b\"".to_owned()), (12, "c".to_owned()), (17, "d".to_owned())];
        assert_eq!(told(in_notebook(source, &BTreeSet::new())), expected);
        assert!(in_notebook("{", &BTreeSet::new()).is_empty() && in_notebook("[]", &BTreeSet::new()).is_empty());
    }
}
