//! Annotations that `sinet predict` has written, read again one text at a time.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sinet_arrow::annotated::{ERROR, labels};
use sinet_arrow::files::Batches;
use sinet_text::annotation::{Entity, Relation};

use crate::Error;
use crate::corpus::inputs::{Input, InputKind};
use crate::corpus::rows::Lines;
use crate::error::DataError;

/// Rows that are read at a time.
const ROWS: usize = 1024;

/// What a model said of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// These labels.
    Labels(Vec<Entity>, Vec<Relation>),
    /// Nothing: there was no text.
    Nothing,
    /// It could not read it.
    Error,
}

/// The answers of a file.
pub struct Answers {
    source: Source,
    path: PathBuf,
    ready: VecDeque<Said>,
    line: usize,
}

enum Source {
    Lines(Lines),
    Batches(Batches),
}

impl Answers {
    /// Opens a file of JSON lines or columns.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if it cannot be read, [`Error::Data`] if it has no columns of annotations.
    pub fn open(input: &Input) -> Result<Self, Error> {
        let path = &input.path;
        let source = match input.kind {
            InputKind::Columns(kind) => {
                let batches = Batches::open(path, kind, ROWS).map_err(Error::batches(path))?;
                if !sinet_arrow::annotated::is_annotated(&batches.schema()) {
                    return Err(Error::data(path)(DataError::NoAnswers));
                }
                Source::Batches(batches)
            }
            InputKind::JsonLines | InputKind::Lines => Source::Lines(Lines::open(path)?),
        };
        Ok(Self { source, path: path.clone(), ready: VecDeque::new(), line: 0 })
    }

    fn next_line(&mut self) -> Option<Result<Said, Error>> {
        let Source::Lines(lines) = &mut self.source else { return None };
        let line = lines.next().map_err(Error::reading(&self.path)).transpose()?;
        self.line += 1;
        Some(line.and_then(|line| of_json(&self.path, self.line, &line)))
    }
}

impl Iterator for Answers {
    type Item = Result<Said, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let Source::Batches(batches) = &mut self.source else { return self.next_line() };
            let batch = match batches.next()?.map_err(Error::batches(&self.path)) {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            let errors = batch.column_by_name(ERROR);
            let labels = match labels(&batch).map_err(Error::of_batch(&self.path)) {
                Ok(labels) => labels,
                Err(error) => return Some(Err(error)),
            };
            let said = labels.enumerate().map(|(row, labels)| match labels {
                Some((entities, relations)) => Said::Labels(entities, relations),
                None if errors.is_some_and(|errors| errors.is_valid(row)) => Said::Error,
                None => Said::Nothing,
            });
            self.ready.extend(said);
        }
        self.ready.pop_front().map(Ok)
    }
}

/// A line of the output of `sinet predict`; what else is in it does not count.
#[derive(Deserialize)]
struct Line {
    entities: Option<Vec<Entity>>,
    relations: Option<Vec<Relation>>,
    error: Option<String>,
}

fn of_json(path: &Path, number: usize, line: &[u8]) -> Result<Said, Error> {
    let line: Line = serde_json::from_slice(line)
        .map_err(|error| Error::data(path)(DataError::NoAnswer { line: number, reason: error.to_string() }))?;
    Ok(match line {
        Line { entities: Some(entities), relations: Some(relations), .. } => Said::Labels(entities, relations),
        Line { error: Some(_), .. } => Said::Error,
        _ => Said::Nothing,
    })
}
