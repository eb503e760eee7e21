//! The training pairs of spaCy's scripts, one a line: positions in code points, ends exclusive; entities only.
//!
//! ```json
//! ["Ada lives in London", {"entities": [[0, 3, "Peop"], [13, 19, "Loc"]]}]
//! ```
//!
//! Read too are lists of such pairs, objects with `text` and `ents` as `Doc.to_json` makes them, objects with `text` and
//! `entities` of any form that scripts give them or with `annotation` as Dataturks writes it, and two files that hold such records within one object: `annotations` of the
//! annotators in a browser, and `rasa_nlu_data` of Rasa ([`records`]).

use serde_json::{Value, json};
use sinet_text::OffsetUnit;

use super::spans;
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::Fault;
use crate::json::shape::{Kind, Shape};
use crate::loss_report::Loss;
use crate::positions::TextPositions;

/// The evidence that a file has spaCy's training data.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    if shape.has_as("[]", Kind::Text) && shape.has("[].entities") {
        return Some("pairs of a text and its `entities`");
    }
    if shape.has_as("annotations[][]", Kind::Text) || shape.has("rasa_nlu_data.common_examples") {
        return Some("records within `annotations` or `rasa_nlu_data`");
    }
    let is_labelled = [
        "ents",
        "annotation[].points",
        "entities[].label",
        "entities[].entity",
        "entities[].entity_group",
        "entities[][]",
    ];
    (spans::has_text(shape) && is_labelled.iter().any(|path| shape.has(path)))
        .then_some("a text and `ents`, `entities` with `label` or `annotation` with `points`")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    spans::read(json, context)
}

/// The records that one object holds, if it holds records; one that is `null` is a text that nobody has labelled.
pub(crate) fn records(json: &str, context: &mut Context) -> Option<Vec<String>> {
    // Most records are none such, and need not be parsed twice.
    if !["\"annotations\"", "\"rasa_nlu_data\""].iter().any(|name| json.contains(name)) {
        return None;
    }
    let mut holder: Value = serde_json::from_str(json).ok()?;
    if holder.get("text").is_some() {
        return None;
    }
    let records = match holder.get_mut("rasa_nlu_data") {
        Some(data) => data.get_mut("common_examples")?.take(),
        None => holder.get_mut("annotations")?.take(),
    };
    let Value::Array(records) = records else { return None };
    if !records.iter().all(|record| record.is_array() || record.is_object() || record.is_null()) {
        return None;
    }
    for (name, value) in
        holder.as_object()?.iter().filter(|(name, _)| !matches!(name.as_str(), "classes" | "rasa_nlu_data"))
    {
        context.unread_value(name, value);
    }
    context.report.add(Loss::Unlabelled, records.iter().filter(|record| record.is_null()).count());
    Some(records.iter().filter(|record| !record.is_null()).map(|record| record.to_string()).collect())
}

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let entities = document.entities.iter().map(|entity| {
        let range = positions.range(entity.span);
        json!([range.start, range.end, entity.kind])
    });
    json!([document.text, {"entities": entities.collect::<Vec<_>>()}])
}
