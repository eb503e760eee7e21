//! Which format a file has, by what stands in it.

use std::collections::BTreeSet;

use crate::error::shortened;
use crate::format::Format;
use crate::formats::conll::{self, NoLayout};
use crate::formats::webanno;

/// Bytes from the start of a file that are enough to recognise it.
pub const HEAD_BYTES: usize = 64 << 10;

/// A format that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed {
    /// The format.
    pub format: Format,
    /// The evidence, as a clause: "its objects have `denotations`".
    pub reason: String,
}

/// A file has no known format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SniffError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Its objects have the fields of no format.
    #[error("no known format has objects with {}; name the format", listed(fields))]
    Fields {
        /// The fields, in alphabetical order.
        fields: Vec<String>,
    },
    /// It is neither JSON nor lines of a known form.
    #[error("line {number} is {line:?}, which fits no known format (tried {}); name the format", tried.join("; "))]
    Line {
        /// The number of the first line that does not fit, from 1.
        number: u64,
        /// That line.
        line: String,
        /// What was tried, and the reasons against it.
        tried: Vec<String>,
    },
    /// It is text, and nothing in it is labelled.
    #[error("{line:?} is the start of a text without labels; have a model label it, or label it with a tool first")]
    PlainText {
        /// Its first line.
        line: String,
    },
    /// It is one half of a document.
    #[error("this is brat's .ann file; open it together with its .txt file, or both in a zip archive")]
    HalfOfBrat,
}

/// The format of a file that starts with `head`; [`HEAD_BYTES`] of it are enough.
///
/// # Errors
/// If nothing known is recognised.
pub fn sniff(head: &[u8]) -> Result<Sniffed, SniffError> {
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    let head = &head[..head.len().min(HEAD_BYTES)];
    if head.starts_with(b"PK\x03\x04") {
        let reason = "it is a zip archive, as brat's texts and labels are kept in".to_owned();
        return Ok(Sniffed { format: Format::Brat, reason });
    }
    let text = String::from_utf8_lossy(head);
    match text.trim_start().chars().next() {
        None => Err(SniffError::Empty),
        Some('{' | '[') => by_fields(&text),
        Some(_) => by_lines(&text),
    }
}

fn by_fields(text: &str) -> Result<Sniffed, SniffError> {
    let Fields { outer, inner } = fields(text);
    let has = |name: &str| outer.contains(name);
    let inside = |name: &str| inner.contains(name);
    let found = if has("tokenized_text") {
        Some((Format::Gliner, "`tokenized_text`"))
    } else if has("sentences") && (has("ner") || has("doc_key") || has("predicted_ner")) {
        Some((Format::Dygie, "`sentences` and `ner` or `doc_key`"))
    } else if has("denotations") || (has("sourcedb") && has("text")) {
        Some((Format::PubAnnotation, "`denotations` or `sourcedb`"))
    } else if has("data") && (has("annotations") || has("predictions") || has("completions")) {
        Some((Format::LabelStudio, "`data` and `annotations` or `predictions`"))
    } else if has("text") && (has("spans") || has("answer") || has("_task_hash")) {
        Some((Format::Prodigy, "`text` and `spans` or `answer`"))
    } else if has("tokens") && has("entities") && !has("text") {
        Some((Format::Spert, "`tokens` and `entities`"))
    } else if has("text") && (inside("start_offset") || has("label") || has("labels") || has("Comments")) {
        Some((Format::Doccano, "`text` and `label` or entities with `start_offset`"))
    } else if has("text") && (has("windows") || has("words") || inside("start")) && has("entities") {
        Some((Format::Sinet, "`text`, `words` and `entities`"))
    } else if has("text") && has("entities") {
        // Documents without a label look the same in both, and are read the same.
        Some((Format::Doccano, "`text` and `entities`"))
    } else if has("text") {
        Some((Format::Doccano, "`text` and no labels"))
    } else {
        None
    };
    match found {
        Some((format, fields)) => Ok(Sniffed { format, reason: format!("its objects have {fields}") }),
        None => Err(SniffError::Fields { fields: outer.into_iter().collect() }),
    }
}

/// Names of fields of the first object, and of objects in lists within.
struct Fields {
    outer: BTreeSet<String>,
    inner: BTreeSet<String>,
}

/// The fields of the first object, of which only the start need be there.
fn fields(text: &str) -> Fields {
    let mut fields = Fields { outer: BTreeSet::new(), inner: BTreeSet::new() };
    let (mut depth, mut top) = (0usize, None);
    let mut characters = text.char_indices();
    let mut last_string: Option<&str> = None;
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                let mut escaped = false;
                let end = characters.find(|&(_, character)| {
                    let closes = character == '"' && !escaped;
                    escaped = character == '\\' && !escaped;
                    closes
                });
                let Some((end, _)) = end else { break };
                last_string = Some(&text[at + 1..end]);
            }
            ':' => {
                let Some(name) = last_string.take() else { continue };
                match top {
                    Some(top) if depth == top => fields.outer.insert(name.to_owned()),
                    Some(top) if depth == top + 2 => fields.inner.insert(name.to_owned()),
                    _ => false,
                };
            }
            '{' | '[' => {
                depth += 1;
                if character == '{' && top.is_none() {
                    top = Some(depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if top.is_some_and(|top| depth < top) {
                    break;
                }
            }
            _ => {}
        }
    }
    fields
}

fn by_lines(text: &str) -> Result<Sniffed, SniffError> {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let first = lines().next().unwrap_or_default();
    let is_annotation = |line: &str| {
        let mut columns = line.split('\t');
        let id = columns.next().unwrap_or_default();
        let number = id.strip_prefix(['T', 'R', 'E', 'A', 'N', '#']);
        columns.next().is_some() && number.is_some_and(|number| number.parse::<u64>().is_ok())
    };
    if is_annotation(first) {
        return Err(SniffError::HalfOfBrat);
    }
    if first.starts_with(webanno::START) {
        let reason = format!("it starts with {}", webanno::START);
        return Ok(Sniffed { format: Format::WebAnno, reason });
    }
    match conll::recognise(text) {
        Ok(reason) => Ok(Sniffed { format: Format::Conll, reason }),
        Err(_) if is_prose(text) => Err(SniffError::PlainText { line: shortened(first) }),
        Err(NoLayout { line: number, found: line, tried }) => Err(SniffError::Line { number, line, tried }),
    }
}

/// Whether this is text for people: letters, and neither control characters nor a table.
fn is_prose(text: &str) -> bool {
    let is_foreign = |character: char| {
        character == char::REPLACEMENT_CHARACTER || character.is_control() && !matches!(character, '\n' | '\r' | '\t')
    };
    let (mut lines, mut tables) = (0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        lines += 1;
        tables += usize::from(line.contains('\t'));
    }
    text.contains(char::is_alphabetic) && !text.contains(is_foreign) && 2 * tables < lines
}

fn listed(fields: &[String]) -> String {
    match fields {
        [] => "no field".to_owned(),
        fields => {
            let fields: Vec<String> = fields.iter().take(8).map(|field| format!("`{}`", shortened(field))).collect();
            fields.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_fields() {
        for (head, expected) in [
            (
                r#"[{"tokens": ["a"], "entities": [{"type": "K", "start": 0"#,
                "spert: its objects have `tokens` and `entities`",
            ),
            (
                r#"{"clusters": [[[1, 2]]], "sentences": [["\": x"]], "ner": "#,
                "dygie: its objects have `sentences` and `ner` or `doc_key`",
            ),
            (r#"{"tokenized_text": []}"#, "gliner: its objects have `tokenized_text`"),
            (r#"{"text": "a", "denotations": []}"#, "pubannotation: its objects have `denotations` or `sourcedb`"),
            (
                r#"[{"id": 1, "data": {"text": "a"}, "annotations": []}]"#,
                "label-studio: its objects have `data` and `annotations` or `predictions`",
            ),
            (
                r#"{"text": "a", "tokens": [{"start": 1}], "spans": []}"#,
                "prodigy: its objects have `text` and `spans` or `answer`",
            ),
            (
                r#"{"text": "a", "label": [[0, 1, "K"]]}"#,
                "doccano: its objects have `text` and `label` or entities with `start_offset`",
            ),
            (
                r#"{"text": "a", "entities": [{"start_offset": 0"#,
                "doccano: its objects have `text` and `label` or entities with `start_offset`",
            ),
            (
                r#"{"text": "a", "model": "m", "words": [], "entities": []}"#,
                "sinet: its objects have `text`, `words` and `entities`",
            ),
            (r#"{"text": "a", "url": "b"}"#, "doccano: its objects have `text` and no labels"),
            (r#"{"words": 1, "b\"c": 2}"#, r#"no known format has objects with `b\"c`, `words`; name the format"#),
            ("[]", "no known format has objects with no field; name the format"),
            ("PK\u{3}\u{4}", "brat: it is a zip archive, as brat's texts and labels are kept in"),
            ("-DOCSTART- -X- O O\n", "conll: it starts with -DOCSTART-"),
            ("\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGer", "conll: every line ends in a tag such as O or B-PER"),
            (
                "T1\tPeop 0 3\tAda\n",
                "this is brat's .ann file; open it together with its .txt file, or both in a zip archive",
            ),
            (
                "Ada lives in London.",
                r#""Ada lives in London." is the start of a text without labels; have a model label it, or label it with a tool first"#,
            ),
            ("rena _ _ B-PER\n\n# id 2 d=en\nporto _ _ B-LOC\n", "conll: column 4 of its lines holds tags such as O and B-PER"),
            ("B-PER\trena\nO\twalks\n", "conll: column 1 of its lines holds tags such as O and B-PER"),
            ("#FORMAT=WebAnno TSV 3.3\n", "webanno: it starts with #FORMAT=WebAnno TSV 3"),
            ("XPC2\tB\n,\tO\n", "conll: every line ends in a tag such as O or B-PER"),
            ("#begin document (d); part 000\nd 0 0 a", "conll: it has #begin document, as CoNLL 2012"),
            (
                "# text = Ada\n1\tAda\tAda\tPROPN\t_\t_\t0\troot\t_\t_\n\n",
                "conll: its lines have the columns of CoNLL-U",
            ),
            (
                "a\tb\tc\nd\te\tf\n",
                r#"line 1 is "a\tb\tc", which fits no known format (tried columns between tabs: most lines have 3, none of which holds tags such as O and B-PER; columns between blanks: most lines have 3, none of which holds tags such as O and B-PER; columns between commas: most lines have only one; columns between semicolons: most lines have only one); name the format"#,
            ),
            (
                "\u{1}PNG",
                r#"line 1 is "\u{1}PNG", which fits no known format (tried columns between tabs: most lines have only one; columns between blanks: most lines have only one; columns between commas: most lines have only one; columns between semicolons: most lines have only one); name the format"#,
            ),
            (" \n", "the file is empty"),
        ] {
            let found = match sniff(head.as_bytes()) {
                Ok(Sniffed { format, reason }) => format!("{}: {reason}", format.name()),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expected, "{head}");
        }
    }
}
