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
//! `meta` is free for additions. The first annotation that was not skipped is read. A task that was skipped is left out, and
//! so is one that nobody has seen, unless it has predictions: these are a model's work. The text is the field of `data` that
//! has the texts of the regions at their places.
//!
//! The flat form that Label Studio calls JSON-MIN is read too: a task is one object, with the regions in the fields of their
//! controls ([`minimal`]).

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem, shortened};
use crate::json::lenient::{Given, List, Name, Position, Score};
use crate::json::shape::{Kind, Shape};
use crate::json::{name_of, parse, stated_provenance, stated_unit};
use crate::loss_report::Loss;
use crate::options::Predictions;
use crate::positions::{StatedSpan, TextPositions, Unit, resolve};

mod minimal;
mod texts;

use texts::Texts;

macro_rules! bookkeeping {
    ($($of_task:literal)* ; $($of_annotation:literal)*) => {
        /// Fields that hold no labels.
        const BOOKKEEPING: &[&str] = &[
            $($of_task,)*
            $(concat!("annotations[].", $of_annotation),)*
            $(concat!("completions[].", $of_annotation),)*
            $(concat!("predictions[].", $of_annotation),)*
        ];
    };
}

bookkeeping! {
    "inner_id" "project" "file_upload" "created_at" "updated_at" "created_by" "updated_by" "comment_authors"
    "comment_count" "unresolved_comment_count" "last_comment_updated_at" "total_annotations" "total_predictions"
    "cancelled_annotations" "avg_lead_time" "is_labeled" "overlap" "allow_skip" "annotators" "reviewers" "reviews_rejected"
    "locked_by" "storage_filename" "precomputed_agreement" "agreement" "state" "draft_exists" "annotations_ids"
    "annotations_results" "predictions_results" "predictions_score" "predictions_model_versions" "completed_at" "ground_truth"
    "last_annotated_at" "dm_created_at"
    ;
    "id" "completed_by" "completed_at" "user" "created_at" "updated_at" "created_ago" "created_username" "draft_created_at"
    "lead_time" "prediction" "result_count" "unique_id" "import_id" "last_action" "last_created_by" "bulk_created" "task"
    "project" "updated_by" "parent_prediction" "parent_annotation" "honeypot" "state" "reviews" "model_version" "model"
    "model_run" "cluster" "neighbors" "mislabeling" "score" "result[].from_name" "result[].readonly" "result[].hidden"
    "result[].locked" "result[].parentID" "result[].item_index"
    "result[].original_width" "result[].original_height" "result[].original_length" "result[].image_rotation"
}

/// The evidence that a file is Label Studio's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let is_task = shape.has_as("data", Kind::Object);
    let labels = ["annotations", "predictions", "completions"];
    if is_task && labels.iter().any(|path| shape.has(path)) {
        return Some("`data` and `annotations` or `predictions`");
    }
    // A task as it is before anybody has opened it.
    let own =
        |field: &String| ["id", "data", "meta"].contains(&field.as_str()) || BOOKKEEPING.contains(&field.as_str());
    if is_task && (shape.has_as("data.text", Kind::Text) || shape.fields().iter().all(own)) {
        return Some("`data` and no annotations yet");
    }
    let has_regions =
        |field: &String| shape.has(&format!("{field}[].labels")) && shape.has(&format!("{field}[].start"));
    let is_minimal = shape.has("annotation_id") || shape.fields().iter().any(has_regions);
    is_minimal.then_some("regions with `labels`, as in JSON-MIN")
}

#[derive(Deserialize)]
#[serde(expecting = "a task with `data` and `annotations`")]
struct Task {
    #[serde(default)]
    id: Name,
    data: BTreeMap<String, Value>,
    #[serde(default)]
    meta: Value,
    #[serde(default)]
    annotations: List<Given<Annotation>>,
    /// The name of `annotations` before version 1.
    #[serde(default)]
    completions: List<Given<Annotation>>,
    #[serde(default)]
    predictions: List<Given<Annotation>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an annotation with `result`")]
struct Annotation {
    #[serde(default)]
    result: List<Region>,
    #[serde(default)]
    was_cancelled: Value,
    /// The names of `was_cancelled` in early versions and in other programs.
    #[serde(default)]
    skipped: Value,
    #[serde(default)]
    was_skipped: Value,
    #[serde(default)]
    ground_truth: Value,
}

/// A stretch of text, a relation or something else.
#[derive(Default, Deserialize)]
#[serde(expecting = "a region or a relation")]
struct Region {
    #[serde(default)]
    id: Name,
    #[serde(default, rename = "type")]
    kind: Name,
    #[serde(default)]
    to_name: Name,
    #[serde(default)]
    value: Value,
    from_id: Option<Name>,
    to_id: Option<Name>,
    direction: Option<Name>,
    /// A list of types, or one.
    #[serde(default)]
    labels: Value,
    #[serde(default)]
    score: Score,
    origin: Option<Name>,
    #[serde(default)]
    source: Value,
    /// What a person has noted on it.
    #[serde(default)]
    meta: Value,
}

/// A region that is a stretch of text with types.
struct Stretch {
    /// The field that states it.
    field: String,
    range: TextRange,
    text: Option<String>,
    kinds: Vec<String>,
    view: View,
    made: Made,
}

/// The place of a region in Label Studio.
struct View {
    /// The view of the text, by its name.
    name: String,
    /// The kind of its control.
    control: String,
    /// The name that relations call it.
    id: String,
}

/// The maker of a region.
struct Made {
    score: Option<f32>,
    provenance: Provenance,
}

impl Stretch {
    fn stated(&self) -> StatedSpan {
        StatedSpan { field: self.field.clone(), range: self.range, text: self.text.clone() }
    }
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
    if minimal::is_minimal(json) {
        return minimal::read(json, context);
    }
    let task: Task = parse(json, BOOKKEEPING, context)?;
    let id = if task.meta["id"].is_null() { task.id.0.clone() } else { name_of(&task.meta["id"]) };
    context.id = Some(id.clone());
    let lists = [task.annotations, task.completions, task.predictions].map(|list| given(list, context));
    let is_bare = lists.iter().all(Vec::is_empty);
    let Some((results, path, default)) = chosen(lists, context) else {
        // Lists beside the text may be labels by another name.
        let structured = task.data.iter().filter(|(_, value)| is_bare && (value.is_array() || value.is_object()));
        structured.for_each(|(name, value)| context.unread_value(&format!("data.{name}"), value));
        return Ok(None);
    };
    let (mut stretches, mut links) = (Vec::new(), Vec::new());
    for (index, region) in results.into_iter().enumerate() {
        let field = format!("{path}.result[{index}]");
        if region.kind.0 == "relation" {
            links.push(region);
            continue;
        }
        let made = Made { score: region.score.0, provenance: provenance(&region, default, context) };
        context.report.add(Loss::Notes, usize::from(region.meta.as_object().is_some_and(|notes| !notes.is_empty())));
        let view = View { name: region.to_name.0, control: region.kind.0, id: region.id.0 };
        stretches.extend(stretch(format!("{field}.value"), &region.value, view, made, context)?);
    }
    let unit = stated_unit(&task.meta["offset_unit"], OffsetUnit::Utf16, context);
    let Texts { text, stretches } = texts::choose("data", task.data, stretches, context)?;
    let Entities { entities, by_id } = entities(&text, stretches, unit, context)?;
    let relations = relations(links, &by_id, default, context);
    Ok(Some(LabelledDocument { entities, relations, ..LabelledDocument::new(id, text) }))
}

/// The annotations of a list that are in the file. Some exports have a number for each prediction.
fn given(list: List<Given<Annotation>>, context: &mut Context) -> Vec<Annotation> {
    let count = list.len();
    let given: Vec<Annotation> = list.into_iter().filter_map(Given::whole).collect();
    if given.len() < count {
        context.report.note("Some annotations or predictions are numbers alone: their labels are not in the file.");
    }
    given
}

/// The regions to read, where they are, and who made what does not say it; `None` if nobody has judged the task.
fn chosen(
    [annotations, completions, predictions]: [Vec<Annotation>; 3],
    context: &mut Context,
) -> Option<(List<Region>, String, Provenance)> {
    let is_skipped = |annotation: &Annotation| {
        [&annotation.was_cancelled, &annotation.skipped, &annotation.was_skipped].into_iter().any(is_true)
    };
    let named = |list: Vec<Annotation>, name: &'static str| {
        list.into_iter().enumerate().map(move |(index, annotation)| (annotation, format!("{name}[{index}]")))
    };
    let annotations = named(annotations, "annotations").chain(named(completions, "completions"));
    let (skipped, mut judged): (Vec<_>, Vec<_>) = annotations.partition(|(annotation, _)| is_skipped(annotation));
    let report = &mut context.report;
    let provenance = if !judged.is_empty() {
        report.add(Loss::Predictions, predictions.len());
        Provenance::Person
    } else if !skipped.is_empty() {
        report.add(Loss::Rejected, 1);
        return None;
    } else if predictions.is_empty() {
        report.add(Loss::Unlabelled, 1);
        return None;
    } else if context.options.predictions == Predictions::LeftOut {
        report.add(Loss::OnlyPredicted, 1);
        return None;
    } else {
        judged = named(predictions, "predictions").collect();
        Provenance::Model
    };
    report.add(Loss::OtherAnnotators, judged.len() - 1);
    // A reviewer has marked the true one.
    let first = judged.iter().position(|(annotation, _)| is_true(&annotation.ground_truth)).unwrap_or(0);
    let (annotation, path) = judged.swap_remove(first);
    Some((annotation.result, path, provenance))
}

fn provenance(region: &Region, default: Provenance, context: &mut Context) -> Provenance {
    // Early versions write the name of the field that the text is from.
    let is_field = region.source.as_str().is_some_and(|source| source.starts_with('$'));
    let stated = if is_field { None } else { stated_provenance(&region.source, "result[].source", context) };
    stated.unwrap_or(match region.origin.as_ref().map(|origin| origin.0.as_str()) {
        Some("prediction") => Provenance::Model,
        // A prediction that was uploaded says "manual" too.
        Some("manual" | "prediction-changed") if default == Provenance::Person => Provenance::Person,
        _ => default,
    })
}

/// The stretch of text that a value is, unless it is something else or has no type.
fn stretch(
    field: String,
    value: &Value,
    view: View,
    made: Made,
    context: &mut Context,
) -> Result<Option<Stretch>, Fault> {
    // A control with a name of its own puts its types in a field of that name.
    let field_of_types = [&value["labels"], &value[view.control.as_str()]].into_iter().find(|types| !types.is_null());
    let kinds: Vec<String> = field_of_types.into_iter().flat_map(types).collect();
    let ends = [("start", &value["start"]), ("end", &value["end"])];
    // Other controls say where they are in other ways: by the path of an element, or by seconds of sound.
    let is_path = ends.iter().any(|(_, end)| end.as_str().is_some_and(|end| end.trim().parse::<f64>().is_err()));
    if kinds.is_empty() || is_path || view.control == "choices" {
        context.report.add(Loss::OtherRegions, 1);
        return Ok(None);
    }
    let mut range = [0; 2];
    for ((name, end), place) in ends.into_iter().zip(&mut range) {
        if end.is_null() {
            context.report.add(Loss::NoPlace, 1);
            return Ok(None);
        }
        let Position(position) = Position::deserialize(end).map_err(|_| {
            let expected = "a position in the text".to_owned();
            Fault::at(format!("{field}.{name}"), Problem::Unfit { found: shortened(&end.to_string()), expected })
        })?;
        *place = position;
    }
    let range = TextRange { start: range[0], end: range[1] };
    let text = value["text"].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if range.start == range.end && text.is_none() {
        context.report.add(Loss::NoPlace, 1);
        return Ok(None);
    }
    Ok(Some(Stretch { field, range, text, kinds, view, made }))
}

/// The types in a list, or one type.
fn types(value: &Value) -> impl Iterator<Item = String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter(|kind| kind.is_string() || kind.is_number()).map(name_of)
}

/// Whether a field says yes, as a truth value or a number.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_f64().is_some_and(|number| number != 0.0))
}

/// Entities, and the first of each region by the region's name.
struct Entities {
    entities: Vec<LabelledEntity>,
    by_id: HashMap<String, usize>,
}

fn entities(text: &str, stretches: Vec<Stretch>, unit: Unit, context: &mut Context) -> Result<Entities, Fault> {
    let stated: Vec<StatedSpan> = stretches.iter().map(Stretch::stated).collect();
    let spans = resolve(text, &stated, unit, &mut context.report)?;
    let (mut entities, mut by_id) = (Vec::new(), HashMap::new());
    for (Stretch { kinds, view, made, .. }, span) in stretches.into_iter().zip(spans) {
        if !view.id.is_empty() {
            match by_id.entry(view.id) {
                Entry::Vacant(first) => drop(first.insert(entities.len())),
                Entry::Occupied(_) => context.report.add(Loss::RepeatedNames, 1),
            }
        }
        let Made { score, provenance } = made;
        entities.extend(kinds.into_iter().map(|kind| LabelledEntity { kind, span, score, provenance }));
    }
    Ok(Entities { entities, by_id })
}

fn relations(
    links: Vec<Region>,
    by_id: &HashMap<String, usize>,
    default: Provenance,
    context: &mut Context,
) -> Vec<LabelledRelation> {
    let mut relations = Vec::new();
    for link in links {
        let end = |id: &Option<Name>| id.as_ref().and_then(|Name(id)| by_id.get(id)).copied();
        let (Some(from), Some(to)) = (end(&link.from_id), end(&link.to_id)) else {
            context.report.add(Loss::NoEntity, 1);
            continue;
        };
        let kinds: Vec<String> = types(&link.labels).filter(|kind| !kind.is_empty()).collect();
        context.report.add(Loss::Untyped, usize::from(kinds.is_empty()));
        let ends: &[(usize, usize)] = match link.direction.as_ref().map(|direction| direction.0.as_str()) {
            Some("left") => &[(to, from)],
            Some("bi") => &[(from, to), (to, from)],
            _ => &[(from, to)],
        };
        let provenance = provenance(&link, default, context);
        for kind in &kinds {
            for &(head, tail) in ends {
                relations.push(LabelledRelation { kind: kind.clone(), head, tail, score: link.score.0, provenance });
            }
        }
    }
    relations
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
