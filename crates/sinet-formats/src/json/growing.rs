//! Documents that take several records of a JSON file, one after the other: only the next record shows whether one is whole.

use std::io::BufRead;

use super::objects::{JsonObject, JsonObjects};
use crate::builder::DocumentBuilder;
use crate::document::LabelledDocument;
use crate::error::Fault;
use crate::options::Limits;

/// The documents of a file.
pub(crate) struct Growing<R, T> {
    objects: JsonObjects<R>,
    last: Option<Unfinished<T>>,
}

/// A document to which further records may come.
pub(crate) struct Unfinished<T> {
    pub builder: DocumentBuilder,
    /// The line that it starts on.
    pub line: u64,
    /// What tells whether a record belongs to it.
    pub mark: T,
}

impl<R: BufRead, T> Growing<R, T> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self { objects: JsonObjects::new(input, limits), last: None }
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        self.objects.goes_on()
    }

    /// The next document, with the line that it or what is wrong starts on.
    ///
    /// `take` puts a record into the last document, or begins a new one with it and returns the last, which is whole then.
    pub(crate) fn next(
        &mut self,
        mut take: impl FnMut(&JsonObject, &mut Option<Unfinished<T>>) -> Result<Option<Unfinished<T>>, Fault>,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        loop {
            let record = match self.objects.next() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    let last = self.last.take();
                    let line = last.as_ref().map_or(1, |last| last.line);
                    return (line, Ok(last.map(|last| last.builder.document)));
                }
                Err(problem) => return (self.objects.line(), Err(problem.into())),
            };
            match take(&record, &mut self.last) {
                Ok(Some(whole)) => return (whole.line, Ok(Some(whole.builder.document))),
                Ok(None) => {}
                Err(fault) => return (record.line, Err(fault)),
            }
        }
    }
}
