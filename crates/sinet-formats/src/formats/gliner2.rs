//! GLiNER 2's JSON lines: entities and relations by their words, which are searched for in the text. Read only, because every
//! place is lost in it.
//!
//! ```json
//! {"input": "Ada lives in London", "output": {"entities": {"Peop": ["Ada"], "Loc": ["London"]},
//!   "relations": [{"Live_In": {"head": "Ada", "tail": "London"}}]}}
//! ```
//!
//! The model itself answers without `output`, with `relation_extraction` as lists of pairs, and with objects for words; that is
//! read where the text stands beside it.

use serde::Deserialize;
use serde_json::{Map, Value};
use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::lenient::Score;
use crate::json::shape::{Kind, Shape};
use crate::json::{described, name_of, parse};
use crate::loss_report::Loss;
use crate::mentions::Mentions;
use crate::text_field::take_text;

/// Fields that hold no labels of this text.
const BOOKKEEPING: &[&str] = &["entity_descriptions", "relation_descriptions"];

#[derive(Deserialize)]
#[serde(expecting = "an example with `input` and `output`")]
struct Example(Map<String, Value>);

/// The evidence that a file is GLiNER 2's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let is_example = shape.has_as("input", Kind::Text) && shape.has_as("output", Kind::Object);
    let is_answer = shape.has_as("text", Kind::Text)
        && (shape.has_as("entities", Kind::Object) || shape.has_as("relation_extraction", Kind::Object));
    (is_example || is_answer).then_some("`input` and `output`, or entities by type")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let Example(mut example) = parse(json, &[], context)?;
    let id = example.remove("id").map(|id| name_of(&id)).unwrap_or_default();
    context.id = Some(id.clone());
    let (path, mut output) = match example.remove("output") {
        Some(Value::Object(output)) => ("output.", output),
        Some(other) => return Err(unfit("output", &other, "an object with `entities` or `relations`")),
        None => ("", Map::new()),
    };
    let (_, text) = take_text(&mut example, &["input", "text"], &[], context)?;
    if path.is_empty() {
        output = std::mem::take(&mut example);
    }
    let mut found = Mentions::new(id, text);
    match output.remove("entities") {
        None | Some(Value::Null) => {}
        Some(Value::Object(kinds)) => {
            for (kind, mentions) in kinds {
                for mention in listed(mentions) {
                    let words = words_of(&mention, path)?;
                    let entity = match place_of(&mention, words, found.text()) {
                        Some(place) => Some(found.at(place, &kind)),
                        None => found.find(words, &kind, context),
                    };
                    if let Some((entity, score)) = entity.zip(score_of(&mention)) {
                        found.score(entity, score);
                    }
                }
            }
        }
        Some(other) => return Err(unfit(&format!("{path}entities"), &other, "an object with a list for each type")),
    }
    let mut relations = Vec::new();
    for (kind, relation) in pairs(&mut output, path)? {
        let (head, tail) = match &relation {
            Value::Object(ends) => (ends.get("head"), ends.get("tail")),
            Value::Array(ends) if ends.len() == 2 => (ends.first(), ends.get(1)),
            other => return Err(unfit(&format!("{path}relations"), other, "a relation with `head` and `tail`")),
        };
        for (name, end) in [("head", head), ("tail", tail)] {
            if end.is_some_and(|end| end.get("confidence").is_some()) {
                context.unread(&format!("{path}relations[].{name}.confidence"));
            }
        }
        let [head, tail] = [head, tail].map(|end| words_of(end.unwrap_or(&Value::Null), path));
        match (found.find_of_any_type(head?, context), found.find_of_any_type(tail?, context)) {
            (Some(head), Some(tail)) => {
                relations.push(LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person });
            }
            _ => context.report.add(Loss::RelationsOfLost, 1),
        }
    }
    for (fields, path) in [(&output, path), (&example, "")] {
        for (name, value) in fields.iter().filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str())) {
            context.unread_value(&format!("{path}{name}"), value);
        }
    }
    Ok(LabelledDocument { relations, ..found.into_document() })
}

/// The relations by type, from a list of objects with a type each, or from an object of lists.
fn pairs(output: &mut Map<String, Value>, path: &str) -> Result<Vec<(String, Value)>, Fault> {
    let by_kind = |kinds: Map<String, Value>| -> Vec<(String, Value)> {
        let relations = kinds.into_iter().map(|(kind, relations)| (kind, listed(relations)));
        relations.flat_map(|(kind, relations)| relations.into_iter().map(move |one| (kind.clone(), one))).collect()
    };
    let mut pairs = Vec::new();
    for name in ["relations", "relation_extraction"] {
        for element in output.remove(name).map(listed).unwrap_or_default() {
            match element {
                Value::Object(kinds) => pairs.extend(by_kind(kinds)),
                other => return Err(unfit(&format!("{path}{name}"), &other, "an object with a relation")),
            }
        }
    }
    Ok(pairs)
}

/// The elements of a list; a value that is none is one itself, and a list of two words is a pair.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(elements) => elements,
        other => vec![other],
    }
}

/// The words of an entity: text, or an object with `text`.
fn words_of<'v>(mention: &'v Value, path: &str) -> Result<&'v str, Fault> {
    let words = mention.as_str().or_else(|| mention.get("text")?.as_str());
    words.ok_or_else(|| unfit(&format!("{path}entities"), mention, "the words of an entity"))
}

/// The place of an entity whose `start` and `end` are there, where its words stand in the text.
fn place_of(mention: &Value, words: &str, text: &str) -> Option<ByteSpan> {
    let [start, end] = ["start", "end"].map(|name| mention.get(name)?.as_u64());
    let range = TextRange { start: usize::try_from(start?).ok()?, end: usize::try_from(end?).ok()? };
    Offsets::new(text)
        .byte_span(range, OffsetUnit::CodePoints)
        .filter(|place| place.of(text) == Some(words) && !words.is_empty())
}

/// How sure a model is of an entity.
fn score_of(mention: &Value) -> Option<f32> {
    Score::deserialize(mention.get("confidence")?).map_or(Some(f32::NAN), |Score(score)| score)
}

fn unfit(field: &str, found: &Value, expected: &str) -> Fault {
    Fault::at(field, Problem::Unfit { found: described(found), expected: expected.to_owned() })
}
