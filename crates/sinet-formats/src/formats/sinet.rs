//! This project's own JSON: what `sinet predict` prints ([`sinet_text::Annotation`]), with `id`, `sentences` and each
//! label's `source` added. One object a line, or an array.
//!
//! A label without `source` is a model's if it has a score, and a person's if it has none.

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange, WordRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::Fault;
use crate::json::lenient::{EntityNumber, Given, List, Name, Position, Score, WordNumber};
use crate::json::shape::Shape;
use crate::json::{parse, stated_provenance, stated_unit, with_provenance};
use crate::positions::{StatedSpan, TextPositions, Unit, leaves_text, resolve};
use crate::words::covering;

/// Fields that hold no labels, or nothing that the text and the words do not say.
const BOOKKEEPING: &[&str] = &["model", "windows", "entities[].words"];

#[derive(Deserialize)]
#[serde(expecting = "an annotation with `text`, `entities` and `relations`")]
struct Annotation {
    #[serde(default)]
    id: Name,
    text: String,
    #[serde(default)]
    offset_unit: Value,
    #[serde(default)]
    words: List<Given<Word>>,
    #[serde(default)]
    sentences: List<Given<Sentence>>,
    entities: List<Entity>,
    #[serde(default)]
    relations: List<Relation>,
}

#[derive(Deserialize)]
#[serde(expecting = "an entity with `type`, `start` and `end`")]
struct Entity {
    #[serde(rename = "type")]
    kind: Name,
    start: Position,
    end: Position,
    text: Option<Name>,
    #[serde(default)]
    score: Score,
    #[serde(default)]
    source: Value,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `type`, `head` and `tail`")]
struct Relation {
    #[serde(rename = "type")]
    kind: Name,
    head: EntityNumber,
    tail: EntityNumber,
    #[serde(default)]
    score: Score,
    #[serde(default)]
    source: Value,
}

#[derive(Deserialize)]
#[serde(expecting = "a word with `start` and `end`")]
struct Word {
    start: Position,
    end: Position,
}

#[derive(Deserialize)]
#[serde(expecting = "a sentence with `start` and `end`")]
struct Sentence {
    start: WordNumber,
    end: WordNumber,
}

/// The elements, if all are this project's. Others have lists of that name too, with texts in them.
fn ours<T>(list: List<Given<T>>, path: &str, context: &mut Context) -> Vec<T> {
    let count = list.len();
    let ours: Vec<T> = list.into_iter().filter_map(Given::whole).collect();
    if ours.len() < count {
        context.unread(path);
        return Vec::new();
    }
    ours
}

/// The evidence that a file is this project's own.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let own = ["windows", "offset_unit", "words[].start", "entities[].type", "entities[].source"];
    let is_own = shape.has("words") && shape.has("model") || own.iter().any(|path| shape.has(path));
    (shape.has("text") && shape.has("entities") && is_own).then_some("`text`, `words` and `entities`")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let annotation: Annotation = parse(json, BOOKKEEPING, context)?;
    let Annotation { id: Name(id), text, offset_unit, words, sentences, entities, relations } = annotation;
    context.id = Some(id.clone());
    let stated = entities.iter().enumerate().map(|(index, entity)| StatedSpan {
        field: format!("entities[{index}]"),
        range: TextRange { start: entity.start.0, end: entity.end.0 },
        text: entity.text.clone().map(|Name(text)| text).filter(|text| !text.is_empty()),
    });
    let stated: Vec<StatedSpan> = stated.collect();
    let unit = stated_unit(&offset_unit, OffsetUnit::CodePoints, context);
    let (Unit::Stated(word_unit) | Unit::Expected(word_unit)) = unit;
    let spans = resolve(&text, &stated, unit, &mut context.report)?;
    let words = read_words(&text, &ours(words, "words", context), word_unit)?;
    let sentences = ours(sentences, "sentences", context);
    let sentences = sentences.iter().map(|sentence| WordRange { start: sentence.start.0, end: sentence.end.0 });
    let entities = entities.into_iter().zip(spans).map(|(entity, span)| LabelledEntity {
        kind: entity.kind.0,
        span,
        score: entity.score.0,
        provenance: provenance(&entity.source, "entities[].source", entity.score, context),
    });
    let entities = entities.collect();
    let relations = relations.into_iter().map(|relation| LabelledRelation {
        kind: relation.kind.0,
        head: relation.head.0,
        tail: relation.tail.0,
        score: relation.score.0,
        provenance: provenance(&relation.source, "relations[].source", relation.score, context),
    });
    let relations = relations.collect();
    Ok(LabelledDocument { sentences: sentences.collect(), entities, relations, id, text, words })
}

fn provenance(source: &Value, path: &str, score: Score, context: &mut Context) -> Provenance {
    let likely = if score.0.is_some() { Provenance::Model } else { Provenance::Person };
    stated_provenance(source, path, context).unwrap_or(likely)
}

/// Words may be empty, other than what is labelled.
fn read_words(text: &str, words: &[Word], unit: OffsetUnit) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let spans = words.iter().enumerate().map(|(index, word)| {
        let word = TextRange { start: word.start.0, end: word.end.0 };
        let span = offsets.byte_span(word, unit);
        span.ok_or_else(|| leaves_text(format!("words[{index}]"), word, &offsets, unit))
    });
    spans.collect()
}

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let LabelledDocument { id, text, words, sentences, .. } = document;
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let entities = document.entities.iter().map(|entity| {
        let TextRange { start, end } = positions.range(entity.span);
        let words = covering(words, entity.span).unwrap_or(WordRange { start: 0, end: 0 });
        let text = positions.text(entity.span);
        let object = json!({"type": entity.kind, "start": start, "end": end, "words": words, "text": text});
        with_provenance(object, entity.score, entity.provenance)
    });
    let relations = document.relations.iter().map(|relation| {
        let object = json!({"type": relation.kind, "head": relation.head, "tail": relation.tail});
        with_provenance(object, relation.score, relation.provenance)
    });
    json!({
        "id": id,
        "text": text,
        "model": "",
        "offset_unit": OffsetUnit::CodePoints,
        "words": words.iter().map(|&word| positions.range(word)).collect::<Vec<_>>(),
        "sentences": sentences,
        "windows": [],
        "entities": entities.collect::<Vec<_>>(),
        "relations": relations.collect::<Vec<_>>(),
    })
}
