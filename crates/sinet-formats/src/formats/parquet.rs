//! Parquet, as `datasets` of Hugging Face writes it: rows with fields, which are read as the JSON objects of whichever format has
//! such fields; words with tags (`token_tags`) for the most part. Numbers that stand for names (`ClassLabel`) become the
//! names, which the file holds beside its rows.
//!
//! The end of a file says where its parts are, so a file is held as a whole; its rows are unpacked one page at a time.

mod pages;

use std::io::{BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use serde_json::{Map, Value};

use crate::error::{Problem, shortened};
use crate::format::Format;
use crate::options::Limits;
use crate::sniff::sniff;

/// The rows of a file.
pub(crate) struct Rows<R> {
    state: State<R>,
}

enum State<R> {
    Closed(R),
    Open(Box<Opened>),
    Ended,
}

struct Opened {
    rows: RowIter<'static>,
    features: Map<String, Value>,
    /// The format that has fields like those of the first row.
    format: Option<Format>,
}

/// A row as JSON, and the format that it is in.
pub(crate) struct RowObject {
    pub json: String,
    pub format: Format,
}

impl<R: BufRead> Rows<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { state: State::Closed(input) }
    }

    /// Whether another row may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The next row.
    pub(crate) fn next(&mut self, limits: &Limits) -> Result<Option<RowObject>, Problem> {
        let mut opened = match std::mem::replace(&mut self.state, State::Ended) {
            State::Closed(input) => match open(input, limits)? {
                Some(opened) => opened,
                None => return Ok(None),
            },
            State::Open(opened) => opened,
            State::Ended => return Ok(None),
        };
        let Some(row) = guarded(|| opened.rows.next().transpose())? else { return Ok(None) };
        let mut row = row.to_json_value();
        if let Value::Object(fields) = &mut row {
            for (name, value) in fields {
                opened.features.get(name).into_iter().for_each(|feature| name_classes(value, feature));
            }
        }
        let json = row.to_string();
        if json.len() > limits.document_bytes {
            return Err(Problem::TooLarge { what: "the row", limit: limits.document_bytes });
        }
        let format = match opened.format {
            Some(format) => format,
            None => sniff(json.as_bytes()).map_err(|error| Problem::Parquet(error.to_string()))?.format,
        };
        opened.format = Some(format);
        self.state = State::Open(opened);
        Ok(Some(RowObject { json, format }))
    }
}

fn open<R: BufRead>(input: R, limits: &Limits) -> Result<Option<Box<Opened>>, Problem> {
    let mut bytes = Vec::new();
    input.take(limits.archive_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits.archive_bytes {
        return Err(Problem::TooLarge { what: "the file", limit: limits.archive_bytes });
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    let bytes = Bytes::from(bytes);
    let file = guarded(|| SerializedFileReader::new(bytes.clone()))?;
    pages::check(&bytes, file.metadata())?;
    let notes = file.metadata().file_metadata().key_value_metadata();
    let note = notes.into_iter().flatten().find(|note| note.key == "huggingface");
    let note = note.and_then(|note| serde_json::from_str::<Value>(note.value.as_deref()?).ok());
    let features = note.and_then(|mut note| match note.pointer_mut("/info/features")?.take() {
        Value::Object(features) => Some(features),
        _ => None,
    });
    let rows = guarded(|| Ok(RowIter::from_file_into(Box::new(file))))?;
    Ok(Some(Box::new(Opened { rows, features: features.unwrap_or_default(), format: None })))
}

/// The result of reading. The crate that reads Parquet trusts a file in places, and panics where that is damaged.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Problem> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => {
            let error = error.to_string();
            Err(Problem::Parquet(match error.contains("feature at compile time") {
                true => format!("{error}; save it again with compression=\"snappy\""),
                false => shortened(&error),
            }))
        }
        Err(_) => Err(Problem::Parquet("it is damaged".to_owned())),
    }
}

/// Puts names for the numbers of classes into a value that has such a feature, in the words of `datasets`: a feature is an
/// object with a `_type`, a list of one feature, or an object of features.
fn name_classes(value: &mut Value, feature: &Value) {
    let element = match feature {
        Value::Array(features) => features.first(),
        feature => feature.get("feature"),
    };
    match value {
        Value::Array(values) => {
            if let Some(element) = element {
                values.iter_mut().for_each(|value| name_classes(value, element));
            } else if let Value::Object(features) = feature
                && !features.contains_key("_type")
            {
                values.iter_mut().for_each(|value| name_classes(value, feature));
            }
        }
        Value::Object(fields) => {
            // A list of objects is stored as an object of lists.
            let features = element.unwrap_or(feature);
            for (name, value) in fields {
                if let Some(feature) = features.get(name) {
                    name_each(value, feature);
                }
            }
        }
        Value::Number(number) => {
            let names = feature.get("names").and_then(Value::as_array);
            let Some(names) = names.filter(|_| feature["_type"] == "ClassLabel") else { return };
            // -1 stands for no label.
            let name = number.as_u64().and_then(|number| names.get(usize::try_from(number).ok()?));
            if let Some(name) = name {
                *value = name.clone();
            } else if number.as_i64() == Some(-1) {
                *value = Value::Null;
            }
        }
        _ => {}
    }
}

/// [`name_classes`] for a value or for each of a list of them, where the feature does not say that it is a list.
fn name_each(value: &mut Value, feature: &Value) {
    match value {
        Value::Array(values) if feature.get("feature").is_none() && !feature.is_array() => {
            values.iter_mut().for_each(|value| name_classes(value, feature));
        }
        value => name_classes(value, feature),
    }
}
