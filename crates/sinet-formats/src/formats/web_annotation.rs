//! W3C web annotations in JSON-LD: an entity is tagged text, found by a `TextPositionSelector` and, because its unit is
//! disputed, by a `TextQuoteSelector` too; a relation links two annotations. Positions in code points, ends exclusive.
//! Written only.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sinet_text::{ByteSpan, OffsetUnit};

use crate::document::LabelledDocument;
use crate::positions::TextPositions;

/// Characters of text that are quoted on both sides of an entity.
const QUOTED: usize = 32;

pub(crate) fn write(document: &LabelledDocument) -> Vec<Value> {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let source = format!("urn:sinet:document:{}", utf8_percent_encode(&document.id, NON_ALPHANUMERIC));
    let context = json!(["http://www.w3.org/ns/anno.jsonld", {"offset_unit": "urn:sinet:offset_unit"}]);
    let entities = document.entities.iter().enumerate().map(|(index, entity)| {
        let range = positions.range(entity.span);
        let (prefix, suffix) = around(&document.text, entity.span);
        let exact = positions.text(entity.span);
        json!({
            "@context": context,
            "id": format!("{source}#entity-{index}"),
            "type": "Annotation",
            "motivation": "tagging",
            "body": {"type": "TextualBody", "purpose": "tagging", "value": entity.kind},
            "target": {
                "source": source,
                "selector": [
                    {"type": "TextPositionSelector", "start": range.start, "end": range.end, "offset_unit": "code_points"},
                    {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix},
                ],
            },
        })
    });
    let relations = document.relations.iter().enumerate().map(|(index, relation)| {
        json!({
            "@context": context,
            "id": format!("{source}#relation-{index}"),
            "type": "Annotation",
            "motivation": "linking",
            "body": [
                {"type": "TextualBody", "purpose": "tagging", "value": relation.kind},
                {"id": format!("{source}#entity-{}", relation.tail), "purpose": "linking"},
            ],
            "target": format!("{source}#entity-{}", relation.head),
        })
    });
    entities.chain(relations).collect()
}

/// The text before and after.
fn around(text: &str, span: ByteSpan) -> (&str, &str) {
    let (before, after) = (&text[..span.start], &text[span.end..]);
    let start = before.char_indices().rev().nth(QUOTED - 1).map_or(0, |(start, _)| start);
    let end = after.char_indices().nth(QUOTED).map_or(after.len(), |(end, _)| end);
    (&before[start..], &after[..end])
}
