//! Label Studio's JSON: an array of tasks, positions in UTF-16 code units, ends exclusive; relations name regions by their
//! `id` and have a direction.
//!
//! ```json
//! [{"data": {"text": "Ada lives in London"}, "meta": {"id": "7", "offset_unit": "utf16"},
//!   "annotations": [{"result": [
//!     {"id": "e0", "type": "labels", "from_name": "label", "to_name": "text", "origin": "manual",
//!      "value": {"start": 0, "end": 3, "text": "Ada", "labels": ["Peop"]}},
//!     {"type": "relation", "from_id": "e0", "to_id": "e0", "direction": "right", "labels": ["Knows"]}]}]}]
//! ```
//!
//! `meta` is free for additions. The first annotation that was not cancelled is read; where there is none, the first
//! prediction.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::shape::{Kind, Shape};
use crate::json::{name_of, parse};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, TextPositions, Unit, resolve};

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[];

#[derive(Deserialize)]
#[serde(expecting = "a task with `data` and `annotations`")]
struct Task {
    #[serde(default)]
    id: Value,
    data: HashMap<String, Value>,
    #[serde(default)]
    meta: Option<Meta>,
    #[serde(default, alias = "completions")]
    annotations: Vec<Annotation>,
    #[serde(default)]
    predictions: Vec<Annotation>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    id: Value,
    offset_unit: Option<OffsetUnit>,
}

#[derive(Deserialize)]
#[serde(expecting = "an annotation with `result`")]
struct Annotation {
    #[serde(default)]
    result: Vec<Region>,
    #[serde(default)]
    was_cancelled: bool,
}

#[derive(Deserialize)]
#[serde(expecting = "a region or a relation")]
struct Region {
    #[serde(default)]
    id: Value,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Value,
    from_id: Option<Value>,
    to_id: Option<Value>,
    direction: Option<String>,
    #[serde(default)]
    labels: Option<Vec<String>>,
    score: Option<f32>,
    origin: Option<String>,
    source: Option<Provenance>,
}

#[derive(Deserialize)]
struct Stretch {
    start: usize,
    end: usize,
    text: Option<String>,
    labels: Vec<String>,
}

/// The evidence that a file is Label Studio's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let labels = ["annotations", "predictions", "completions"];
    let is_task = shape.has_as("data", Kind::Object) && labels.iter().any(|path| shape.has(path));
    is_task.then_some("`data` and `annotations` or `predictions`")
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<LabelledDocument, Fault> {
    let mut task: Task = parse(json, BOOKKEEPING, context)?;
    let meta = task.meta.take().unwrap_or_default();
    let id = name_of(if meta.id.is_null() { &task.id } else { &meta.id });
    context.id = Some(id.clone());
    let text = text(task.data, context)?;
    let (results, path, default) = chosen(task.annotations, task.predictions, context);

    let (mut stated, mut entities, mut by_id) = (Vec::new(), Vec::new(), HashMap::new());
    let mut links = Vec::new();
    for (index, region) in results.into_iter().enumerate() {
        let field = format!("{path}.result[{index}]");
        match region.kind.as_deref() {
            Some("relation") => links.push((field, region)),
            Some("labels") => {
                let stretch = Stretch::deserialize(&region.value)
                    .map_err(|error| Fault::at(format!("{field}.value"), Problem::Json(error.to_string())))?;
                let name = name_of(&region.id);
                if !name.is_empty() && by_id.insert(name.clone(), entities.len()).is_some() {
                    return Err(Fault::at(format!("{field}.id"), Problem::Twice { name }));
                }
                context.report.add(Loss::OtherRegions, usize::from(stretch.labels.is_empty()));
                if stretch.labels.is_empty() {
                    by_id.remove(&name);
                }
                for kind in stretch.labels {
                    let range = TextRange { start: stretch.start, end: stretch.end };
                    stated.push(StatedSpan { field: format!("{field}.value"), range, text: stretch.text.clone() });
                    let provenance = provenance(region.source, region.origin.as_deref(), default);
                    entities.push((kind, region.score, provenance));
                }
            }
            _ => context.report.add(Loss::OtherRegions, 1),
        }
    }
    let unit = meta.offset_unit.map_or(Unit::Expected(OffsetUnit::Utf16), Unit::Stated);
    let spans = resolve(&text, &stated, unit, &mut context.report)?;
    let entities = entities.into_iter().zip(spans);
    let entities = entities.map(|((kind, score, provenance), span)| LabelledEntity { kind, span, score, provenance });
    let mut relations = Vec::new();
    for (field, link) in links {
        let [Some(from), Some(to)] = [&link.from_id, &link.to_id] else {
            return Err(Fault::at(field, Problem::Missing("`from_id` and `to_id`")));
        };
        let (Some(&from), Some(&to)) = (by_id.get(&name_of(from)), by_id.get(&name_of(to))) else {
            context.report.add(Loss::NoEntity, 1);
            continue;
        };
        let kinds = link.labels.unwrap_or_default();
        context.report.add(Loss::Untyped, usize::from(kinds.is_empty()));
        let ends: &[(usize, usize)] = match link.direction.as_deref() {
            Some("left") => &[(to, from)],
            Some("bi") => &[(from, to), (to, from)],
            _ => &[(from, to)],
        };
        let provenance = provenance(link.source, link.origin.as_deref(), default);
        for kind in kinds {
            for &(head, tail) in ends {
                relations.push(LabelledRelation { kind: kind.clone(), head, tail, score: link.score, provenance });
            }
        }
    }
    Ok(LabelledDocument { entities: entities.collect(), relations, ..LabelledDocument::new(id, text) })
}

/// The text of a task: `text`, or the only string that there is.
fn text(data: HashMap<String, Value>, context: &mut Context) -> Result<String, Fault> {
    if let Some(Value::String(text)) = data.get("text") {
        return Ok(text.clone());
    }
    let mut strings = data.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    });
    match (strings.next(), strings.next()) {
        (Some((name, text)), None) => {
            context.report.note(format!("The text was taken from the field {name:?} of `data`."));
            Ok(text)
        }
        _ => Err(Fault::at("data", Problem::Missing("`text`"))),
    }
}

/// The regions to read, where they are, and who made what does not say it.
fn chosen(
    annotations: Vec<Annotation>,
    predictions: Vec<Annotation>,
    context: &mut Context,
) -> (Vec<Region>, String, Provenance) {
    let annotated = annotations.iter().filter(|annotation| !annotation.was_cancelled).count();
    let (list, name, provenance) = if annotated > 0 {
        context.report.add(Loss::Predictions, predictions.len());
        (annotations, "annotations", Provenance::Person)
    } else {
        (predictions, "predictions", Provenance::Model)
    };
    let mut usable = list.into_iter().enumerate().filter(|(_, annotation)| !annotation.was_cancelled);
    let Some((index, first)) = usable.next() else {
        return (Vec::new(), name.to_owned(), provenance);
    };
    context.report.add(Loss::OtherAnnotators, usable.count());
    (first.result, format!("{name}[{index}]"), provenance)
}

fn provenance(stated: Option<Provenance>, origin: Option<&str>, default: Provenance) -> Provenance {
    stated.unwrap_or(match origin {
        Some("prediction") => Provenance::Model,
        Some("manual" | "prediction-changed") => Provenance::Person,
        _ => default,
    })
}

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let positions = TextPositions::of(document, OffsetUnit::Utf16);
    let mut results = Vec::new();
    for (index, entity) in document.entities.iter().enumerate() {
        let range = positions.range(entity.span);
        let text = positions.text(entity.span);
        let value = json!({"start": range.start, "end": range.end, "text": text, "labels": [entity.kind]});
        let region = json!({"id": format!("e{index}"), "type": "labels", "from_name": "label", "to_name": "text"});
        results.push(with_origin(region, Some(value), entity.score, entity.provenance));
    }
    for relation in &document.relations {
        let [from, to] = [relation.head, relation.tail].map(|end| format!("e{end}"));
        let labels = [&relation.kind];
        let link = json!({"type": "relation", "from_id": from, "to_id": to, "direction": "right", "labels": labels});
        let mut link = with_origin(link, None, relation.score, relation.provenance);
        // Label Studio keeps no origin of relations.
        link["source"] = json!(relation.provenance);
        results.push(link);
    }
    json!({
        "data": {"text": document.text},
        "meta": {"id": document.id, "offset_unit": OffsetUnit::Utf16},
        "annotations": [{"result": results}],
    })
}

fn with_origin(mut region: Value, value: Option<Value>, score: Option<f32>, provenance: Provenance) -> Value {
    if let Some(value) = value {
        region["value"] = value;
        region["origin"] = json!(match provenance {
            Provenance::Person => "manual",
            Provenance::Model => "prediction",
        });
    }
    if let Some(score) = score {
        region["score"] = json!(score);
    }
    region
}
