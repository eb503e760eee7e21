//! Which format a file has, by what stands in it.

use crate::archive::{Packing, begun, gunzipped_start};
use crate::encoding::decode_start;
use crate::error::{listed, shortened};
use crate::format::Format;
use crate::formats::brat::pairing::has_labels;
use crate::formats::conll::{self, NoLayout};
use crate::formats::{
    argilla, bioc, docbin, doccano, docred, dygie, gliner, gliner2, label_studio, prodigy, pubannotation, sinet, spacy,
    spert, tacred, token_tags, triples, uima, webanno,
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
    /// It says which layers a UIMA CAS has, and holds no document.
    #[error("this is the type system of a UIMA CAS, and holds no text; open the .xmi file beside it")]
    TypeSystem,
}

/// The format of a file that starts with `head`; [`HEAD_BYTES`] of it are enough.
///
/// # Errors
/// If nothing known is recognised.
pub fn sniff(head: &[u8]) -> Result<Sniffed, SniffError> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    match Packing::of(head) {
        Some(Packing::Gzip) => {
            let unpacked = gunzipped_start(head, HEAD_BYTES);
            match Packing::of(&unpacked) {
                Some(Packing::Gzip) => Err(SniffError::Line {
                    number: 1,
                    line: shortened(&String::from_utf8_lossy(&unpacked)),
                    tried: vec!["gzip in gzip".to_owned()],
                }),
                Some(packing) => by_files(packing, &unpacked),
                None => by_text(&unpacked),
            }
        }
        Some(packing) => by_files(packing, head),
        None => by_text(head),
    }
}

/// The format of the files in an archive, by its first ones.
fn by_files(packing: Packing, head: &[u8]) -> Result<Sniffed, SniffError> {
    let files = begun(packing, head);
    if let Some((name, _)) = files.iter().find(|(name, _)| has_labels(name)) {
        let reason = format!("it is an archive, and {name} in it is a file of brat's labels");
        return Ok(Sniffed { format: Format::Brat, reason });
    }
    let known = files.iter().find_map(|(name, content)| Some((name, by_text(content).ok()?)));
    Ok(match known {
        Some((name, Sniffed { format, reason })) => {
            Sniffed { format, reason: format!("it is an archive, and of {name} in it, {reason}") }
        }
        None => {
            let reason = "it is an archive, as brat's texts and labels are kept in".to_owned();
            Sniffed { format: Format::Brat, reason }
        }
    })
}

fn by_text(head: &[u8]) -> Result<Sniffed, SniffError> {
    if head.starts_with(b"PAR1") {
        let reason = "it starts with PAR1, as Parquet does".to_owned();
        return Ok(Sniffed { format: Format::Parquet, reason });
    }
    if docbin::recognise(head) {
        let reason = "it is deflated and holds the attributes of a DocBin".to_owned();
        return Ok(Sniffed { format: Format::DocBin, reason });
    }
    let head = decode_start(head);
    let text = String::from_utf8_lossy(&head);
    match text.trim_start().chars().next() {
        None => Err(SniffError::Empty),
        Some('{' | '[') => by_fields(&text),
        Some('<') => by_root(&text),
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
    (Format::CasJson, uima::json::recognise),
    (Format::BiocJson, bioc::json::recognise),
    (Format::Docred, docred::recognise),
    (Format::Tacred, tacred::recognise),
    (Format::TokenTags, token_tags::recognise),
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

/// The format of an XML file by its outermost element.
fn by_root(text: &str) -> Result<Sniffed, SniffError> {
    let element = |tag: &str| {
        let name = tag.split(|character: char| character.is_whitespace() || "/>".contains(character)).next();
        name.filter(|name| name.starts_with(|first: char| first.is_alphabetic())).map(str::to_owned)
    };
    let root = text.split('<').skip(1).find_map(element).unwrap_or_default();
    let format = match root.as_str() {
        "collection" | "document" => Format::BiocXml,
        "xmi:XMI" => Format::Xmi,
        "typeSystemDescription" => return Err(SniffError::TypeSystem),
        _ => {
            return Err(SniffError::Line {
                number: 1,
                line: shortened(text.lines().next().unwrap_or_default()),
                tried: vec![format!("XML: its outermost element is <{}>", shortened(&root))],
            });
        }
    };
    Ok(Sniffed { format, reason: format!("its outermost element is <{root}>") })
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
    if webanno::is_second_version(text) {
        return Err(SniffError::NotRead {
            what: "lines of WebAnno's TSV 2; INCEpTION exports the same as WebAnno TSV 3, which is read",
        });
    }
    if first.starts_with(webanno::START) {
        let reason = format!("it starts with {}", webanno::START);
        return Ok(Sniffed { format: Format::WebAnno, reason });
    }
    let is_pubtator = |(id, _): (&str, &str)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if first.split_once("|t|").is_some_and(is_pubtator) {
        return Err(SniffError::NotRead {
            what: "lines of PubTator's own form; PubTator gives the same as BioC, which is read",
        });
    }
    match conll::recognise(text) {
        Ok(reason) => Ok(Sniffed { format: Format::Conll, reason }),
        // A word may look like the name of an annotation.
        Err(_) if is_annotation(first) => Err(SniffError::HalfOfBrat),
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

#[cfg(test)]
mod tests {
    use sinet_text::ByteSpan;

    use super::*;
    use crate::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance, Writer};

    /// The project's own file with sentences and relations was taken for DyGIE's.
    #[test]
    fn every_written_file_is_recognised() {
        let text = "Ada met Bob. He left.";
        let label = |kind: &str, start, end| LabelledEntity {
            kind: kind.to_owned(),
            span: ByteSpan { start, end },
            score: None,
            provenance: Provenance::Person,
        };
        let relation =
            LabelledRelation { kind: "Met".to_owned(), head: 0, tail: 1, score: None, provenance: Provenance::Person };
        let document = LabelledDocument {
            entities: vec![label("Person", 0, 3), label("Person", 8, 11)],
            relations: vec![relation],
            ..LabelledDocument::new("d", text)
        };
        for format in Format::ALL.into_iter().filter(|format| format.can_be_read() && format.can_be_written()) {
            let mut writer = Writer::new(format, Vec::new());
            writer.write(&document.clone().with_words()).unwrap();
            let (bytes, _) = writer.finish().unwrap();
            assert_eq!(sniff(&bytes).unwrap().format, format, "{}", String::from_utf8_lossy(&bytes));
        }
    }

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
            (
                r#"{"text": "a", "denotations": []}"#,
                "pubannotation: its objects have `denotations`, `tracks` or `sourcedb`",
            ),
            (
                r#"{"text": "a", "tracks": [{"project": "b", "denotations": []}]}"#,
                "pubannotation: its objects have `denotations`, `tracks` or `sourcedb`",
            ),
            (
                r#"[{"text": "a", "ner": [{"start": 0, "end": 1, "labels": ["K"]}]}]"#,
                "label-studio: its objects have regions with `labels`, as in JSON-MIN",
            ),
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
            ("PK\u{3}\u{4}", "brat: it is an archive, as brat's texts and labels are kept in"),
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
            ("ana _ _ B-PER\n\n# id 2 d=en\nrio _ _ B-LOC\n", "conll: every line ends in a tag such as O or B-PER"),
            ("B-PER\trena\nO\twalks\n", "conll: column 1 of its lines holds tags such as O and B-PER"),
            ("T4\tB-Cell\nrises\tO\n", "conll: every line ends in a tag such as O or B-PER"),
            ("#FORMAT=WebAnno TSV 3.3\n", "webanno: it starts with #FORMAT=WebAnno TSV 3"),
            (
                " # webanno.custom.Span | kind # webanno.custom.Link | AttachTo=webanno.custom.Span\n#id=1\n#text=Ada\n1-1\tAda\tB-PER\t_\t_\t\n",
                "these are lines of WebAnno's TSV 2; INCEpTION exports the same as WebAnno TSV 3, which is read",
            ),
            (
                "1234567|t|Aspirin and headache.\n1234567|a|We tried it.\n1234567\t0\t7\tAspirin\tChemical\tD001241\n",
                "these are lines of PubTator's own form; PubTator gives the same as BioC, which is read",
            ),
            ("XPC2\tB\n,\tO\n", "conll: every line ends in a tag such as O or B-PER"),
            ("#begin document (d); part 000\nd 0 0 a", "conll: it has #begin document, as CoNLL 2012"),
            (
                "# text = Ada\n1\tAda\tAda\tPROPN\t_\t_\t0\troot\t_\t_\n\n",
                "conll: its lines have the columns of CoNLL-U",
            ),
            (
                "a\tb\tc\nd\te\tf\n",
                r#"line 1 is "a\tb\tc", which fits no known format (tried columns between tabs or blanks: most lines have 3, none of which holds tags such as O and B-PER; columns between commas or semicolons: most lines have only one); name the format"#,
            ),
            (
                "\u{1}PNG",
                r#"line 1 is "\u{1}PNG", which fits no known format (tried columns between tabs or blanks or commas or semicolons: most lines have only one); name the format"#,
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
