//! The texts of a file, some rows at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use serde_json::Value;
use sinet_arrow::files::Batches;
use sinet_arrow::{Annotated, ColumnError, ModelNote};

use crate::Error;
use crate::corpus::inputs::{Input, InputKind, STANDARD_INPUT};
use crate::error::DataError;

/// Rows that are read, answered and written at a time.
const ROWS: usize = 256;

/// The longest line of a file, in bytes: what is longer is no text but a mistake.
const LINE_BYTES: u64 = 64 << 20;

/// The column of texts that come without one.
const TEXT: &str = "text";

/// The names of the columns that matter.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// The one with the texts; without a name `text`, or the only one that holds text.
    pub text: Option<String>,
    /// The one with the names of the documents.
    pub id: Option<String>,
}

/// Some rows of a file.
pub struct Rows {
    /// All columns, as they are in the file.
    pub batch: RecordBatch,
    /// The name of each document, where a column with names was named.
    pub ids: Vec<Option<String>>,
    /// Each text: none where it is null, a reason where the row cannot be read.
    pub texts: Vec<Result<Option<String>, String>>,
    /// The number of the first row, from 1.
    pub first: usize,
}

/// A file of texts that is open.
pub struct RowReader {
    source: Source,
    path: PathBuf,
    columns: Columns,
    annotated: Annotated,
    read: usize,
}

enum Source {
    Lines { lines: Lines, is_json: bool, schema: SchemaRef },
    Batches(Batches),
}

impl RowReader {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if it cannot be read, [`Error::Data`] if it has not the columns that were named, or one of the names that
    /// annotations have.
    pub fn open(input: &Input, columns: &Columns, model: &ModelNote) -> Result<Self, Error> {
        let path = &input.path;
        let (source, schema, text) = match input.kind {
            InputKind::Columns(kind) => {
                let batches = Batches::open(path, kind, ROWS).map_err(Error::batches(path))?;
                let schema = batches.schema();
                if let Some(id) = columns.id.as_ref().filter(|id| schema.column_with_name(id).is_none()) {
                    let there = schema.fields().iter().map(|field| field.name().clone()).collect();
                    return Err(Error::data(path)(ColumnError::Missing { column: id.clone(), there }));
                }
                (Source::Batches(batches), schema, columns.text.as_deref())
            }
            kind => {
                let lines = Lines::open(path)?;
                let is_json = kind == InputKind::JsonLines;
                let id = columns.id.as_ref().filter(|_| is_json).map(|id| Field::new(id, DataType::Utf8, true));
                let name = columns.text.as_deref().filter(|_| is_json).unwrap_or(TEXT);
                let text = Field::new(name, DataType::Utf8, true);
                let schema = Arc::new(Schema::new(id.into_iter().chain([text]).collect::<Vec<_>>()));
                let source = Source::Lines { lines, is_json, schema: SchemaRef::clone(&schema) };
                // A text a line has no columns.
                let text = is_json.then_some(columns.text.as_deref()).flatten();
                (source, schema, Some(text.unwrap_or(TEXT)))
            }
        };
        let annotated = Annotated::new(&schema, text, model).map_err(Error::data(path))?;
        Ok(Self { source, path: path.clone(), columns: columns.clone(), annotated, read: 0 })
    }

    /// The columns of the file with those of annotations.
    pub fn annotated(&self) -> &Annotated {
        &self.annotated
    }

    /// The number of all rows, where the file says so.
    pub fn row_count(&self) -> Option<u64> {
        match &self.source {
            Source::Lines { .. } => None,
            Source::Batches(batches) => batches.rows(),
        }
    }

    fn of_batch(&self, batch: RecordBatch) -> Result<Rows, Error> {
        let texts = self.annotated.texts(&batch).map_err(Error::of_batch(&self.path))?;
        let texts = texts.iter().map(|text| Ok(text.map(str::to_owned))).collect();
        let ids = match &self.columns.id {
            None => vec![None; batch.num_rows()],
            Some(id) => {
                let column = batch.column_by_name(id).expect("it was looked for when the file was opened");
                let ids = arrow_cast::cast(column, &DataType::LargeUtf8);
                let ids = ids.map_err(|error| Error::of_batch(&self.path)(error.into()))?;
                ids.as_string::<i64>().iter().map(|id| id.map(str::to_owned)).collect()
            }
        };
        Ok(Rows { batch, ids, texts, first: self.read + 1 })
    }
}

impl Iterator for RowReader {
    type Item = Result<Rows, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = match &mut self.source {
            Source::Batches(batches) => {
                let batch = batches.next()?.map_err(Error::batches(&self.path));
                batch.and_then(|batch| self.of_batch(batch))
            }
            Source::Lines { lines, is_json, schema } => {
                let (is_json, schema) = (*is_json, SchemaRef::clone(schema));
                some_lines(lines, &self.path, self.read, is_json, &self.columns, &schema).transpose()?
            }
        };
        if let Ok(rows) = &rows {
            self.read += rows.texts.len();
        }
        Some(rows)
    }
}

/// The next lines, `None` at the end.
fn some_lines(
    lines: &mut Lines,
    path: &Path,
    read: usize,
    is_json: bool,
    columns: &Columns,
    schema: &SchemaRef,
) -> Result<Option<Rows>, Error> {
    let (mut ids, mut texts) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    while texts.len() < lines.at_a_time && bytes < LINE_BYTES as usize {
        let Some(line) = lines.next().map_err(Error::reading(path))? else { break };
        bytes += line.len();
        let number = read + texts.len() + 1;
        if is_json {
            let (id, text) = of_json(&line, columns);
            ids.push(id);
            texts.push(text.map_err(|reason| format!("line {number}: {reason}")));
        } else {
            let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
            let line = String::from_utf8(line).map_err(invalid);
            let line = line.map_err(|source| Error::data(path)(DataError::Line { line: number, source }))?;
            ids.push(None);
            texts.push(Ok(Some(line)));
        }
    }
    if texts.is_empty() {
        return Ok(None);
    }
    let of_texts: StringArray = texts.iter().map(|text| text.as_ref().ok().and_then(Option::as_deref)).collect();
    let of_ids: StringArray = ids.iter().map(Option::as_deref).collect();
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(of_ids), Arc::new(of_texts)];
    arrays.drain(..2 - schema.fields().len());
    let batch = RecordBatch::try_new(SchemaRef::clone(schema), arrays);
    let batch = batch.map_err(|error| Error::of_batch(path)(error.into()))?;
    Ok(Some(Rows { batch, ids, texts, first: read + 1 }))
}

/// The name and the text of a line of JSON.
fn of_json(line: &[u8], columns: &Columns) -> (Option<String>, Result<Option<String>, String>) {
    let object = match serde_json::from_slice(line) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return (None, Err("it is no JSON object".to_owned())),
        Err(error) => return (None, Err(format!("it is not JSON: {error}"))),
    };
    let id = columns.id.as_ref().and_then(|id| match object.get(id)? {
        Value::String(id) => Some(id.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    });
    let name = columns.text.as_deref().unwrap_or(TEXT);
    let text = match object.get(name) {
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Null) => Ok(None),
        Some(_) => Err(format!("{name:?} is no string")),
        None => {
            let there: Vec<_> = object.keys().map(|key| format!("{key:?}")).collect();
            Err(format!("there is no {name:?}; there are {}", there.join(", ")))
        }
    };
    (id, text)
}

/// The lines of a file, without their ends.
pub(crate) struct Lines {
    input: Box<dyn BufRead + Send>,
    /// Lines that are answered together: one where somebody waits for the answer.
    at_a_time: usize,
}

impl Lines {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if path.as_os_str() == STANDARD_INPUT {
            let at_a_time = if io::stdin().is_terminal() { 1 } else { ROWS };
            return Ok(Self { input: Box::new(BufReader::new(io::stdin())), at_a_time });
        }
        let file = File::open(path).map_err(Error::reading(path))?;
        Ok(Self { input: Box::new(BufReader::new(file)), at_a_time: ROWS })
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        Read::by_ref(&mut self.input).take(LINE_BYTES + 1).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        } else if line.len() as u64 > LINE_BYTES {
            let sentence = format!("a line is longer than {} MB; part it", LINE_BYTES >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, sentence));
        }
        Ok(Some(line))
    }
}
