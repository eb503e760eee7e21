//! Documents from a file, one at a time.

use std::io::BufRead;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::LabelledDocument;
use crate::elements::Elements;
use crate::error::{Fault, Place, Problem, ReadError};
use crate::format::Format;
use crate::formats::{brat, conll, doccano, dygie, gliner, label_studio, prodigy, pubannotation, sinet, spert};
use crate::loss::LossReport;

/// How to read a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// What is too much.
    pub limits: Limits,
    /// How the file counts ends of words, where it does not do as its format says.
    pub ends: Option<Ends>,
}

/// Whether the end of a stretch belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The end is the last word.
    Inclusive,
    /// The end is the word after the last.
    Exclusive,
}

/// What is too much for a reader; they keep its memory bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one document, as it stands in the file.
    pub document_bytes: usize,
    /// Levels of nested JSON, at most 100.
    pub depth: usize,
    /// Entities and relations of one document.
    pub labels: usize,
    /// Bytes of a zip archive.
    pub archive_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { document_bytes: 32 << 20, depth: 64, labels: 200_000, archive_bytes: 1 << 30 }
    }
}

/// The documents of a file.
///
/// Yields one document at a time and holds no more than that, however long the file is. It ends at the first error, unless it
/// shall go [past errors](Reader::past_errors).
pub struct Reader<R> {
    source: Source<R>,
    format: Format,
    context: Context,
    file: String,
    /// Documents begun so far.
    begun: u64,
    past_errors: bool,
    ended: bool,
}

enum Source<R> {
    Json(Elements<R>),
    Spert { elements: Elements<R>, pending: Option<spert::Pending> },
    Conll(conll::Lines<R>),
    Brat(brat::Archive<R>),
}

/// What the modules of the formats read with.
pub(crate) struct Context {
    pub options: Options,
    pub report: LossReport,
    /// What the file calls the document that is being read.
    pub id: Option<String>,
}

impl<R: BufRead> Reader<R> {
    /// Reads `input`, a file in `format` that is called `file` in errors.
    pub fn new(format: Format, input: R, file: impl Into<String>, mut options: Options) -> Self {
        // Above this serde_json refuses it anyway, in other words.
        options.limits.depth = options.limits.depth.min(100);
        let limits = options.limits;
        let mut report = LossReport::default();
        report.note(match options.ends {
            None => format!("Read as {format}, which counts in {}.", format.positions()),
            Some(Ends::Inclusive) => format!("Read as {format}, with ends inclusive as you said."),
            Some(Ends::Exclusive) => format!("Read as {format}, with ends exclusive as you said."),
        });
        let source = match format {
            Format::Spert => Source::Spert { elements: Elements::new(input, limits), pending: None },
            Format::Conll => Source::Conll(conll::Lines::new(input)),
            Format::Brat => Source::Brat(brat::Archive::new(input)),
            _ => Source::Json(Elements::new(input, limits)),
        };
        let context = Context { options, report, id: None };
        Self { source, format, context, file: file.into(), begun: 0, past_errors: false, ended: false }
    }

    /// Goes on after a document that is wrong, wherever the next one can be told from it: not after a mistake in the
    /// structure around the documents.
    #[must_use]
    pub fn past_errors(self) -> Self {
        Self { past_errors: true, ..self }
    }

    /// What was not read, and what was found out about the file, up to here.
    pub fn report(&self) -> &LossReport {
        &self.context.report
    }

    fn read(&mut self) -> Result<Option<LabelledDocument>, ReadError> {
        let (begun, context) = (&mut self.begun, &mut self.context);
        // What lies in an archive has a name of its own.
        let mut inside = None;
        let (line, read) = match &mut self.source {
            Source::Json(elements) => next_object(elements, self.format, begun, context),
            Source::Spert { elements, pending } => spert::next(elements, pending, begun, context),
            Source::Conll(lines) => lines.next(begun, context),
            Source::Brat(archive) => {
                let (name, document) = archive.next(&self.file, begun, context)?.unzip();
                inside = name;
                (1, Ok(document))
            }
        };
        match read.and_then(|document| document.map(|document| self.checked(document)).transpose()) {
            Ok(Some(document)) => {
                let report = &mut self.context.report;
                report.documents += 1;
                report.entities += document.entities.len();
                report.relations += document.relations.len();
                Ok(Some(document))
            }
            Ok(None) => Ok(None),
            Err(fault) => {
                let id = self.context.id.clone();
                let number = (self.begun > 0).then_some(self.begun);
                Err(place(fault, inside.as_deref().unwrap_or(&self.file), line, number, id))
            }
        }
    }

    fn checked(&self, document: LabelledDocument) -> Result<LabelledDocument, Fault> {
        check(document, &self.context.options.limits)
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<LabelledDocument, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = match next {
            Some(Ok(_)) => false,
            Some(Err(_)) => !self.past_errors,
            None => true,
        };
        next
    }
}

/// The document of the next object that has one, and the line on which that starts.
fn next_object<R: BufRead>(
    elements: &mut Elements<R>,
    format: Format,
    begun: &mut u64,
    context: &mut Context,
) -> (u64, Result<Option<LabelledDocument>, Fault>) {
    loop {
        let element = match elements.next() {
            Ok(Some(element)) => element,
            Ok(None) => return (elements.line(), Ok(None)),
            Err(problem) => return (elements.line(), Err(problem.into())),
        };
        *begun += 1;
        context.id = None;
        let json = &element.json;
        let read = match format {
            Format::Sinet => sinet::read(json, context).map(Some),
            Format::Dygie => dygie::read(json, context).map(Some),
            Format::Gliner => gliner::read(json, context).map(Some),
            Format::Doccano => doccano::read(json, context).map(Some),
            Format::LabelStudio => label_studio::read(json, context).map(Some),
            Format::Prodigy => prodigy::read(json, context),
            Format::PubAnnotation => pubannotation::read(json, context).map(Some),
            format => Err(Problem::WriteOnly(format).into()),
        };
        if !matches!(read, Ok(None)) {
            return (element.line, read);
        }
    }
}

/// The document, if it is not too much and its parts fit.
pub(crate) fn check(document: LabelledDocument, limits: &Limits) -> Result<LabelledDocument, Fault> {
    let count = document.entities.len() + document.relations.len();
    if count > limits.labels {
        return Err(Problem::TooManyLabels { count, limit: limits.labels }.into());
    }
    document.check().map_err(Problem::from)?;
    Ok(document)
}

/// The error at `fault` in a document that starts on `line`.
pub(crate) fn place(fault: Fault, file: &str, line: u64, document: Option<u64>, id: Option<String>) -> ReadError {
    let place = Place {
        file: file.to_owned(),
        line: Some(line + fault.line),
        document,
        id: id.filter(|id| !id.is_empty()),
        field: fault.field,
    };
    ReadError { place: Box::new(place), problem: fault.problem }
}

/// One object as `T`.
pub(crate) fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(json).map_err(|error| {
        let message = error.to_string();
        // The line is given with the file; the column counts from there.
        let message = match message.rsplit_once(" at line ") {
            Some((message, place)) => {
                let column = place.rsplit_once(' ').map_or("", |(_, column)| column);
                match error.line() {
                    0 | 1 => format!("{message} (column {column}, from where the document starts)"),
                    _ => format!("{message} (column {column})"),
                }
            }
            None => message,
        };
        Fault { field: None, line: error.line().saturating_sub(1) as u64, problem: Problem::Json(message) }
    })
}

/// What a file calls something: text as it is, a number in digits, nothing as nothing.
pub(crate) fn name_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(name) => name.clone(),
        other => other.to_string(),
    }
}
