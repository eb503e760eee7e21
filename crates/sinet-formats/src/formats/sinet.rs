//! This project's own JSON: what `sinet predict` prints ([`sinet_text::Annotation`]), with `id`, `sentences` and each
//! label's `source` added. One object a line, or an array.
//!
//! A label without `source` is a model's if it has a score, and a person's if it has none.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange, WordRange};

use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Source};
use crate::error::Fault;
use crate::positions::{Claim, Unit, resolve};
use crate::read::{Context, parse};
use crate::tokenised::covering;

#[derive(Deserialize)]
#[serde(expecting = "an annotation with `text`, `entities` and `relations`")]
struct Annotation {
    #[serde(default)]
    id: String,
    text: String,
    offset_unit: Option<OffsetUnit>,
    #[serde(default)]
    words: Vec<TextRange>,
    #[serde(default)]
    sentences: Vec<WordRange>,
    entities: Vec<Entity>,
    #[serde(default)]
    relations: Vec<Relation>,
}

#[derive(Deserialize)]
#[serde(expecting = "an entity with `type`, `start` and `end`")]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    start: usize,
    end: usize,
    text: Option<String>,
    score: Option<f32>,
    source: Option<Source>,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `type`, `head` and `tail`")]
struct Relation {
    #[serde(rename = "type")]
    kind: String,
    head: usize,
    tail: usize,
    score: Option<f32>,
    source: Option<Source>,
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<LabelledDocument, Fault> {
    let Annotation { id, text, offset_unit, words, sentences, entities, relations } = parse(json)?;
    context.id = Some(id.clone());
    let claims = entities.iter().enumerate().map(|(index, entity)| Claim {
        field: format!("entities[{index}]"),
        range: TextRange { start: entity.start, end: entity.end },
        said: entity.text.clone(),
    });
    let claims: Vec<Claim> = claims.collect();
    let unit = offset_unit.map_or(Unit::Expected(OffsetUnit::CodePoints), Unit::Said);
    let spans = resolve(&text, &claims, unit, &mut context.report)?;
    let words = read_words(&text, &words, offset_unit.unwrap_or(OffsetUnit::CodePoints))?;
    let source = |source: Option<Source>, score: Option<f32>| {
        source.unwrap_or(if score.is_some() { Source::Model } else { Source::Person })
    };
    let entities = entities.into_iter().zip(spans).map(|(entity, span)| LabelledEntity {
        kind: entity.kind,
        span,
        score: entity.score,
        source: source(entity.source, entity.score),
    });
    let relations = relations.into_iter().map(|relation| LabelledRelation {
        kind: relation.kind,
        head: relation.head,
        tail: relation.tail,
        score: relation.score,
        source: source(relation.source, relation.score),
    });
    Ok(LabelledDocument { entities: entities.collect(), relations: relations.collect(), id, text, words, sentences })
}

/// Words may be empty, other than what is labelled.
fn read_words(text: &str, words: &[TextRange], unit: OffsetUnit) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let spans = words.iter().enumerate().map(|(index, &word)| {
        let TextRange { start, end } = word;
        offsets.byte_span(word, unit).ok_or_else(|| {
            let len = offsets.range(ByteSpan { start: 0, end: text.len() }, unit).map_or(0, |whole| whole.end);
            Fault::at(format!("words[{index}]"), crate::error::Problem::LeavesText { start, end, len, unit })
        })
    });
    spans.collect()
}

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let LabelledDocument { id, text, words, sentences, .. } = document;
    let offsets = Offsets::new(text);
    let range = |span| offsets.range(span, OffsetUnit::CodePoints).unwrap_or(TextRange { start: 0, end: 0 });
    let entities = document.entities.iter().enumerate().map(|(index, entity)| {
        let TextRange { start, end } = range(entity.span);
        let words = covering(words, entity.span).unwrap_or(WordRange { start: 0, end: 0 });
        let text = document.entity_text(index);
        let object = json!({"type": entity.kind, "start": start, "end": end, "words": words, "text": text});
        with_origin(object, entity.score, entity.source)
    });
    let relations = document.relations.iter().map(|relation| {
        let object = json!({"type": relation.kind, "head": relation.head, "tail": relation.tail});
        with_origin(object, relation.score, relation.source)
    });
    json!({
        "id": id,
        "text": text,
        "model": "",
        "offset_unit": OffsetUnit::CodePoints,
        "words": words.iter().map(|&word| range(word)).collect::<Vec<_>>(),
        "sentences": sentences,
        "windows": [],
        "entities": entities.collect::<Vec<_>>(),
        "relations": relations.collect::<Vec<_>>(),
    })
}

/// The label with its score, if it has one, and its source. Formats with room for both call them so.
pub(crate) fn with_origin(label: Value, score: Option<f32>, source: Source) -> Value {
    let mut label = match label {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    if let Some(score) = score {
        label.insert("score".to_owned(), json!(score));
    }
    label.insert("source".to_owned(), json!(source));
    Value::Object(label)
}
