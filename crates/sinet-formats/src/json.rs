//! JSON as the formats share it: one object as a type, names, and the fields that two formats write alike.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sinet_text::OffsetUnit;

use crate::context::Context;
use crate::document::Provenance;
use crate::positions::Unit;

pub(crate) mod collection;
pub(crate) mod growing;
pub(crate) mod lenient;
pub(crate) mod objects;
mod parse;
mod paths;
pub(crate) mod shape;
pub(crate) mod stretch;

pub(crate) use parse::{described, parse};
/// A name as a file gives it: text as it is, a number in digits, `null` as the empty name.
pub(crate) fn name_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(name) => name.clone(),
        other => other.to_string(),
    }
}

/// The provenance that the field at `path` states, where this project wrote it. Tools have fields of that name too, with
/// something else in them: that is unread.
pub(crate) fn stated_provenance(value: &Value, path: &str, context: &mut Context) -> Option<Provenance> {
    let stated = Provenance::deserialize(value).ok();
    if stated.is_none() && !value.is_null() {
        context.unread(path);
    }
    stated
}

/// The unit that `offset_unit` states, where this project wrote it; else the one that the format should have.
pub(crate) fn stated_unit(value: &Value, expected: OffsetUnit, context: &mut Context) -> Unit {
    match OffsetUnit::deserialize(value) {
        Ok(stated) => Unit::Stated(stated),
        Err(_) => {
            if !value.is_null() {
                context.unread("offset_unit");
            }
            Unit::Expected(expected)
        }
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
