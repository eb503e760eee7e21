//! doccano's JSON lines: positions in code points, ends exclusive; relations name entities by their `id`.
//!
//! ```json
//! {"id": "7", "text": "Ada lives in London", "offset_unit": "code_points",
//!  "entities": [{"id": 0, "label": "Peop", "start_offset": 0, "end_offset": 3}],
//!  "relations": [{"id": 0, "from_id": 0, "to_id": 0, "type": "Knows"}]}
//! ```
//!
//! Projects without relations have `label`, a list of `[start, end, label]`, instead; that is read too. `offset_unit` is an
//! addition.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::{name_of, parse};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, TextPositions, Unit, resolve};

#[derive(Deserialize)]
#[serde(expecting = "a document with `text` and `entities` or `label`")]
struct Document {
    #[serde(default)]
    id: Value,
    #[serde(alias = "data")]
    text: String,
    offset_unit: Option<OffsetUnit>,
    #[serde(default, alias = "labels")]
    label: Vec<(usize, usize, String)>,
    #[serde(default)]
    entities: Vec<Entity>,
    #[serde(default)]
    relations: Vec<Relation>,
    #[serde(default)]
    cats: Vec<Value>,
    #[serde(default, rename = "Comments", alias = "comments")]
    comments: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "an entity with `id`, `label`, `start_offset` and `end_offset`")]
struct Entity {
    #[serde(default)]
    id: Value,
    label: String,
    start_offset: usize,
    end_offset: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `from_id`, `to_id` and `type`")]
struct Relation {
    from_id: Value,
    to_id: Value,
    #[serde(rename = "type")]
    kind: String,
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<LabelledDocument, Fault> {
    let document: Document = parse(json)?;
    context.id = Some(name_of(&document.id));
    context.report.add(Loss::OtherRegions, document.cats.len());
    context.report.add(Loss::Notes, document.comments.len());
    let stated_span = |field: String, start, end| StatedSpan { field, range: TextRange { start, end }, text: None };
    let mut stated = Vec::new();
    let mut kinds = Vec::new();
    let mut by_id = HashMap::new();
    for (index, entity) in document.entities.into_iter().enumerate() {
        stated.push(stated_span(format!("entities[{index}]"), entity.start_offset, entity.end_offset));
        kinds.push(entity.label);
        let name = name_of(&entity.id);
        if !name.is_empty() && by_id.insert(name.clone(), index).is_some() {
            return Err(Fault::at(format!("entities[{index}].id"), Problem::Twice { name }));
        }
    }
    for (index, (start, end, label)) in document.label.into_iter().enumerate() {
        stated.push(stated_span(format!("label[{index}]"), start, end));
        kinds.push(label);
    }
    let unit = document.offset_unit.map_or(Unit::Expected(OffsetUnit::CodePoints), Unit::Stated);
    let spans = resolve(&document.text, &stated, unit, &mut context.report)?;
    let entities = kinds.into_iter().zip(spans);
    let entities =
        entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    let relations = document.relations.into_iter().enumerate().map(|(index, relation)| {
        let end = |field: &str, id: &Value| {
            let name = name_of(id);
            by_id.get(&name).copied().ok_or_else(|| {
                Fault::at(format!("relations[{index}].{field}"), Problem::Unknown { what: "entity with the id", name })
            })
        };
        let (head, tail) = (end("from_id", &relation.from_id)?, end("to_id", &relation.to_id)?);
        Ok(LabelledRelation { kind: relation.kind, head, tail, score: None, provenance: Provenance::Person })
    });
    Ok(LabelledDocument {
        entities: entities.collect(),
        relations: relations.collect::<Result<_, Fault>>()?,
        ..LabelledDocument::new(name_of(&document.id), document.text)
    })
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
