//! Prodigy's JSON lines: positions in code points with ends exclusive, and beside them in tokens with ends inclusive;
//! relations name spans by their positions.
//!
//! ```json
//! {"text": "Ada knows Ada", "meta": {"id": "7"}, "offset_unit": "code_points",
//!  "tokens": [{"text": "Ada", "start": 0, "end": 3, "id": 0, "ws": true}, …],
//!  "spans": [{"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "Peop"}],
//!  "relations": [{"head": 0, "child": 2, "label": "Knows",
//!                 "head_span": {"start": 0, "end": 3, "label": "Peop", …}, "child_span": {…}}],
//!  "answer": "accept"}
//! ```
//!
//! Prodigy passes fields that it does not know through: `offset_unit`, and `score` and `source` of spans and relations, are
//! additions.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange, WordRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::shape::Shape;
use crate::json::{name_of, parse, with_provenance};
use crate::loss_report::{Loss, LossReport};
use crate::positions::{StatedSpan, TextPositions, Unit, leaves_text, resolve};
use crate::words::{covering, span_of};

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[];

#[derive(Deserialize)]
#[serde(expecting = "a task with `text` and `spans`")]
struct Task {
    text: String,
    #[serde(default)]
    meta: Value,
    offset_unit: Option<OffsetUnit>,
    #[serde(default)]
    tokens: Vec<Token>,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    relations: Vec<Relation>,
    answer: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a token with `start` and `end`")]
struct Token {
    start: usize,
    end: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "a span with `start`, `end` and `label`")]
struct Span {
    start: usize,
    end: usize,
    token_start: Option<usize>,
    token_end: Option<usize>,
    label: String,
    score: Option<f32>,
    /// The provenance; Prodigy writes the name of a model here.
    #[serde(default)]
    source: Value,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `head`, `child` and `label`")]
struct Relation {
    head: usize,
    child: usize,
    label: String,
    head_span: Option<End>,
    child_span: Option<End>,
    score: Option<f32>,
    #[serde(default)]
    source: Value,
}

#[derive(Deserialize)]
struct End {
    start: usize,
    end: usize,
    label: Option<String>,
}

/// The evidence that a file is Prodigy's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let own = ["spans", "answer", "_task_hash"];
    (shape.has("text") && own.iter().any(|path| shape.has(path))).then_some("`text` and `spans` or `answer`")
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
    let task: Task = parse(json, BOOKKEEPING, context)?;
    let id = task.meta.get("id").map(name_of).unwrap_or_default();
    context.id = Some(id.clone());
    if matches!(task.answer.as_deref(), Some("reject" | "ignore")) {
        context.report.add(Loss::Rejected, 1);
        return Ok(None);
    }
    check_tokens(&task)?;
    let unit = task.offset_unit.unwrap_or(OffsetUnit::CodePoints);
    let offsets = Offsets::new(&task.text);
    let mut words = Vec::with_capacity(task.tokens.len());
    for (index, &Token { start, end }) in task.tokens.iter().enumerate() {
        let range = TextRange { start, end };
        let word = offsets.byte_span(range, unit);
        words.push(word.ok_or_else(|| leaves_text(format!("tokens[{index}]"), range, &offsets, unit))?);
    }
    let stated = task.spans.iter().enumerate().map(|(index, span)| StatedSpan {
        field: format!("spans[{index}]"),
        range: TextRange { start: span.start, end: span.end },
        text: None,
    });
    let stated: Vec<StatedSpan> = stated.collect();
    let spans = resolve(&task.text, &stated, Unit::Stated(unit), &mut context.report)?;
    let ends = Ends::of(&task.spans);
    let mut relations = Vec::new();
    for relation in task.relations {
        let head = ends.find(relation.head_span.as_ref(), relation.head);
        let tail = ends.find(relation.child_span.as_ref(), relation.child);
        let (Some(head), Some(tail)) = (head, tail) else {
            context.report.add(Loss::NoEntity, 1);
            continue;
        };
        let provenance = provenance(&relation.source, relation.score);
        relations.push(LabelledRelation { kind: relation.label, head, tail, score: relation.score, provenance });
    }
    let entities = task.spans.into_iter().zip(spans).map(|(entity, span)| LabelledEntity {
        provenance: provenance(&entity.source, entity.score),
        kind: entity.label,
        span,
        score: entity.score,
    });
    let entities = entities.collect();
    Ok(Some(LabelledDocument { words, entities, relations, ..LabelledDocument::new(id, task.text) }))
}

/// A span says where it is twice; both must be the same place.
fn check_tokens(task: &Task) -> Result<(), Fault> {
    for (index, span) in task.spans.iter().enumerate() {
        let sides = [("token_start", span.token_start, span.start), ("token_end", span.token_end, span.end)];
        for (name, token, position) in sides {
            let (Some(number), false) = (token, task.tokens.is_empty()) else { continue };
            let field = || format!("spans[{index}].{name}");
            let Some(token) = task.tokens.get(number) else {
                let count = task.tokens.len();
                let problem = Problem::OutOfRange { index: number, count, counted: "tokens", hint: "" };
                return Err(Fault::at(field(), problem));
            };
            let there = if name == "token_start" { token.start } else { token.end };
            if there != position {
                let hint = if name == "token_end" { "; `token_end` is the last token, inclusive" } else { "" };
                let problem = format!("token {number} says {there}, but the span says {position}{hint}");
                return Err(Fault::at(field(), Problem::Contradiction(problem)));
            }
        }
    }
    Ok(())
}

/// The spans of a task by what relations call them.
struct Ends<'t> {
    by_place: HashMap<(usize, usize), Vec<(usize, &'t str)>>,
    by_last_token: HashMap<usize, usize>,
}

impl<'t> Ends<'t> {
    fn of(spans: &'t [Span]) -> Self {
        let mut by_place: HashMap<_, Vec<_>> = HashMap::new();
        let mut by_last_token = HashMap::new();
        for (index, span) in spans.iter().enumerate() {
            by_place.entry((span.start, span.end)).or_default().push((index, span.label.as_str()));
            if let Some(token) = span.token_end {
                by_last_token.entry(token).or_insert(index);
            }
        }
        Self { by_place, by_last_token }
    }

    fn find(&self, end: Option<&End>, token: usize) -> Option<usize> {
        let Some(End { start, end, label }) = end else {
            return self.by_last_token.get(&token).copied();
        };
        let there = self.by_place.get(&(*start, *end))?;
        let same = there.iter().find(|(_, name)| label.as_deref().is_none_or(|label| label == *name));
        same.map(|&(index, _)| index)
    }
}

fn provenance(source: &Value, score: Option<f32>) -> Provenance {
    match source {
        Value::String(name) if name == "person" => Provenance::Person,
        Value::String(_) => Provenance::Model,
        _ if score.is_some() => Provenance::Model,
        _ => Provenance::Person,
    }
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Value {
    let worded = document.worded();
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let tokens = worded.words.iter().enumerate().map(|(id, &word)| {
        let TextRange { start, end } = positions.range(word);
        let spaced = document.text[word.end..].starts_with(char::is_whitespace);
        json!({"text": word.of(&document.text), "start": start, "end": end, "id": id, "ws": spaced})
    });
    let words: Vec<Option<WordRange>> =
        document.entities.iter().map(|entity| covering(&worded.words, entity.span)).collect();
    let places = document.entities.iter().zip(&words).map(|(entity, words)| {
        let TextRange { start, end } = positions.range(entity.span);
        let mut place = json!({"start": start, "end": end, "label": entity.kind});
        // Only a span on word boundaries has tokens of its own.
        if let Some(words) = words.filter(|&words| span_of(&worded.words, words) == entity.span) {
            place["token_start"] = json!(words.start);
            place["token_end"] = json!(words.end - 1);
        }
        place
    });
    let places: Vec<Value> = places.collect();
    let spans = document.entities.iter().zip(&places);
    let spans = spans.map(|(entity, place)| with_provenance(place.clone(), entity.score, entity.provenance));
    // Relations name an entity by place and label, so the first of its like takes those of all.
    let mut firsts: HashMap<(ByteSpan, &str), usize> = HashMap::new();
    for (index, entity) in document.entities.iter().enumerate() {
        firsts.entry((entity.span, &entity.kind)).or_insert(index);
    }
    let first = |index: usize| firsts[&(document.entities[index].span, document.entities[index].kind.as_str())];
    let relations = document.relations.iter().map(|relation| {
        let shared = first(relation.head) != relation.head || first(relation.tail) != relation.tail;
        report.add(Loss::SharedSpans, usize::from(shared));
        let [head, child] = [relation.head, relation.tail].map(|end| words[end].map_or(0, |words| words.end - 1));
        let object = json!({
            "head": head, "child": child, "label": relation.kind,
            "head_span": places[relation.head], "child_span": places[relation.tail],
        });
        with_provenance(object, relation.score, relation.provenance)
    });
    json!({
        "text": document.text,
        "meta": {"id": document.id},
        "offset_unit": OffsetUnit::CodePoints,
        "tokens": tokens.collect::<Vec<_>>(),
        "spans": spans.collect::<Vec<_>>(),
        "relations": relations.collect::<Vec<_>>(),
        "answer": "accept",
    })
}
