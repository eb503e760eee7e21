//! PubAnnotation's JSON, also TextAE's: positions in code points, ends exclusive; relations name denotations by their
//! `id`, subject first. One object a document, one a line; an array is read too.
//!
//! ```json
//! {"text": "Ada lives in London", "sourceid": "7", "offset_unit": "code_points",
//!  "denotations": [{"id": "T1", "span": {"begin": 0, "end": 3}, "obj": "Peop"}],
//!  "relations": [{"id": "R1", "pred": "Knows", "subj": "T1", "obj": "T1"}]}
//! ```
//!
//! `offset_unit` is an addition. A document of several projects has a list of `tracks`, each with denotations and relations
//! of its own: the document's own are read, or those of the first track that has any.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::Fault;
use crate::json::lenient::{List, Name, Position};
use crate::json::shape::Shape;
use crate::json::{name_of, parse, stated_unit};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, TextPositions, resolve};

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[
    "target",
    "sourcedb",
    "divid",
    "source_url",
    "section",
    "project",
    "namespaces",
    "typesettings",
    "config",
    "delineation",
    "style",
    "denotations[].created_at",
    "denotations[].updated_at",
    "tracks[].project",
    "tracks[].namespaces",
];

/// The evidence that a file is PubAnnotation's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let own = ["denotations", "tracks[].denotations", "catanns", "sourcedb"];
    (shape.has("text") && own.iter().any(|path| shape.has(path))).then_some("`denotations`, `tracks` or `sourcedb`")
}

#[derive(Deserialize)]
#[serde(expecting = "a document with `text` and `denotations`")]
struct Document {
    text: String,
    #[serde(default)]
    sourceid: Value,
    #[serde(default)]
    offset_unit: Value,
    #[serde(default, alias = "catanns")]
    denotations: List<Denotation>,
    #[serde(default, alias = "relanns")]
    relations: List<Relation>,
    #[serde(default)]
    attributes: List<Value>,
    #[serde(default, alias = "modanns", alias = "insanns")]
    modifications: List<Value>,
    #[serde(default)]
    blocks: List<Value>,
    #[serde(default)]
    tracks: List<Track>,
}

/// The annotations of one project.
#[derive(Deserialize)]
#[serde(expecting = "a track with `denotations`")]
struct Track {
    #[serde(default)]
    denotations: List<Denotation>,
    #[serde(default)]
    relations: List<Relation>,
    #[serde(default)]
    attributes: List<Value>,
    #[serde(default)]
    modifications: List<Value>,
    #[serde(default)]
    blocks: List<Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a denotation with `id`, `span` and `obj`")]
struct Denotation {
    #[serde(default)]
    id: Name,
    #[serde(default)]
    span: Pieces,
    /// The span, where it is not an object of its own.
    begin: Option<Position>,
    end: Option<Position>,
    #[serde(default, alias = "category")]
    obj: Name,
}

/// One span, or several in a list.
#[derive(Default)]
struct Pieces(Vec<Span>);

#[derive(Clone, Copy, Deserialize)]
#[serde(expecting = "a span with `begin` and `end`")]
struct Span {
    begin: Position,
    end: Position,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `pred`, `subj` and `obj`")]
struct Relation {
    #[serde(default, rename = "id")]
    _id: Name,
    #[serde(default, alias = "type")]
    pred: Name,
    #[serde(default, alias = "subject")]
    subj: Name,
    #[serde(default, alias = "object")]
    obj: Name,
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let document: Document = parse(json, BOOKKEEPING, context)?;
    let id = name_of(&document.sourceid);
    context.id = Some(id.clone());
    let unit = stated_unit(&document.offset_unit, OffsetUnit::CodePoints, context);
    let report = &mut context.report;
    let text = document.text.clone();
    let (Track { denotations, relations: links, attributes, modifications, blocks }, path, others) = document.chosen();
    report.add(Loss::OtherAnnotators, others);
    report.add(Loss::Attributes, attributes.len() + modifications.len());
    report.add(Loss::Blocks, blocks.len());
    let (mut stated, mut kinds, mut by_id) = (Vec::new(), Vec::new(), HashMap::new());
    for (index, Denotation { id, span: Pieces(mut pieces), begin, end, obj }) in denotations.into_iter().enumerate() {
        if let (Some(begin), Some(end)) = (begin, end) {
            pieces.push(Span { begin, end });
        }
        report.add(Loss::Discontinuous, usize::from(pieces.len() > 1));
        let start = pieces.iter().map(|span| span.begin.0).min();
        let end = pieces.iter().map(|span| span.end.0).max();
        let Some((start, end)) = start.zip(end).filter(|(start, end)| start != end) else {
            report.add(Loss::NoPlace, 1);
            continue;
        };
        if !id.0.is_empty() {
            match by_id.entry(id.0) {
                Entry::Vacant(first) => drop(first.insert(kinds.len())),
                Entry::Occupied(_) => report.add(Loss::RepeatedNames, 1),
            }
        }
        let field = format!("{path}denotations[{index}].span");
        stated.push(StatedSpan { field, range: TextRange { start, end }, text: None });
        kinds.push(obj.0);
    }
    let spans = resolve(&text, &stated, unit, report)?;
    let mut relations = Vec::new();
    for Relation { pred, subj, obj, .. } in links {
        // Relations between relations exist.
        let (Some(&head), Some(&tail)) = (by_id.get(&subj.0), by_id.get(&obj.0)) else {
            report.add(Loss::NoEntity, 1);
            continue;
        };
        relations.push(LabelledRelation { kind: pred.0, head, tail, score: None, provenance: Provenance::Person });
    }
    let entities = kinds.into_iter().zip(spans);
    let entities =
        entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    Ok(LabelledDocument { entities: entities.collect(), relations, ..LabelledDocument::new(id, text) })
}

impl Document {
    /// The annotations to read, the path before their fields, and the number of further tracks.
    fn chosen(self) -> (Track, String, usize) {
        let Self { denotations, relations, attributes, modifications, blocks, tracks, .. } = self;
        let own = Track { denotations, relations, attributes, modifications, blocks };
        let is_used = |track: &Track| !track.denotations.is_empty();
        let first = tracks.iter().position(is_used);
        match first {
            Some(first) if !is_used(&own) => {
                let others = tracks.iter().filter(|track| is_used(track)).count() - 1;
                let track = tracks.into_iter().nth(first).unwrap_or(own);
                (track, format!("tracks[{first}]."), others)
            }
            _ => {
                let others = tracks.iter().filter(|track| is_used(track)).count();
                (own, String::new(), others)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Unlike an untagged enum, this lets a bad position be told by its field.
        struct OneOrSeveral;

        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = Pieces;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a span with `begin` and `end`, or a list of such")
            }

            fn visit_unit<E>(self) -> Result<Pieces, E> {
                Ok(Pieces::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Pieces, A::Error> {
                Span::deserialize(MapAccessDeserializer::new(fields)).map(|span| Pieces(vec![span]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Pieces, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(elements)).map(Pieces)
            }
        }

        deserializer.deserialize_any(OneOrSeveral)
    }
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
