//! Documents from a file, one at a time.

use std::io::BufRead;

use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, ReadError};
use crate::format::Format;
use crate::formats::brat::archive::Archive;
use crate::formats::{
    argilla, conll, doccano, dygie, gliner, gliner2, label_studio, prodigy, pubannotation, sinet, spacy, spert, triples,
};
use crate::json::objects::JsonObjects;
use crate::loss_report::{Loss, LossReport};
use crate::options::{Ends, Options};

/// The documents of a file.
///
/// Yields one document at a time and holds no more than that, however long the file is. It ends at the first error, unless it
/// goes [past errors](Reader::past_errors) or [skips](Reader::skip_bad) what is wrong.
pub struct Reader<R> {
    input: Input<R>,
    format: Format,
    context: Context,
    file: String,
    /// Documents begun so far.
    begun: u64,
    on_error: OnError,
    ended: bool,
}

/// The way on after a document that is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnError {
    End,
    GoOn,
    Skip,
}

/// The file, cut as its format needs.
enum Input<R> {
    Json(JsonObjects<R>),
    Spert(Box<spert::Sentences<R>>),
    Conll(conll::Lines<R>),
    Brat(Archive<R>),
}

impl<R: BufRead> Reader<R> {
    /// Reads `input`, a file in `format` that is called `file` in errors.
    pub fn new(format: Format, input: R, file: impl Into<String>, mut options: Options) -> Self {
        // Above this serde_json refuses it anyway, in other words.
        options.limits.depth = options.limits.depth.min(100);
        let limits = options.limits;
        let mut context = Context::new(options);
        context.report.note(match context.options.ends {
            None => format!("Read as {format}, which counts in {}.", format.positions()),
            Some(Ends::Inclusive) => format!("Read as {format}, with ends inclusive as you said."),
            Some(Ends::Exclusive) => format!("Read as {format}, with ends exclusive as you said."),
        });
        let input = match format {
            Format::Spert => Input::Spert(Box::new(spert::Sentences::new(input, limits))),
            Format::Conll => Input::Conll(conll::Lines::new(input)),
            Format::Brat => Input::Brat(Archive::new(input)),
            _ => Input::Json(JsonObjects::new(input, limits)),
        };
        Self { input, format, context, file: file.into(), begun: 0, on_error: OnError::End, ended: false }
    }

    /// Goes on after a document that is wrong, wherever the next one can be told from it: not after a mistake in the
    /// structure around the documents.
    #[must_use]
    pub fn past_errors(self) -> Self {
        Self { on_error: OnError::GoOn, ..self }
    }

    /// Passes over documents that are wrong: the report counts them as [`Loss::Unreadable`], each with its place and its
    /// mistake. A mistake after which no document can be told is an error still.
    #[must_use]
    pub fn skip_bad(self) -> Self {
        Self { on_error: OnError::Skip, ..self }
    }

    /// The report up to here: losses, and notes on the file.
    pub fn report(&self) -> &LossReport {
        &self.context.report
    }

    /// Whether another document may come after an error.
    fn goes_on(&self) -> bool {
        match &self.input {
            Input::Json(objects) => objects.goes_on(),
            Input::Spert(sentences) => sentences.goes_on(),
            Input::Conll(lines) => lines.goes_on(),
            Input::Brat(archive) => archive.goes_on(),
        }
    }

    fn read(&mut self) -> Result<Option<LabelledDocument>, ReadError> {
        let (begun, context) = (&mut self.begun, &mut self.context);
        // The files in an archive have names of their own.
        let mut inside = None;
        let (line, read) = match &mut self.input {
            Input::Json(objects) => next_object(objects, self.format, begun, context),
            Input::Spert(sentences) => sentences.next(begun, context),
            Input::Conll(lines) => lines.next(begun, context),
            Input::Brat(archive) => {
                let (name, document) = archive.next(&self.file, begun, context)?.unzip();
                inside = name;
                (1, Ok(document))
            }
        };
        match read.and_then(|document| document.map(|document| self.context.checked(document)).transpose()) {
            Ok(Some(document)) => {
                self.context.count(&document);
                Ok(Some(document))
            }
            Ok(None) => Ok(None),
            Err(fault) => {
                let id = self.context.id.clone();
                let number = (self.begun > 0).then_some(self.begun);
                Err(fault.in_file(inside.as_deref().unwrap_or(&self.file), line, number, id))
            }
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<LabelledDocument, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        loop {
            let next = self.read().transpose();
            let goes_on = self.goes_on();
            match &next {
                Some(Ok(_)) => {}
                Some(Err(error)) if self.on_error == OnError::Skip && goes_on => {
                    self.context.report.lose(Loss::Unreadable, &error.to_string());
                    continue;
                }
                Some(Err(_)) => self.ended = self.on_error != OnError::GoOn,
                None => self.ended = true,
            }
            return next;
        }
    }
}

/// The document of the next object that has one, and the line on which that starts.
fn next_object<R: BufRead>(
    objects: &mut JsonObjects<R>,
    format: Format,
    begun: &mut u64,
    context: &mut Context,
) -> (u64, Result<Option<LabelledDocument>, Fault>) {
    loop {
        let object = match objects.next() {
            Ok(Some(object)) => object,
            Ok(None) => return (objects.line(), Ok(None)),
            Err(problem) => {
                if objects.goes_on() {
                    *begun += 1;
                    context.id = None;
                }
                return (objects.line(), Err(problem.into()));
            }
        };
        if format == Format::Spacy
            && let Some(records) = spacy::records(&object.json, context)
        {
            objects.put_back(records, object.line);
            continue;
        }
        *begun += 1;
        context.id = None;
        let json = &object.json;
        let read = match format {
            Format::Sinet => sinet::read(json, context).map(Some),
            Format::Dygie => dygie::read(json, context).map(Some),
            Format::Gliner => gliner::read(json, context).map(Some),
            Format::Gliner2 => gliner2::read(json, context).map(Some),
            Format::Doccano => doccano::read(json, context).map(Some),
            Format::LabelStudio => label_studio::read(json, context).map(Some),
            Format::Prodigy => prodigy::read(json, context),
            Format::Spacy => spacy::read(json, context).map(Some),
            Format::Argilla => argilla::read(json, context),
            Format::Triples => triples::read(json, context).map(Some),
            Format::PubAnnotation => pubannotation::read(json, context).map(Some),
            format => Err(Problem::WriteOnly(format).into()),
        };
        if !matches!(read, Ok(None)) {
            return (object.line, read);
        }
    }
}
