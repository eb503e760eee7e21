//! Everything that can be wrong, one sentence each, with the file and the line.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sinet_formats::{ReadError, SniffError, UnknownFormat};

/// A mistake, and the place of it.
#[derive(Debug)]
pub struct Error {
    /// The file, as it is named to the person; `<standard input>` for what has none.
    pub file: String,
    /// The line, from 1, where one can be named.
    pub line: Option<usize>,
    /// The mistake.
    pub problem: Problem,
}

impl Error {
    /// A mistake in a file as a whole.
    pub fn in_file(file: &Path, problem: impl Into<Problem>) -> Self {
        Self { file: file.display().to_string(), line: None, problem: problem.into() }
    }

    /// A mistake in a line, counted from 1.
    pub fn at(file: &Path, line: usize, problem: impl Into<Problem>) -> Self {
        Self { line: Some(line), ..Self::in_file(file, problem) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ", line {line}")?;
        }
        write!(formatter, ": {}", self.problem)
    }
}

/// At least one mistake. Displays as one sentence a line.
#[derive(Debug)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// Nothing if there is no error.
    ///
    /// # Errors
    /// All of `errors`, if there is one.
    pub fn check(errors: Vec<Error>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }

    /// The mistakes.
    pub fn into_inner(self) -> Vec<Error> {
        self.0
    }

    /// The exit code: 1 if a file cannot be read or written, 2 for what a person has to put right.
    pub fn exit_code(&self) -> u8 {
        if self.0.iter().any(|error| matches!(error.problem, Problem::Read(_) | Problem::Write(_))) { 1 } else { 2 }
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let sentences: Vec<String> = self.0.iter().map(Error::to_string).collect();
        formatter.write_str(&sentences.join("\n"))
    }
}

impl std::error::Error for Errors {}

/// A mistake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A file cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// A file cannot be written.
    #[error("cannot be written: {0}")]
    Write(#[source] io::Error),
    /// A file is not text.
    #[error("is not text in UTF-8; save it in that encoding")]
    NotUtf8,
    /// A file is larger than is read.
    #[error("has {bytes} bytes, more than {limit}; split it")]
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The largest size in bytes.
        limit: u64,
    },

    /// A word or an attribute that means nothing.
    #[error("unknown word {word:?}{}", hint(nearest.as_deref()))]
    UnknownWord {
        /// The word.
        word: String,
        /// A known word that looks like it.
        nearest: Option<String>,
    },
    /// A word with a value that it cannot have.
    #[error("`{name}` is {value:?}; it can be {expected}")]
    Value {
        /// The word.
        name: &'static str,
        /// Its value.
        value: String,
        /// The values that it can have.
        expected: &'static str,
    },
    /// A word that needs a value.
    #[error("`{name}` has no value; write `{name}={expected}`")]
    NoValue {
        /// The word.
        name: &'static str,
        /// The form of the value.
        expected: &'static str,
    },
    /// A word that says again what has been said.
    #[error("`{0}` is said twice")]
    Twice(&'static str),
    /// A format without a reader.
    #[error(transparent)]
    Format(#[from] UnknownFormat),
    /// A figure without a model.
    #[error("names no model; write one, as in `sinet scierc`, or set `model` for all figures in sinet-docs.toml")]
    NoModel,
    /// A model that is not known.
    #[error("there is no model {name:?}{}; name its folder in [models] of sinet-docs.toml", hint(nearest.as_deref()))]
    UnknownModel {
        /// The name.
        name: String,
        /// A known name that looks like it.
        nearest: Option<String>,
    },
    /// A type that is neither the model's nor in the file.
    #[error("there is no label {name:?}{}", hint(nearest.as_deref()))]
    UnknownLabel {
        /// The type.
        name: String,
        /// A known type that looks like it.
        nearest: Option<String>,
    },

    /// A figure without a text.
    #[error("holds no text; write a sentence, or name a file by src=FILE")]
    NoText,
    /// A figure with a text and a file.
    #[error("has a text and a file; leave one of them out")]
    TextAndFile,
    /// A text that is longer than is drawn.
    #[error("has a text of {bytes} bytes, more than the {limit} of a figure; split it")]
    LongText {
        /// Its length in bytes.
        bytes: usize,
        /// The longest in bytes.
        limit: usize,
    },
    /// A tag in a text.
    #[error("has the tag {0} in its text; write `&lt;` for `<`, or use a fence")]
    TagInText(String),
    /// An element that has no end.
    #[error("`<sinet-text>` has no end; write `</sinet-text>` after the text")]
    Unclosed,
    /// An element within a line of Markdown.
    #[error("`<sinet-text>` stands within a line; give it lines of its own")]
    NotAlone,

    /// A file outside of the docs.
    #[error("`src` is {0:?}; it must be a path below the docs folder, without `..`")]
    Outside(String),
    /// The file of a figure.
    #[error("the file {}: {problem}", path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// The mistake.
        problem: Box<Problem>,
    },
    /// Labelled text that cannot be read; the sentence names the line within it.
    #[error("{0}")]
    Labelled(#[from] ReadError),
    /// Labelled text in no known format.
    #[error("{0}")]
    Sniff(#[from] SniffError),
    /// A file of several documents.
    #[error("holds more than one document; name one by its number, as in src=FILE#1")]
    Several,
    /// A number of a document that is not there.
    #[error("holds {count} documents, and there is no number {number:?}")]
    NoDocument {
        /// The number, as it is written.
        number: String,
        /// How many there are.
        count: usize,
    },
    /// A document that contradicts itself.
    #[error("{0}")]
    Document(#[from] sinet_formats::DocumentError),

    /// A text that has not been read.
    #[error("no entry in sinet.lock.json for this text by {}; run `sinet docs update`", on_one_line(model))]
    Unlocked {
        /// The model.
        model: String,
    },
    /// Both sides of a merge.
    #[error("a merge conflict; keep the lines of both sides, then run `sinet docs update`")]
    Conflict,
    /// Another version of the file.
    #[error("was written for version {0} of lock files, not {ours}; run `sinet docs update` of this version", ours = crate::lock::VERSION)]
    Version(u64),
    /// An entry for another renderer.
    #[error("an entry for renderer {0}, not {ours}; run `sinet docs update`", ours = crate::lock::RENDERER)]
    Renderer(u64),
    /// A line that is no entry.
    #[error("no entry of a lock file: {}; restore the file, or run `sinet docs update`", on_one_line(.0))]
    Damaged(String),
    /// Two entries for one text.
    #[error("another entry for the text of line {0}; run `sinet docs update`")]
    Again(usize),
    /// An entry of another model than the file names.
    #[error("an entry by another {} than line {line} names; run `sinet docs update`", on_one_line(model))]
    OtherModel {
        /// The model.
        model: String,
        /// The line of the model.
        line: usize,
    },

    /// Settings that are no TOML.
    #[error("{0}")]
    Toml(String),
    /// A key of the settings that means nothing.
    #[error("unknown key {key:?}{}", hint(nearest.as_deref()))]
    UnknownKey {
        /// The key.
        key: String,
        /// A known key that looks like it.
        nearest: Option<String>,
    },
    /// A key of the settings with another kind of value.
    #[error("`{key}` must be {expected}")]
    Kind {
        /// The key.
        key: String,
        /// The kind of value.
        expected: &'static str,
    },

    /// Input of a preprocessor that is none.
    #[error("is not what mdBook sends to a preprocessor: {}; call it from book.toml", on_one_line(.0))]
    NoBook(String),
    /// A line of a conversation that cannot be understood.
    #[error("is not a request: {}", on_one_line(.0))]
    NoRequest(String),
    /// A page that holds a live figure, without the element.
    #[error(
        "has a live figure, and nothing says where the element lies; set `element` in sinet-docs.toml to its folder"
    )]
    NoElement,
    /// A folder of the element that mdBook does not copy.
    #[error("`element` is {0:?}, which mdBook does not copy; put the folder below the book's sources")]
    ElementOutside(String),
    /// A picture that cannot be made.
    #[error("cannot be drawn: {0}")]
    Picture(String),
    /// A folder without a built site.
    #[error("holds no HTML; build the site first")]
    NoPages,
}

/// A text from a file with its line ends and the like spelled out: a mistake is told in one line.
fn on_one_line(text: &str) -> String {
    let spelled = |character: char| {
        let is_plain = !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}');
        if is_plain { String::from(character) } else { character.escape_default().collect() }
    };
    text.chars().map(spelled).collect()
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest:?}?"))
}

/// The known word that looks most like `word`, if one does.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Longer words are cut off: the comparison takes the product of both lengths.
    let word: String = word.chars().take(64).collect();
    let scored = known.into_iter().map(|known| (strsim::normalized_damerau_levenshtein(&word, known), known));
    let best = scored.max_by(|left, right| left.0.total_cmp(&right.0))?;
    (best.0 >= 0.5).then(|| best.1.to_owned())
}
