//! PubAnnotation's JSON, also TextAE's: positions in code points, ends exclusive; relations name denotations by their
//! `id`, subject first. One object a document, one a line; an array is read too.
//!
//! ```json
//! {"text": "Ada lives in London", "sourceid": "7", "offset_unit": "code_points",
//!  "denotations": [{"id": "T1", "span": {"begin": 0, "end": 3}, "obj": "Peop"}],
//!  "relations": [{"id": "R1", "pred": "Knows", "subj": "T1", "obj": "T1"}]}
//! ```
//!
//! `offset_unit` is an addition.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::shape::Shape;
use crate::json::{name_of, parse};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, TextPositions, Unit, resolve};

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[];

#[derive(Deserialize)]
#[serde(expecting = "a document with `text` and `denotations`")]
struct Document {
    text: String,
    #[serde(default)]
    sourceid: Value,
    offset_unit: Option<OffsetUnit>,
    #[serde(default)]
    denotations: Vec<Denotation>,
    #[serde(default)]
    relations: Vec<Relation>,
    #[serde(default)]
    attributes: Vec<Value>,
    #[serde(default)]
    modifications: Vec<Value>,
    #[serde(default)]
    tracks: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a denotation with `id`, `span` and `obj`")]
struct Denotation {
    #[serde(default)]
    id: Value,
    span: Spans,
    obj: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a span with `begin` and `end`, or a list of such")]
enum Spans {
    One(Span),
    Several(Vec<Span>),
}

#[derive(Clone, Copy, Deserialize)]
struct Span {
    begin: usize,
    end: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `pred`, `subj` and `obj`")]
struct Relation {
    #[serde(default)]
    id: Value,
    pred: String,
    subj: Value,
    obj: Value,
}

/// The evidence that a file is PubAnnotation's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    (shape.has("denotations") || shape.has("sourcedb") && shape.has("text")).then_some("`denotations` or `sourcedb`")
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<LabelledDocument, Fault> {
    let document: Document = parse(json, BOOKKEEPING, context)?;
    let id = name_of(&document.sourceid);
    context.id = Some(id.clone());
    let report = &mut context.report;
    report.add(Loss::Attributes, document.attributes.len() + document.modifications.len());
    report.add(Loss::OtherAnnotators, document.tracks.len());
    let (mut stated, mut kinds, mut by_id) = (Vec::new(), Vec::new(), HashMap::new());
    for (index, denotation) in document.denotations.into_iter().enumerate() {
        let field = format!("denotations[{index}].span");
        let pieces = match denotation.span {
            Spans::One(span) => vec![span],
            Spans::Several(spans) => spans,
        };
        report.add(Loss::Discontinuous, usize::from(pieces.len() > 1));
        let (Some(begin), Some(end)) =
            (pieces.iter().map(|span| span.begin).min(), pieces.iter().map(|span| span.end).max())
        else {
            return Err(Fault::at(field, Problem::Missing("`begin` and `end`")));
        };
        stated.push(StatedSpan { field, range: TextRange { start: begin, end }, text: None });
        kinds.push(denotation.obj);
        let name = name_of(&denotation.id);
        if !name.is_empty() && by_id.insert(name.clone(), index).is_some() {
            return Err(Fault::at(format!("denotations[{index}].id"), Problem::Twice { name }));
        }
    }
    let unit = document.offset_unit.map_or(Unit::Expected(OffsetUnit::CodePoints), Unit::Stated);
    let spans = resolve(&document.text, &stated, unit, report)?;
    let relation_ids: HashSet<String> = document.relations.iter().map(|relation| name_of(&relation.id)).collect();
    let mut relations = Vec::new();
    for (index, relation) in document.relations.into_iter().enumerate() {
        let names = [("subj", name_of(&relation.subj)), ("obj", name_of(&relation.obj))];
        if let [Some(&head), Some(&tail)] = [by_id.get(&names[0].1), by_id.get(&names[1].1)] {
            relations.push(LabelledRelation {
                kind: relation.pred,
                head,
                tail,
                score: None,
                provenance: Provenance::Person,
            });
            continue;
        }
        // Relations between relations exist; between nothing they do not.
        for (field, name) in names {
            if !by_id.contains_key(&name) && !relation_ids.contains(&name) {
                let problem = Problem::Unknown { what: "denotation with the id", name };
                return Err(Fault::at(format!("relations[{index}].{field}"), problem));
            }
        }
        report.add(Loss::NoEntity, 1);
    }
    let entities = kinds.into_iter().zip(spans);
    let entities =
        entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    Ok(LabelledDocument { entities: entities.collect(), relations, ..LabelledDocument::new(id, document.text) })
}

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let denotations = document.entities.iter().enumerate().map(|(index, entity)| {
        let range = positions.range(entity.span);
        let span = json!({"begin": range.start, "end": range.end});
        json!({"id": format!("T{}", index + 1), "span": span, "obj": entity.kind})
    });
    let relations = document.relations.iter().enumerate().map(|(index, relation)| {
        let [subject, object] = [relation.head, relation.tail].map(|end| format!("T{}", end + 1));
        json!({"id": format!("R{}", index + 1), "pred": relation.kind, "subj": subject, "obj": object})
    });
    json!({
        "text": document.text,
        "sourceid": document.id,
        "offset_unit": OffsetUnit::CodePoints,
        "denotations": denotations.collect::<Vec<_>>(),
        "relations": relations.collect::<Vec<_>>(),
    })
}
