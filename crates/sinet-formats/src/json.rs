//! JSON as the formats share it: one object as a type, names, and the fields that two formats write alike.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::document::Provenance;
use crate::error::{Fault, Problem};

pub(crate) mod objects;

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

/// A name as a file gives it: text as it is, a number in digits, `null` as the empty name.
pub(crate) fn name_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(name) => name.clone(),
        other => other.to_string(),
    }
}

/// The label with `score`, if it has one, and `source`, its provenance.
pub(crate) fn with_provenance(label: Value, score: Option<f32>, provenance: Provenance) -> Value {
    let mut label = match label {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    if let Some(score) = score {
        label.insert("score".to_owned(), json!(score));
    }
    label.insert("source".to_owned(), json!(provenance));
    Value::Object(label)
}
