//! Which format a file has, by what stands in it.

use crate::error::{listed, shortened};
use crate::format::Format;
use crate::formats::{
    argilla, doccano, dygie, gliner, gliner2, label_studio, prodigy, pubannotation, sinet, spacy, spert, triples,
};
use crate::json::shape::{Kind, Shape};

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
    #[error("no known format has objects with these fields: {}; name the format", listed(fields))]
    Fields {
        /// The fields, in alphabetical order.
        fields: Vec<String>,
    },
    /// Its objects are of a format that is not read, from which another program makes one that is.
    #[error("these are {what}")]
    NotRead {
        /// The format, and the way out of it.
        what: &'static str,
    },
    /// It is neither JSON nor lines of a known form.
    #[error("{line:?} is the start of no known format; name the format")]
    Line {
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

/// Fields of formats that are not read, and what to do.
const NOT_READ: &[(&str, &str)] = &[
    (
        "paragraphs",
        "spaCy 2's training documents; `python -m spacy convert` makes a .spacy file of them, which is read",
    ),
    ("data[].paragraphs", "questions and answers of SQuAD's form, which have no entities"),
];

/// The evidence of a format in the shape of a file, as a list of fields.
type Recogniser = fn(&Shape) -> Option<&'static str>;

/// The formats of JSON and their evidence, the most telling first.
const RECOGNISERS: &[(Format, Recogniser)] = &[
    (Format::Gliner, gliner::recognise),
    (Format::Gliner2, gliner2::recognise),
    (Format::Triples, triples::recognise),
    (Format::Argilla, argilla::recognise),
    (Format::Dygie, dygie::recognise),
    (Format::PubAnnotation, pubannotation::recognise),
    (Format::LabelStudio, label_studio::recognise),
    (Format::Prodigy, prodigy::recognise),
    (Format::Spert, spert::recognise),
    (Format::Doccano, doccano::recognise),
    (Format::Sinet, sinet::recognise),
    (Format::Spacy, spacy::recognise),
];

fn by_fields(text: &str) -> Result<Sniffed, SniffError> {
    let shape = Shape::of(text);
    let found = RECOGNISERS.iter().find_map(|(format, recognise)| Some((*format, recognise(&shape)?)));
    // A record with a text is one, whatever its labels are called; the reader names what it does not know.
    let text =
        || (shape.has_as("text", Kind::Text)).then_some((Format::Doccano, "`text` and no labels of a known name"));
    match found.or_else(text) {
        Some((format, fields)) => Ok(Sniffed { format, reason: format!("its objects have {fields}") }),
        None => match NOT_READ.iter().find(|(path, _)| shape.has(path)) {
            Some(&(_, what)) => Err(SniffError::NotRead { what }),
            None => Err(SniffError::Fields { fields: shape.fields() }),
        },
    }
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
    if first.starts_with("-DOCSTART-") {
        return Ok(Sniffed { format: Format::Conll, reason: "it starts with -DOCSTART-".to_owned() });
    }
    let is_tagged = |line: &str| {
        let mut columns = line.split_whitespace();
        let (_, tag) = (columns.next(), columns.next_back().unwrap_or_default());
        tag == "O" || tag.split_once('-').is_some_and(|(prefix, _)| "BIESLUM".contains(prefix) && prefix.len() == 1)
    };
    // The last line may be cut.
    let mut whole = lines().take(50).collect::<Vec<_>>();
    if whole.len() > 1 && !text.ends_with('\n') {
        whole.pop();
    }
    if whole.iter().all(|line| is_tagged(line)) {
        let reason = "every line ends in a tag such as O or B-PER".to_owned();
        return Ok(Sniffed { format: Format::Conll, reason });
    }
    Err(SniffError::Line { line: shortened(first) })
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
                r#"{"text": "a b", "tokens": ["a", "b"], "entities": [{"type": "K", "start": 0, "end": 1}]}"#,
                "spert: its objects have `tokens` and `entities`",
            ),
            (
                r#"{"id": "x", "body": "a", "label": [[0, 1, "K"]]}"#,
                "doccano: its objects have `text` and `label` or entities with `start_offset`",
            ),
            (r#"["a", {"entities": [[0, 1, "K"]]}]"#, "spacy: its objects have pairs of a text and its `entities`"),
            (
                r#"{"text": "a", "entities": [{"start": 0, "end": 1, "label": "K"}], "words": ["a"]}"#,
                "spacy: its objects have a text and `ents`, `entities` with `label` or `annotation` with `points`",
            ),
            (
                r#"{"text": "a", "spo_list": [{"subject"#,
                "triples: its objects have `spo_list`, `triple_list` or the like",
            ),
            (
                r#"[{"id": 0, "paragraphs": [{"raw": "a"}]}]"#,
                "these are spaCy 2's training documents; `python -m spacy convert` makes a .spacy file of them, which is read",
            ),
            (
                r#"{"text": "a", "model": "m", "words": [], "entities": []}"#,
                "sinet: its objects have `text`, `words` and `entities`",
            ),
            (r#"{"text": "a", "url": "b"}"#, "doccano: its objects have `text` and no labels of a known name"),
            (
                r#"{"words": 1, "b\"c": 2}"#,
                r#"no known format has objects with these fields: `b\"c`, `words`; name the format"#,
            ),
            ("[]", "no known format has objects with these fields: none; name the format"),
            ("PK\u{3}\u{4}", "brat: it is a zip archive, as brat's texts and labels are kept in"),
            ("-DOCSTART- -X- O O\n", "conll: it starts with -DOCSTART-"),
            ("\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGer", "conll: every line ends in a tag such as O or B-PER"),
            (
                "T1\tPeop 0 3\tAda\n",
                "this is brat's .ann file; open it together with its .txt file, or both in a zip archive",
            ),
            ("Ada lives in London.", r#""Ada lives in London." is the start of no known format; name the format"#),
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
