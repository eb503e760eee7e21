//! Why a file cannot be read or written.

use std::fmt;
use std::io;

use sinet_text::{ByteSpan, OffsetUnit};

use crate::format::Format;

/// Why a file cannot be read. Displays as one sentence that says where.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// The place of the mistake.
    pub place: Box<Place>,
    /// The mistake.
    #[source]
    pub problem: Problem,
}

/// A place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Number of the document in the file, from 1.
    pub document: Option<u64>,
    /// The document's name in the file.
    pub id: Option<String>,
    /// The field, with indices from 0, as in `entities[2].end`.
    pub field: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ", line {line}")?;
        }
        if let Some(document) = self.document {
            write!(formatter, ", document {document}")?;
        }
        if let Some(id) = &self.id {
            write!(formatter, " ({})", shortened(id))?;
        }
        match &self.field {
            Some(field) => write!(formatter, ", {field}"),
            None => Ok(()),
        }
    }
}

/// A mistake in a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It cannot be read at all.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is not text in UTF-8.
    #[error("is not text in UTF-8; save it in that encoding")]
    NotUtf8,
    /// It is not JSON, or not of the format's form.
    #[error("{0}")]
    Json(String),
    /// A value has another form than the format gives it.
    #[error("{found} stands there, but {expected} is expected")]
    Unfit {
        /// The value, shortened, or its kind.
        found: String,
        /// The form that it should have.
        expected: String,
    },
    /// An object lacks a field.
    #[error("there is no `{name}`; the fields are {}", listed(found))]
    NoField {
        /// The field.
        name: String,
        /// The fields that the object has, in their order.
        found: Vec<String>,
    },
    /// It is not XML, or not of the format's form.
    #[error("is not well-formed XML: {0}")]
    Xml(String),
    /// It is no Parquet, or of a kind that is not read.
    #[error("is no readable Parquet file: {0}")]
    Parquet(String),
    /// It is Parquet, and this program is built without a reader for that.
    #[error(
        "Parquet is not read here; the program `sinet` reads it: sinet convert FILE --to sinet --output FILE.jsonl"
    )]
    NoParquet,
    /// The tags of words are numbers, and their names are not known.
    #[error(
        "the tags are numbers, and nothing says which names they stand for; write the names, which `datasets` lists in `dataset.features`, or save the data as Parquet with `datasets`, which keeps them"
    )]
    NumbersForNames,
    /// It is no `DocBin` of spaCy.
    #[error("is no readable DocBin of spaCy: {0}")]
    DocBin(String),
    /// It is no zip archive.
    #[error("is no readable zip archive: {0}")]
    Zip(String),
    /// A line of a text format does not have the format's form.
    #[error("{found:?} is not {expected}")]
    Line {
        /// The text that stands there.
        found: String,
        /// The form that should.
        expected: &'static str,
    },
    /// A line has too few columns.
    #[error("{found:?} has too few columns: {count}, where {expected} belong; complete it or remove it")]
    MissingColumns {
        /// The line.
        found: String,
        /// How many it has.
        count: usize,
        /// How many it should have.
        expected: usize,
    },
    /// No column holds words, or none holds tags.
    #[error(
        "no column of its lines, such as {found:?}, holds tags (tried {tried}); name the columns of words and tags"
    )]
    NoColumns {
        /// The first line.
        found: String,
        /// What was tried, and the reasons against it.
        tried: String,
    },
    /// It is larger than allowed.
    #[error("{what} is larger than {limit} bytes; split it into smaller ones")]
    TooLarge {
        /// A document, say.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// It is nested deeper than allowed.
    #[error("is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A document has more labels than allowed.
    #[error("has {count} entities and relations, more than {limit}")]
    TooManyLabels {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// A span holds nothing.
    #[error("the span {start}..{end} is empty; {hint}")]
    EmptySpan {
        /// Its start.
        start: usize,
        /// Its end, as it is written.
        end: usize,
        /// How this format counts ends.
        hint: &'static str,
    },
    /// An index points past the end.
    #[error("{index} is out of range: there are {count} {counted}{hint}")]
    OutOfRange {
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
        /// Of what.
        counted: &'static str,
        /// The likely reason; empty, or a clause that starts with a semicolon.
        hint: &'static str,
    },
    /// A span does not fit the text.
    #[error("the span {start}..{end} does not fit the text of {len} {}", unit_name(*unit))]
    LeavesText {
        /// Its start.
        start: usize,
        /// Its end.
        end: usize,
        /// Length of the text.
        len: usize,
        /// The unit of all three.
        unit: OffsetUnit,
    },
    /// The text that stands beside a span is not the text there, in no unit.
    #[error(
        "the file says that {start}..{end} is {stated:?}, but its text has {found:?} there; the offsets are wrong in every unit"
    )]
    OtherText {
        /// Its start.
        start: usize,
        /// Its end.
        end: usize,
        /// The text that the file states.
        stated: String,
        /// The text that is there.
        found: String,
    },
    /// Something refers to what is not there.
    #[error("there is no {what} {name:?}")]
    Unknown {
        /// An entity, say.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something has a name that is taken.
    #[error("{name:?} occurs twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// Two parts of the file exclude each other.
    #[error("{0}")]
    Contradiction(String),
    /// A part is missing.
    #[error("there is no {0}")]
    Missing(&'static str),
    /// The format is only written.
    #[error("{0} can be written but not read")]
    WriteOnly(Format),
    /// A reader let something through that fits no document.
    #[error("{0}")]
    Document(#[from] DocumentError),
}

/// Why a document cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The format is only read.
    #[error("{0} can be read but not written")]
    ReadOnly(Format),
    /// The output takes no more.
    #[error("cannot write: {0}")]
    Io(#[from] io::Error),
    /// The document contradicts itself.
    #[error("document {id:?}: {problem}")]
    Document {
        /// Its name.
        id: String,
        /// The mistake in it.
        problem: DocumentError,
    },
}

/// Parts of a [`LabelledDocument`](crate::LabelledDocument) that do not fit each other. Indices count from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// A span ends before it starts, or an entity is empty.
    #[error("{field}: the span {}..{} is empty or backwards", span.start, span.end)]
    Empty {
        /// The field, as in `entities[2].span`.
        field: String,
        /// The span, in bytes.
        span: ByteSpan,
    },
    /// A span leaves the text.
    #[error("{field}: the span {}..{} leaves the text of {len} bytes", span.start, span.end)]
    LeavesText {
        /// The field.
        field: String,
        /// The span, in bytes.
        span: ByteSpan,
        /// Length of the text in bytes.
        len: usize,
    },
    /// A span starts or ends inside a character.
    #[error("{field}: the span {}..{} cuts a character", span.start, span.end)]
    CutsCharacter {
        /// The field.
        field: String,
        /// The span, in bytes.
        span: ByteSpan,
    },
    /// A word or a sentence starts before the one before it has ended.
    #[error("{field}: starts before the one before it has ended; they must be in order and disjoint")]
    OutOfOrder {
        /// The field, as in `words[2]`.
        field: String,
    },
    /// An index points past the end.
    #[error("{field}: {index} is out of range, there are {count}")]
    OutOfRange {
        /// The field, as in `relations[0].head`.
        field: String,
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A score is not a probability.
    #[error("{field}: {score} is not a probability; it must lie between 0 and 1")]
    NoProbability {
        /// The field, as in `entities[2].score`.
        field: String,
        /// The score.
        score: f32,
    },
}

/// A mistake in one document, and its field: a reader's error before file and line are known.
#[derive(Debug)]
pub(crate) struct Fault {
    pub field: Option<String>,
    /// Lines after the document's first.
    pub line: u64,
    pub problem: Problem,
}

impl Fault {
    pub(crate) fn at(field: impl Into<String>, problem: Problem) -> Self {
        Self { field: Some(field.into()), line: 0, problem }
    }
}

impl Fault {
    /// The error in `file`, in a document that starts on `line`, has `number` in the file, and is called `id`.
    pub(crate) fn in_file(self, file: &str, line: u64, number: Option<u64>, id: Option<String>) -> ReadError {
        let place = Place {
            file: file.to_owned(),
            line: Some(line + self.line),
            document: number,
            id: id.filter(|id| !id.is_empty()),
            field: self.field,
        };
        ReadError { place: Box::new(place), problem: self.problem }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self { field: None, line: 0, problem }
    }
}

pub(crate) fn unit_name(unit: OffsetUnit) -> &'static str {
    match unit {
        OffsetUnit::Bytes => "UTF-8 bytes",
        OffsetUnit::CodePoints => "Unicode code points",
        OffsetUnit::Utf16 => "UTF-16 code units",
    }
}

/// Names of fields as a sentence lists them, some if they are many.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    const SAID: usize = 8;
    if names.is_empty() {
        return "none".to_owned();
    }
    let said: Vec<String> = names.iter().take(SAID).map(|name| format!("`{}`", shortened(name.as_ref()))).collect();
    let more = if names.len() > SAID { format!(" and {} more", names.len() - SAID) } else { String::new() };
    said.join(", ") + &more
}

/// Enough of a text from a file to know it by.
pub(crate) fn shortened(text: &str) -> String {
    const CHARACTERS: usize = 60;
    match text.char_indices().nth(CHARACTERS) {
        Some((cut, _)) => format!("{}…", ByteSpan { start: 0, end: cut }.of(text).unwrap_or_default()),
        None => text.to_owned(),
    }
}
