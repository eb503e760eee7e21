//! Label Studio's flat form, JSON-MIN: a task is one object with the fields of its data, and a list of regions in a field for
//! each control.
//!
//! ```json
//! {"id": 1, "text": "Ada lives in London", "annotator": 1, "annotation_id": 7,
//!  "label": [{"start": 0, "end": 3, "text": "Ada", "labels": ["Peop"]}]}
//! ```
//!
//! It has no relations.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use sinet_text::OffsetUnit;

use super::texts::{self, Texts};
use super::{Entities, Made, View, entities, stretch};
use crate::context::Context;
use crate::document::{LabelledDocument, Provenance};
use crate::error::Fault;
use crate::json::{name_of, parse};
use crate::loss_report::Loss;
use crate::positions::Unit;

/// Fields that hold neither the text nor labels.
const BOOKKEEPING: &[&str] =
    &["annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "inner_id", "history"];

/// The fields of a task in the full form.
#[derive(Deserialize)]
struct Full {
    data: Option<IgnoredAny>,
    annotations: Option<IgnoredAny>,
    completions: Option<IgnoredAny>,
    predictions: Option<IgnoredAny>,
}

/// Whether a task has none of the fields of the full form.
pub(super) fn is_minimal(json: &str) -> bool {
    serde_json::from_str(json).is_ok_and(|Full { data, annotations, completions, predictions }| {
        [data, annotations, completions, predictions].iter().all(Option::is_none)
    })
}

pub(super) fn read(json: &str, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
    let mut fields: BTreeMap<String, Value> = parse(json, &[], context)?;
    let id = fields.remove("id").map(|id| name_of(&id)).unwrap_or_default();
    context.id = Some(id.clone());
    let is_annotated = fields.contains_key("annotation_id") || fields.contains_key("annotator");
    fields.retain(|name, _| !BOOKKEEPING.contains(&name.as_str()));
    let (controls, fields): (BTreeMap<_, _>, BTreeMap<_, _>) =
        fields.into_iter().partition(|(_, value)| holds_regions(value));
    if controls.is_empty() && !is_annotated {
        context.report.add(Loss::Unlabelled, 1);
        return Ok(None);
    }
    let mut stretches = Vec::new();
    for (name, value) in controls {
        let Value::Array(regions) = value else { continue };
        for (index, region) in regions.iter().enumerate() {
            let control = kind_of_control(region);
            let view = View { name: name.clone(), control, id: String::new() };
            let made = Made { score: None, provenance: Provenance::Person };
            stretches.extend(stretch(format!("{name}[{index}]"), region, view, made, context)?);
        }
    }
    let Texts { text, stretches } = texts::choose("", fields, stretches, context)?;
    let Entities { entities, .. } = entities(&text, stretches, Unit::Expected(OffsetUnit::Utf16), context)?;
    Ok(Some(LabelledDocument { entities, ..LabelledDocument::new(id, text) }))
}

fn holds_regions(value: &Value) -> bool {
    let is_region = |region: &Value| region.get("start").is_some() && region.get("end").is_some();
    value.as_array().is_some_and(|regions| regions.iter().any(is_region))
}

/// The name of the field that has the types.
fn kind_of_control(region: &Value) -> String {
    let fields = region.as_object().into_iter().flat_map(Map::iter);
    fields.filter(|(_, value)| value.is_array()).map(|(name, _)| name.clone()).next().unwrap_or_default()
}
