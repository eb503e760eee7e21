//! Annotations in the form that somebody wants them in.

use std::fmt::{self, Display};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use arrow_schema::SchemaRef;
use serde::Serialize;
use sinet_arrow::files::{BatchWriter, FileKind};
use sinet_document::Reading;
use sinet_figure::{Drawn, Theme, WIDTH, coloured_text, estimated_width, html, plain_text, standalone_svg};
use sinet_formats::{Format, LabelledDocument, LossReport, Writer};
use sinet_text::{Annotation, Types};

use crate::Error;

/// The form of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// A JSON object a text and line.
    Json,
    /// Text with its labels below, for people; in colour in a terminal.
    Text,
    /// A picture of one text.
    Svg,
    /// A page about one text.
    Html,
    /// The columns of the input with those of annotations.
    Columns(FileKind),
    /// A format of labelled documents.
    Labelled(Format),
}

const OWN: [(&str, OutputForm); 7] = [
    ("json", OutputForm::Json),
    ("text", OutputForm::Text),
    ("svg", OutputForm::Svg),
    ("html", OutputForm::Html),
    ("parquet", OutputForm::Columns(FileKind::Parquet)),
    ("arrow", OutputForm::Columns(FileKind::ArrowFile)),
    ("arrows", OutputForm::Columns(FileKind::ArrowStream)),
];

/// A name that no form has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no form {name:?}; there are {}", names().join(", "))]
pub struct UnknownForm {
    name: String,
}

impl FromStr for OutputForm {
    type Err = UnknownForm;

    fn from_str(name: &str) -> Result<Self, UnknownForm> {
        let own = OWN.iter().find(|(own, _)| *own == name).map(|(_, form)| *form);
        let labelled = || name.parse::<Format>().ok().filter(|format| format.can_be_written()).map(Self::Labelled);
        own.or_else(labelled).ok_or_else(|| UnknownForm { name: name.to_owned() })
    }
}

impl Display for OutputForm {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Labelled(format) => format.fmt(f),
            own => f.write_str(OWN.iter().find(|(_, form)| form == own).map_or("", |(name, _)| name)),
        }
    }
}

impl OutputForm {
    /// What the end of a name says.
    pub fn of(path: &Path) -> Option<Self> {
        if let Some(kind) = FileKind::of(path) {
            return Some(Self::Columns(kind));
        }
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" | "jsonl" | "ndjson" => Some(Self::Json),
            "txt" => Some(Self::Text),
            "svg" => Some(Self::Svg),
            "html" => Some(Self::Html),
            _ => None,
        }
    }

    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "jsonl",
            Self::Text => "txt",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Columns(FileKind::Parquet) => "parquet",
            Self::Columns(FileKind::ArrowFile) => "arrow",
            Self::Columns(FileKind::ArrowStream) => "arrows",
            Self::Labelled(format) => format.extension(),
        }
    }

    /// Whether a file of it holds any number of texts.
    pub fn holds_many(self) -> bool {
        !matches!(self, Self::Svg | Self::Html)
    }
}

fn names() -> Vec<&'static str> {
    let formats = Format::ALL.into_iter().filter(|format| format.can_be_written()).map(Format::name);
    let own: Vec<_> = OWN.iter().map(|(name, _)| *name).collect();
    own.iter().copied().chain(formats.filter(|name| !own.contains(name))).collect()
}

/// The answer to a text: none where there was none, a reason where it could not be read.
pub type Answer = Option<Result<Annotation, String>>;

/// An output that is open.
pub struct Output<W: Write + Send> {
    sink: Sink<W>,
    path: PathBuf,
    types: Types,
    is_coloured: bool,
    texts: usize,
}

enum Sink<W: Write + Send> {
    Lines(OutputForm, W),
    Columns(BatchWriter<W>),
    Labelled(Box<Writer<W>>),
}

/// A line of JSON: the annotation, with the name of its document if it has one.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    annotation: Option<&'a Annotation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<W: Write + Send> Output<W> {
    /// Begins an output; `path` is what errors call it. `schema` is that of the columns, `types` names the labels where they are
    /// drawn.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if it takes nothing.
    pub fn new(
        form: OutputForm,
        output: W,
        path: &Path,
        schema: &SchemaRef,
        types: Types,
        is_coloured: bool,
    ) -> Result<Self, Error> {
        let sink = match form {
            OutputForm::Columns(kind) => {
                Sink::Columns(BatchWriter::new(output, kind, schema).map_err(Error::writing_batches(path))?)
            }
            OutputForm::Labelled(format) => Sink::Labelled(Box::new(Writer::new(format, output))),
            form => Sink::Lines(form, output),
        };
        Ok(Self { sink, path: path.to_owned(), types, is_coloured, texts: 0 })
    }

    /// Writes the answers of some rows. `annotated` is what they are as columns.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the output takes no more, [`Error::Data`] if its form cannot hold them.
    pub fn write(
        &mut self,
        ids: &[Option<String>],
        answers: Vec<Answer>,
        annotated: impl FnOnce(Vec<Answer>) -> Result<arrow_array::RecordBatch, Error>,
    ) -> Result<(), Error> {
        if let Sink::Columns(writer) = &mut self.sink {
            return writer.write(&annotated(answers)?).map_err(Error::writing_batches(&self.path));
        }
        for (id, answer) in ids.iter().zip(answers) {
            self.texts += 1;
            self.write_one(id.as_deref(), answer)?;
        }
        Ok(())
    }

    fn write_one(&mut self, id: Option<&str>, answer: Answer) -> Result<(), Error> {
        let path = &self.path;
        let written = match &mut self.sink {
            Sink::Columns(_) => return Ok(()),
            Sink::Labelled(writer) => {
                // A text that was not read has no labels in any format, and is not passed for one without.
                let Some(Ok(annotation)) = answer else { return Ok(()) };
                // Formats tell documents apart by names, so one without has its number.
                let id = id.map_or_else(|| self.texts.to_string(), str::to_owned);
                let document = labelled(annotation, id);
                return writer.write(&document).map_err(Error::document(path));
            }
            Sink::Lines(OutputForm::Json, output) => {
                let error = match &answer {
                    Some(Err(error)) => Some(error.as_str()),
                    _ => None,
                };
                let annotation = answer.as_ref().and_then(|answer| answer.as_ref().ok());
                let line = serde_json::to_string(&Line { id, annotation, error });
                writeln!(output, "{}", line.map_err(|error| Error::Serialize(error.into()))?)
            }
            Sink::Lines(form, output) => match answer {
                None => Ok(()),
                Some(Err(error)) => writeln!(output, "({error})"),
                Some(Ok(annotation)) => {
                    let document = labelled(annotation, id.unwrap_or_default().to_owned());
                    let between = if self.texts > 1 { "\n" } else { "" };
                    write!(output, "{between}{}", drawn(*form, document, &self.types, self.is_coloured))
                }
            },
        };
        written.map_err(Error::writing(path))
    }

    /// Writes the answer to a text without a name; nothing into columns, which have rows.
    ///
    /// # Errors
    ///
    /// As [`Output::write`].
    pub fn write_text(&mut self, annotation: Annotation) -> Result<(), Error> {
        self.texts += 1;
        self.write_one(None, Some(Ok(annotation)))
    }

    /// Ends the output; gives it back, with what its form could not hold.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if it takes no more.
    pub fn finish(self) -> Result<(W, Option<LossReport>), Error> {
        let path = &self.path;
        let mut report = None;
        let mut output = match self.sink {
            Sink::Lines(_, output) => output,
            Sink::Columns(writer) => writer.finish().map_err(Error::writing_batches(path))?,
            Sink::Labelled(writer) => {
                let (output, losses) = writer.finish().map_err(Error::document(path))?;
                report = Some(losses);
                output
            }
        };
        output.flush().map_err(Error::writing(path))?;
        Ok((output, report))
    }
}

/// An annotation drawn in a form for people.
fn drawn(form: OutputForm, document: LabelledDocument, types: &Types, is_coloured: bool) -> String {
    match form {
        OutputForm::Svg => standalone_svg(&document, types, Theme::Light, WIDTH),
        OutputForm::Html => {
            let title = if document.id.is_empty() { "Annotated text".to_owned() } else { document.id.clone() };
            html(&document, &Drawn::all(document.clone(), types, estimated_width), types, &title)
        }
        _ if is_coloured => coloured_text(&document, types),
        _ => plain_text(&document, types),
    }
}

/// An annotation as a document of a name, which may be empty.
fn labelled(annotation: Annotation, id: String) -> LabelledDocument {
    LabelledDocument { id, ..Reading::new(annotation, Vec::new(), Vec::new(), Vec::new()).labelled() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_named_and_recognised() {
        for form in [OutputForm::Json, OutputForm::Html, OutputForm::Columns(FileKind::Parquet)] {
            assert_eq!(form.to_string().parse(), Ok(form));
            assert_eq!(OutputForm::of(&Path::new("a").with_extension(form.extension())), Some(form));
        }
        let error = "porquet".parse::<OutputForm>().unwrap_err().to_string();
        assert!(error.contains("json, text, svg, html, parquet") && error.contains("brat"), "{error}");
        assert!("docbin".parse::<OutputForm>().is_err(), "it can only be read");
    }
}
