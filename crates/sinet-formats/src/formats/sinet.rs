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
use crate::json::{parse, with_provenance};
use crate::positions::{StatedSpan, TextPositions, Unit, leaves_text, resolve};
use crate::words::covering;

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
    source: Option<Provenance>,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `type`, `head` and `tail`")]
struct Relation {
    #[serde(rename = "type")]
    kind: String,
    head: usize,
    tail: usize,
    score: Option<f32>,
    source: Option<Provenance>,
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<LabelledDocument, Fault> {
    let Annotation { id, text, offset_unit, words, sentences, entities, relations } = parse(json)?;
    context.id = Some(id.clone());
    let stated = entities.iter().enumerate().map(|(index, entity)| StatedSpan {
        field: format!("entities[{index}]"),
        range: TextRange { start: entity.start, end: entity.end },
        text: entity.text.clone(),
    });
    let stated: Vec<StatedSpan> = stated.collect();
    let unit = offset_unit.map_or(Unit::Expected(OffsetUnit::CodePoints), Unit::Stated);
    let spans = resolve(&text, &stated, unit, &mut context.report)?;
    let words = read_words(&text, &words, offset_unit.unwrap_or(OffsetUnit::CodePoints))?;
    let provenance = |stated: Option<Provenance>, score: Option<f32>| {
        stated.unwrap_or(if score.is_some() { Provenance::Model } else { Provenance::Person })
    };
    let entities = entities.into_iter().zip(spans).map(|(entity, span)| LabelledEntity {
        kind: entity.kind,
        span,
        score: entity.score,
        provenance: provenance(entity.source, entity.score),
    });
    let relations = relations.into_iter().map(|relation| LabelledRelation {
        kind: relation.kind,
        head: relation.head,
        tail: relation.tail,
        score: relation.score,
        provenance: provenance(relation.source, relation.score),
    });
    Ok(LabelledDocument { entities: entities.collect(), relations: relations.collect(), id, text, words, sentences })
}

/// Words may be empty, other than what is labelled.
fn read_words(text: &str, words: &[TextRange], unit: OffsetUnit) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let spans = words.iter().enumerate().map(|(index, &word)| {
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
