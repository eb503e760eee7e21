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
//! additions. Tasks that were rejected or ignored are left out, and so are those that nobody has judged: they have neither
//! an answer nor spans.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{ByteSpan, OffsetUnit, TextRange, WordRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::Fault;
use crate::json::lenient::{List, Name, Position, Score, WordNumber};
use crate::json::shape::Shape;
use crate::json::{name_of, parse, stated_unit, with_provenance};
use crate::loss_report::{Loss, LossReport};
use crate::positions::{StatedSpan, TextPositions, resolve};
use crate::words::{covering, span_of};

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[
    "_input_hash",
    "_task_hash",
    "_session_id",
    "_view_id",
    "_timestamp",
    "_annotator_id",
    "_is_binary",
    "priority",
    "config",
    "options",
    "html",
    "tokens[].id",
    "tokens[].ws",
    "tokens[].disabled",
    "tokens[].style",
    "spans[].input_hash",
    "spans[].rank",
    "spans[].pattern",
    "spans[].answer",
    "spans[].type",
    "spans[].priority",
    "relations[].color",
    "relations[].head_span.token_start",
    "relations[].head_span.token_end",
    "relations[].child_span.token_start",
    "relations[].child_span.token_end",
];

/// The evidence that a file is Prodigy's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let own = ["spans", "answer", "_task_hash", "_input_hash", "relations[].child"];
    (shape.has("text") && own.iter().any(|path| shape.has(path))).then_some("`text` and `spans` or `answer`")
}

#[derive(Deserialize)]
#[serde(expecting = "a task with `text` and `spans`")]
struct Task {
    text: String,
    #[serde(default)]
    meta: Value,
    #[serde(default)]
    offset_unit: Value,
    #[serde(default)]
    tokens: List<Token>,
    spans: Option<List<Span>>,
    #[serde(default)]
    relations: List<Relation>,
    answer: Option<Name>,
    #[serde(default, rename = "_is_binary")]
    is_binary: Option<bool>,
    /// The answers to a question about the whole text.
    #[serde(default)]
    accept: List<Value>,
    /// The type of the whole text.
    label: Option<Name>,
}

#[derive(Deserialize)]
#[serde(expecting = "a token with `start` and `end`")]
struct Token {
    start: Position,
    end: Position,
    text: Option<Name>,
}

#[derive(Deserialize)]
#[serde(expecting = "a span with `start`, `end` and `label`")]
struct Span {
    start: Option<Position>,
    end: Option<Position>,
    token_start: Option<WordNumber>,
    token_end: Option<WordNumber>,
    text: Option<Name>,
    #[serde(default)]
    label: Name,
    #[serde(default)]
    score: Score,
    /// The provenance; Prodigy writes the name of a model here.
    #[serde(default)]
    source: Value,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `head`, `child` and `label`")]
struct Relation {
    head: Option<WordNumber>,
    child: Option<WordNumber>,
    #[serde(default)]
    label: Name,
    head_span: Option<End>,
    child_span: Option<End>,
    #[serde(default)]
    score: Score,
    #[serde(default)]
    source: Value,
}

#[derive(Deserialize)]
#[serde(expecting = "the span of an end, with `start` and `end`")]
struct End {
    start: Option<Position>,
    end: Option<Position>,
    label: Option<Name>,
}

impl End {
    fn place(&self) -> Option<(usize, usize)> {
        Some((self.start?.0, self.end?.0))
    }
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
    let mut task: Task = parse(json, BOOKKEEPING, context)?;
    let id = name_of(&task.meta["id"]);
    context.id = Some(id.clone());
    if let Some(loss) = unjudged(&task) {
        context.report.add(loss, 1);
        return Ok(None);
    }
    let report = &mut context.report;
    report.add(Loss::PartlyJudged, usize::from(task.is_binary == Some(true)));
    report.add(Loss::WholeTexts, task.accept.len() + usize::from(task.label.is_some()));
    let tokens: Vec<TextRange> =
        task.tokens.iter().map(|token| TextRange { start: token.start.0, end: token.end.0 }).collect();
    let mut spans = spans(task.spans.take().unwrap_or_default(), &tokens, report);
    // Tokens that are not in the order of the text are some stretches of it, and relations do not count those.
    let is_counted = tokens.is_sorted_by(|one, next| one.end <= next.start);
    let counted = if is_counted { tokens.as_slice() } else { &[] };
    let ends: Vec<[Option<usize>; 2]> = ends(&task.relations, counted, &mut spans);
    let has_place = |end: &Option<End>| end.as_ref().is_some_and(|end| end.place().is_some());
    let is_lost = |(relation, [head, tail]): (&Relation, &[Option<usize>; 2])| {
        !has_place(&relation.head_span) && head.is_none() || !has_place(&relation.child_span) && tail.is_none()
    };
    if counted.is_empty() && task.relations.iter().zip(&ends).any(is_lost) {
        report.note("Some relations name tokens, and their documents have none: they are left out.");
    }

    let words = task.tokens.iter().enumerate().map(|(index, token)| StatedSpan {
        field: format!("tokens[{index}]"),
        range: tokens[index],
        text: token.text.as_ref().map(|text| text.0.clone()),
    });
    // Empty tokens are no places.
    let words = words.filter(|word| word.range.start != word.range.end);
    let mut stated: Vec<StatedSpan> = words.collect();
    let word_count = stated.len();
    stated.extend(spans.iter().map(|span| StatedSpan {
        field: span.field.clone(),
        range: span.range,
        text: span.text.clone(),
    }));
    let unit = stated_unit(&task.offset_unit, OffsetUnit::CodePoints, context);
    let mut words = resolve(&task.text, &stated, unit, &mut context.report)?;
    let places = words.split_off(word_count);
    if !words.is_sorted_by(|one, next| one.end <= next.start) {
        words.clear();
        context.report.add(Loss::Words, 1);
    }

    let mut relations = Vec::new();
    for (relation, ends) in task.relations.into_iter().zip(ends) {
        let [Some(head), Some(tail)] = ends else {
            context.report.add(Loss::NoEntity, 1);
            continue;
        };
        let provenance = provenance(&relation.source, relation.score);
        relations.push(LabelledRelation { kind: relation.label.0, head, tail, score: relation.score.0, provenance });
    }
    let entities = spans.into_iter().zip(places).map(|(entity, span)| LabelledEntity {
        provenance: provenance(&entity.source, entity.score),
        kind: entity.kind,
        span,
        score: entity.score.0,
    });
    let entities = entities.collect();
    Ok(Some(LabelledDocument { words, entities, relations, ..LabelledDocument::new(id, task.text) }))
}

/// The reason to leave a task out.
fn unjudged(task: &Task) -> Option<Loss> {
    match task.answer.as_ref().map(|answer| answer.0.as_str()) {
        Some("reject" | "ignore") => Some(Loss::Rejected),
        None | Some("") if task.spans.is_none() && task.relations.is_empty() => Some(Loss::Unlabelled),
        _ => None,
    }
}

/// An entity as a task states it.
struct Stated {
    field: String,
    range: TextRange,
    text: Option<String>,
    kind: String,
    score: Score,
    source: Value,
    /// Its last token, by which relations name it.
    last_token: Option<usize>,
}

/// The spans that have a type and a place, be it that of their tokens.
fn spans(spans: List<Span>, tokens: &[TextRange], report: &mut LossReport) -> Vec<Stated> {
    let mut kept = Vec::new();
    for (index, span) in spans.into_iter().enumerate() {
        let token = |number: &Option<WordNumber>| number.as_ref().and_then(|number| tokens.get(number.0));
        let start = span.start.map(|start| start.0).or(token(&span.token_start).map(|token| token.start));
        let end = span.end.map(|end| end.0).or(token(&span.token_end).map(|token| token.end));
        let (Some(start), Some(end)) = (start, end) else {
            report.add(Loss::NoPlace, 1);
            continue;
        };
        if span.label.0.is_empty() {
            report.add(Loss::OtherRegions, 1);
            continue;
        }
        // The same place in tokens is a witness, as the text beside is.
        let sides = [(&span.token_start, start, 0), (&span.token_end, end, 1)];
        let disagrees = sides.into_iter().any(|(number, position, side)| {
            token(number).is_some_and(|token| [token.start, token.end][side] != position)
        });
        report.add(Loss::OtherTexts, usize::from(disagrees));
        kept.push(Stated {
            field: format!("spans[{index}]"),
            range: TextRange { start, end },
            text: span.text.map(|text| text.0).filter(|text| !text.is_empty()),
            kind: span.label.0,
            score: span.score,
            source: span.source,
            last_token: span.token_end.map(|token| token.0),
        });
    }
    kept
}

/// The spans that each relation is between. Those that only relations name are added.
fn ends(relations: &[Relation], tokens: &[TextRange], spans: &mut Vec<Stated>) -> Vec<[Option<usize>; 2]> {
    let mut by_place: HashMap<(usize, usize), usize> = HashMap::new();
    let mut by_kind: HashMap<(usize, usize, String), usize> = HashMap::new();
    let mut by_last_token: HashMap<usize, usize> = HashMap::new();
    for (index, span) in spans.iter().enumerate() {
        let TextRange { start, end } = span.range;
        by_place.entry((start, end)).or_insert(index);
        by_kind.entry((start, end, span.kind.clone())).or_insert(index);
        if let Some(token) = span.last_token {
            by_last_token.entry(token).or_insert(index);
        }
    }
    let around = shortest_around(tokens, spans);
    let mut end = |number: usize, side: &str, end: Option<&End>, token: Option<WordNumber>| {
        // Scripts write an empty object for a span that they do not know.
        let Some((End { label, .. }, place)) = end.and_then(|end| Some((end, end.place()?))) else {
            let token = token?.0;
            return by_last_token.get(&token).copied().or_else(|| around.get(token).copied().flatten());
        };
        let Some(kind) = label.as_ref().map(|label| label.0.clone()).filter(|kind| !kind.is_empty()) else {
            return by_place.get(&place).copied();
        };
        let known = match by_kind.entry((place.0, place.1, kind.clone())) {
            Entry::Occupied(known) => return Some(*known.get()),
            Entry::Vacant(free) => *free.insert(spans.len()),
        };
        by_place.entry(place).or_insert(known);
        spans.push(Stated {
            field: format!("relations[{number}].{side}"),
            range: TextRange { start: place.0, end: place.1 },
            text: None,
            kind,
            score: Score(None),
            source: Value::Null,
            last_token: None,
        });
        Some(known)
    };
    let ends = relations.iter().enumerate().map(|(number, relation)| {
        [
            end(number, "head_span", relation.head_span.as_ref(), relation.head),
            end(number, "child_span", relation.child_span.as_ref(), relation.child),
        ]
    });
    ends.collect()
}

/// The shortest span that each token is in.
fn shortest_around(tokens: &[TextRange], spans: &[Stated]) -> Vec<Option<usize>> {
    let mut shortest = vec![None; tokens.len()];
    // For each token the next that is in no span yet, so that none is looked at twice.
    let mut free: Vec<usize> = (0..=tokens.len()).collect();
    let next_free = |free: &mut Vec<usize>, mut token: usize| {
        while free[token] != token {
            free[token] = free[free[token]];
            token = free[token];
        }
        token
    };
    let mut by_length: Vec<usize> = (0..spans.len()).collect();
    by_length.sort_by_key(|&index| spans[index].range.end.saturating_sub(spans[index].range.start));
    for index in by_length {
        let TextRange { start, end } = spans[index].range;
        let mut token = next_free(&mut free, tokens.partition_point(|token| token.end <= start));
        while tokens.get(token).is_some_and(|token| token.start < end) {
            shortest[token] = Some(index);
            free[token] = token + 1;
            token = next_free(&mut free, token + 1);
        }
    }
    shortest
}

fn provenance(source: &Value, score: Score) -> Provenance {
    match source {
        Value::String(name) if name == "person" => Provenance::Person,
        Value::String(_) => Provenance::Model,
        _ if score.0.is_some() => Provenance::Model,
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
