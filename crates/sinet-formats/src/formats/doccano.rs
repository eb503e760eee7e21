//! doccano's JSON lines: positions in code points, ends exclusive; relations name entities by their `id`.
//!
//! ```json
//! {"id": "7", "text": "Ada lives in London", "offset_unit": "code_points",
//!  "entities": [{"id": 0, "label": "Peop", "start_offset": 0, "end_offset": 3}],
//!  "relations": [{"id": 0, "from_id": 0, "to_id": 0, "type": "Knows"}]}
//! ```
//!
//! Projects without relations have `label` or `labels`, a list of `[start, end, label]`, instead; exports of older versions
//! have `annotations`, in which a label is a number, or have `data` for `text`. All that is read, as are records of that kind by
//! other hands ([`spans`]). `offset_unit` is an addition.

use serde_json::{Value, json};
use sinet_text::OffsetUnit;

use super::spans;
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::Fault;
use crate::json::shape::{Kind, Shape};
use crate::positions::TextPositions;

/// The evidence that a file is doccano's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    // Spans in a form that is doccano's own tell it, whatever the text is called.
    let own =
        ["entities[].start_offset", "annotations[].start_offset", "label[][]", "labels[][]", "label[].start_offset"];
    let has_own = spans::has_text(shape) && own.iter().any(|path| shape.has(path));
    let usual = ["label", "labels", "Comments"];
    let has_text = shape.has_as("text", Kind::Text) || shape.has_as("data", Kind::Text);
    (has_own || has_text && usual.iter().any(|path| shape.has(path)))
        .then_some("`text` and `label` or entities with `start_offset`")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    spans::read(json, context)
}

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let entities = document.entities.iter().enumerate().map(|(id, entity)| {
        let range = positions.range(entity.span);
        json!({"id": id, "label": entity.kind, "start_offset": range.start, "end_offset": range.end})
    });
    let relations = document.relations.iter().enumerate().map(
        |(id, relation)| json!({"id": id, "from_id": relation.head, "to_id": relation.tail, "type": relation.kind}),
    );
    json!({
        "id": document.id,
        "text": document.text,
        "offset_unit": OffsetUnit::CodePoints,
        "entities": entities.collect::<Vec<_>>(),
        "relations": relations.collect::<Vec<_>>(),
    })
}
