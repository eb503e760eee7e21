//! Relations as triples of words, which are searched for in the text. Read only, because every place is lost in it.
//!
//! ```json
//! {"text": "Ada lives in London", "spo_list": [
//!   {"subject": "Ada", "subject_type": "Peop", "predicate": "Live_In", "object": "London", "object_type": "Loc"}]}
//! {"text": "Ada lives in London", "triple_list": [["Ada", "Live_In", "London"]]}
//! ```
//!
//! `spo_list` is of DuIE and what was built for it, where an object may be `{"@value": "London"}`; `triple_list` of CasRel;
//! `relationMentions` of the New York Times corpus; `relation_list` of TPLinker. The last has places, as some files with
//! `spo_list` have in place of words: characters, ends exclusive.

use serde::Deserialize;
use serde_json::{Map, Value};
use sinet_text::{OffsetUnit, Offsets, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::shape::{Kind, Shape};
use crate::json::{described, name_of, parse};
use crate::loss_report::Loss;
use crate::mentions::{Mentions, UNTYPED};
use crate::positions::leaves_text;
use crate::text_field::take_text;

/// The fields with relations, and those with entities.
const RELATIONS: &[&str] = &["spo_list", "triple_list", "triples", "relationMentions", "relation_list"];
const ENTITIES: &[&str] = &["entityMentions", "entity_list"];

/// The names of an end, of its type, and of its place.
struct End {
    words: &'static [&'static str],
    kind: &'static [&'static str],
    place: &'static [&'static str],
}

const HEAD: End = End {
    words: &["subject", "subj", "em1Text", "head"],
    kind: &["subject_type", "subj_type", "head_type"],
    place: &["subj_char_span", "subject_span", "head_span"],
};
const TAIL: End = End {
    words: &["object", "obj", "em2Text", "tail"],
    kind: &["object_type", "obj_type", "tail_type"],
    place: &["obj_char_span", "object_span", "tail_span"],
};
const TYPE: &[&str] = &["predicate", "relation", "label", "type"];
/// Places in word pieces of one model, beside places in characters.
const BOOKKEEPING: &[&str] = &["subj_tok_span", "obj_tok_span", "tok_span", "start", "sentId", "articleId"];

/// The evidence that a file has triples.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let is_list = |path: &&&str| shape.has_as(path, Kind::List);
    RELATIONS.iter().find(is_list).map(|_| "`spo_list`, `triple_list` or the like")
}

#[derive(Deserialize)]
#[serde(expecting = "a document with `text` and `spo_list` or `triple_list`")]
struct Record(Map<String, Value>);

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let Record(mut record) = parse(json, &[], context)?;
    let id = ["id", "sentId"].iter().find_map(|name| record.remove(*name)).map(|id| name_of(&id)).unwrap_or_default();
    context.id = Some(id.clone());
    let (_, text) = take_text(&mut record, &["text", "sentText", "sentence"], &[], context)?;
    let mut found = Mentions::new(id, text);
    for list in ENTITIES {
        for (index, mut entity) in elements(&mut record, list)?.into_iter().enumerate() {
            let field = || format!("{list}[{index}]");
            let Value::Object(fields) = &mut entity else {
                return Err(unfit(field(), &entity, "an entity with `text`"));
            };
            let (kind, words) = (take(fields, &["type", "label"]), take(fields, &["text"]));
            let place = take(fields, &["char_span"]);
            let kind = kind.map_or_else(|| UNTYPED.to_owned(), |kind| name_of(&kind));
            let words = words
                .filter(|_| place.is_none())
                .or(place)
                .ok_or_else(|| Fault::at(field(), Problem::Missing("`text`")))?;
            end(&mut found, &words, &kind, field(), context)?;
            left_over(fields, &format!("{list}[]"), context);
        }
    }
    let mut relations = Vec::new();
    for list in RELATIONS {
        for (index, triple) in elements(&mut record, list)?.into_iter().enumerate() {
            let field = || format!("{list}[{index}]");
            let (head, kind, tail) = match triple {
                Value::Array(parts) => match <[Value; 3]>::try_from(parts) {
                    Ok([head, kind, tail]) => ((head, None), kind, (tail, None)),
                    Err(parts) => return Err(unfit(field(), &Value::Array(parts), "[subject, relation, object]")),
                },
                Value::Object(mut fields) => {
                    let head = end_of(&mut fields, &HEAD, &field)?;
                    let tail = end_of(&mut fields, &TAIL, &field)?;
                    let kind = take(&mut fields, TYPE).ok_or_else(|| missing(&field, "predicate", &fields))?;
                    left_over(&fields, &format!("{list}[]"), context);
                    (head, kind, tail)
                }
                other => return Err(unfit(field(), &other, "a triple")),
            };
            let mut find = |(words, kind): (Value, Option<String>), name: &str, context: &mut Context| {
                if kind.is_none() {
                    context.report.note(format!("Entities have no types in this file: all are {UNTYPED:?}."));
                }
                end(&mut found, &words, kind.as_deref().unwrap_or(UNTYPED), format!("{}.{name}", field()), context)
            };
            match (find(head, "subject", context)?, find(tail, "object", context)?) {
                (Some(head), Some(tail)) => relations.push(LabelledRelation {
                    kind: name_of(&kind),
                    head,
                    tail,
                    score: None,
                    provenance: Provenance::Person,
                }),
                _ => context.report.add(Loss::RelationsOfLost, 1),
            }
        }
    }
    left_over(&record, "", context);
    Ok(LabelledDocument { relations, ..found.into_document() })
}

/// The elements of a list, of which `null` is an empty one.
fn elements(record: &mut Map<String, Value>, name: &str) -> Result<Vec<Value>, Fault> {
    match record.remove(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(elements)) => Ok(elements),
        Some(other) => Err(unfit(name.to_owned(), &other, "a list")),
    }
}

/// What names an end, with its type.
fn end_of(
    fields: &mut Map<String, Value>,
    end: &End,
    field: &impl Fn() -> String,
) -> Result<(Value, Option<String>), Fault> {
    let (words, place) = (take(fields, end.words), take(fields, end.place));
    let words = place.or(words).ok_or_else(|| missing(field, end.words[0], fields))?;
    Ok((words, take(fields, end.kind).map(|kind| name_of(&value_of(kind)))))
}

/// The entity that is named by its words or by its place.
fn end(
    found: &mut Mentions,
    words: &Value,
    kind: &str,
    field: String,
    context: &mut Context,
) -> Result<Option<usize>, Fault> {
    let words = match words {
        Value::Object(parts) => {
            let name =
                ["@value", "text", "name"].into_iter().find(|name| parts.contains_key(*name)).unwrap_or("@value");
            let list = field.replace(|character: char| character.is_ascii_digit(), "");
            for (other, value) in parts.iter().filter(|(other, _)| *other != name) {
                context.unread_value(&format!("{list}.{other}"), value);
            }
            parts.get(name).unwrap_or(&Value::Null)
        }
        other => other,
    };
    match words {
        Value::String(words) => Ok(found.find(words, kind, context)),
        Value::Number(words) => Ok(found.find(&words.to_string(), kind, context)),
        Value::Array(place) => {
            let [Some(start), Some(end)] = [0, 1].map(|at| place.get(at).and_then(Value::as_u64)) else {
                return Err(unfit(field, words, "words or [start, end]"));
            };
            let range = TextRange { start: start as usize, end: end as usize };
            let offsets = Offsets::new(found.text());
            let span = offsets.byte_span(range, OffsetUnit::CodePoints).filter(|span| span.byte_len() > 0);
            let span = span.ok_or_else(|| leaves_text(field, range, &offsets, OffsetUnit::CodePoints))?;
            Ok(Some(found.at(span, kind)))
        }
        other => Err(unfit(field, other, "words or [start, end]")),
    }
}

/// The value itself, or what is called `@value` in it.
fn value_of(value: Value) -> Value {
    match value {
        Value::Object(mut parts) => parts.remove("@value").unwrap_or_default(),
        other => other,
    }
}

/// Takes out the first of the fields that is there.
fn take(fields: &mut Map<String, Value>, names: &[&str]) -> Option<Value> {
    names.iter().find_map(|name| fields.remove(*name)).filter(|value| !value.is_null())
}

/// Counts what is left of an object as unread.
fn left_over(fields: &Map<String, Value>, path: &str, context: &mut Context) {
    for (name, value) in fields.iter().filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str())) {
        context.unread_value(&if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, value);
    }
}

fn missing(field: &impl Fn() -> String, name: &str, fields: &Map<String, Value>) -> Fault {
    Fault::at(field(), Problem::NoField { name: name.to_owned(), found: fields.keys().cloned().collect() })
}

fn unfit(field: String, found: &Value, expected: &str) -> Fault {
    Fault::at(field, Problem::Unfit { found: described(found), expected: expected.to_owned() })
}
