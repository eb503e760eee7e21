//! JSON records of a text and stretches of it: what doccano, spaCy's scripts and many a hand write, under names of their own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Deserialize;
use serde_json::{Map, Value};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::lenient::{List, Name, Position, Row};
use crate::json::shape::{Kind, Shape};
use crate::json::stretch::{Labels, Stretch};
use crate::json::{name_of, parse, stated_unit};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, fits, resolve};
use crate::text_field::{is_name, take_text};

/// The names under which tools keep the text.
const TEXTS: &[&str] = &["text", "data", "sentence", "content"];

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[
    "annotation_approver",
    "annotations[].id",
    "annotations[].user",
    "annotations[].user_name",
    "annotations[].prob",
    "annotations[].manual",
    "annotations[].document",
    "annotations[].created_at",
    "annotations[].updated_at",
    "created_at",
    "updated_at",
    "relations[].id",
    "extras",
];

#[derive(Deserialize)]
#[serde(expecting = "a document with `text` and `entities` or `label`")]
struct Record {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    text: Value,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    offset_unit: Value,
    #[serde(default)]
    label: Labels,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    entities: Labels,
    #[serde(default)]
    ents: Labels,
    #[serde(default)]
    annotations: Labels,
    #[serde(default)]
    annotation: List<Points>,
    #[serde(default)]
    relations: List<Relation>,
    #[serde(default)]
    cats: Value,
    #[serde(default, rename = "Comments")]
    comments: List<Value>,
    #[serde(default, rename = "comments")]
    further_comments: List<Value>,
}

/// An entity of Dataturks, in which `end` is the last character.
#[derive(Deserialize)]
#[serde(expecting = "an annotation with `label` and `points`")]
struct Points {
    #[serde(default)]
    label: Value,
    #[serde(default)]
    points: List<Point>,
}

#[derive(Deserialize)]
#[serde(expecting = "a point with `start` and `end`")]
struct Point {
    start: Position,
    end: Position,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `from_id`, `to_id` and `type`")]
struct Relation {
    #[serde(alias = "head", alias = "source", alias = "from")]
    from_id: Value,
    #[serde(alias = "tail", alias = "child", alias = "target", alias = "to")]
    to_id: Value,
    #[serde(default, rename = "type", alias = "label", alias = "relation")]
    kind: Name,
}

/// Whether records have a field of text, whatever its name.
pub(super) fn has_text(shape: &Shape) -> bool {
    shape.fields().iter().any(|field| shape.has_as(field, Kind::Text) && !is_name(field))
}

/// One record; that is an object, or the text and an object.
pub(super) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let (beside, mut record) = if json.starts_with('[') {
        let Row((text, record)) = parse::<Row<(Name, Record)>>(json, BOOKKEEPING, context)?;
        (Some(text.0), record)
    } else {
        (None, parse::<Record>(json, BOOKKEEPING, context)?)
    };
    let id = name_of(&record.id);
    context.id = Some(id.clone());
    let unit = stated_unit(&record.offset_unit, OffsetUnit::CodePoints, context);
    let lists = [
        ("entities", std::mem::take(&mut record.entities)),
        ("ents", std::mem::take(&mut record.ents)),
        ("annotations", std::mem::take(&mut record.annotations)),
        ("label", std::mem::take(&mut record.label)),
        ("labels", std::mem::take(&mut record.labels)),
    ];
    let classes = lists.iter().map(|(_, labels)| labels.classes).sum::<usize>() + classes(&record.cats);
    context.report.add(Loss::OtherRegions, classes);
    context.report.add(Loss::Notes, record.comments.len() + record.further_comments.len());

    let (mut stated, mut kinds, mut ids) = (Vec::new(), Vec::new(), Ids::default());
    let from_tool = !lists[2].1.stretches.is_empty();
    for (list, Labels { stretches, .. }) in lists {
        for (index, stretch) in stretches.into_iter().enumerate() {
            let Stretch { id, start, end, kind, text, score, unused } = stretch;
            unused.iter().for_each(|field| context.unread(&format!("{list}[].{field}")));
            let range = TextRange { start: start.0, end: end.0 };
            ids.give(name_of(&id), kinds.len(), context);
            stated.push(StatedSpan { field: format!("{list}[{index}]"), range, text });
            kinds.push((kind.0, score.0));
        }
    }
    if !record.annotation.is_empty() {
        context.report.note("Ends are the last character here, as in files of Dataturks.");
    }
    for (index, Points { label, points }) in record.annotation.0.drain(..).enumerate() {
        let labels = match label {
            Value::Array(labels) => labels,
            Value::Null => Vec::new(),
            label => vec![label],
        };
        context.report.add(Loss::OtherRegions, usize::from(labels.is_empty() || points.is_empty()));
        for (at, Point { start, end, text }) in points.into_iter().enumerate() {
            let range = TextRange { start: start.0, end: end.0.saturating_add(1) };
            for label in &labels {
                let field = format!("annotation[{index}].points[{at}]");
                stated.push(StatedSpan { field, range, text: text.clone() });
                kinds.push((name_of(label), None));
            }
        }
    }
    if from_tool && kinds.iter().all(|(kind, _)| kind.parse::<u64>().is_ok()) {
        context
            .report
            .note("The types are numbers: this file has no names for them. Export again with names, or read them so.");
    }
    let text = match beside {
        Some(text) => text,
        None => text(json, &record, &stated, context)?,
    };
    let spans = resolve(&text, &stated, unit, &mut context.report)?;
    let entities = kinds.into_iter().zip(spans);
    let entities = entities.map(|((kind, score), span)| {
        let provenance = if score.is_some() { Provenance::Model } else { Provenance::Person };
        LabelledEntity { kind, span, score, provenance }
    });
    let entities: Vec<LabelledEntity> = entities.collect();
    let relations = record.relations.into_iter().enumerate().map(|(index, relation)| {
        let end =
            |field: &str, value: &Value| ids.find(value, entities.len(), || format!("relations[{index}].{field}"));
        let (head, tail) = (end("from_id", &relation.from_id)?, end("to_id", &relation.to_id)?);
        Ok(LabelledRelation { kind: relation.kind.0, head, tail, score: None, provenance: Provenance::Person })
    });
    let relations = relations.collect::<Result<_, Fault>>()?;
    Ok(LabelledDocument { entities, relations, ..LabelledDocument::new(id, text) })
}

/// How many classes of the whole text there are: a list of names, or an object with numbers of which 0 is no.
fn classes(cats: &Value) -> usize {
    match cats {
        Value::Array(classes) => classes.len(),
        Value::Object(classes) => classes.values().filter(|value| value.as_f64() != Some(0.0)).count(),
        _ => 0,
    }
}

/// The text of a record: `text`, where nothing speaks against it.
fn text(json: &str, record: &Record, stated: &[StatedSpan], context: &mut Context) -> Result<String, Fault> {
    let has_evidence = stated.iter().any(|span| span.text.is_some());
    if context.options.text_field.is_none() {
        for (value, other) in [(&record.text, &record.data), (&record.data, &Value::Null)] {
            let Value::String(text) = value else { continue };
            if !has_evidence || fits(text, stated) {
                if !other.is_null() {
                    context.unread("data");
                }
                return Ok(text.clone());
            }
        }
    }
    let mut all: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let (name, text) = take_text(&mut all, TEXTS, stated, context)?;
    for (field, value) in [("text", &record.text), ("data", &record.data)] {
        if field != name && !value.is_null() {
            context.unread(field);
        }
    }
    context.read_after_all(&name);
    Ok(text)
}

/// The entities by the names that relations call them.
#[derive(Default)]
struct Ids {
    by_name: HashMap<String, usize>,
}

impl Ids {
    fn give(&mut self, name: String, entity: usize, context: &mut Context) {
        if name.is_empty() {
            return;
        }
        match self.by_name.entry(name) {
            Entry::Occupied(_) => context.report.add(Loss::RepeatedNames, 1),
            Entry::Vacant(free) => drop(free.insert(entity)),
        }
    }

    /// The entity of this name, or, where none has one, of this number.
    fn find(&self, value: &Value, entities: usize, field: impl FnOnce() -> String) -> Result<usize, Fault> {
        let name = name_of(value);
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        let number = number.filter(|&number| self.by_name.is_empty() && number < entities);
        let found = number.or_else(|| self.by_name.get(&name).copied());
        found.ok_or_else(|| Fault::at(field(), Problem::Unknown { what: "entity with the id", name }))
    }
}
