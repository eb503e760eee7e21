//! Texts with words that somebody has named, and questions about them.

use burn::tensor::read_sync;
use pyo3::prelude::*;
use sinet_infer::{Model, Prediction};
use sinet_text::annotation::{OffsetUnit, TextRange};
use sinet_text::explanation::Question;
use sinet_text::{ByteSpan, Document, LabelledSpan, Offsets, WordRange};

use crate::error::refuse;

/// A stretch of a text in code points, end exclusive.
pub type Place = (usize, usize);

/// The words of a text, as `sinet predict` finds them.
#[pyfunction]
pub fn words(text: String) -> Vec<Place> {
    let document = Document::parse(text);
    let offsets = Offsets::new(&document.text);
    let place = |word: &ByteSpan| {
        let found = offsets.range(*word, OffsetUnit::CodePoints).expect("words begin and end between characters");
        (found.start, found.end)
    };
    document.words.iter().map(place).collect()
}

/// A text with words that are known; see [`Document::of_words`].
pub fn of_words(text: String, words: &[Place], starts: Option<&[usize]>) -> PyResult<Document> {
    let spans = spans(&text, words)?;
    let unfit = || refuse("the words overlap, are empty, or do not follow each other; give each its start and its end");
    Document::of_words(text, spans, starts).ok_or_else(unfit)
}

/// The relations between entities with types and scores, as an annotation.
pub fn relate(model: &Model, text: String, mut given: Vec<(Place, String, f32)>, threshold: f32) -> PyResult<String> {
    given.sort_by_key(|(place, ..)| *place);
    let places: Vec<_> = given.iter().map(|(place, ..)| *place).collect();
    let (document, words) = around(text, &places)?;
    let schema = model.schema();
    let entity = |((_, kind, _), words): (&(Place, String, f32), &WordRange)| {
        let unknown = || {
            let known: Vec<_> = schema.entities.iter().map(|kind| kind.name.as_str()).collect();
            refuse(format_args!("{kind:?} is no entity type of this model; it knows {}", known.join(", ")))
        };
        Ok(LabelledSpan { kind: schema.entity_index(kind).ok_or_else(unknown)?, words: *words })
    };
    let entities = given.iter().zip(&words).map(entity).collect::<PyResult<Vec<_>>>()?;
    let encoded = read_sync(model.encode(document)).map_err(refuse)?;
    let (relations, relation_scores) = model.relate(&encoded, &words, threshold).map_err(refuse)?;
    let entity_scores = given.iter().map(|(.., score)| *score).collect();
    let found = Prediction { entities, entity_scores, relations, relation_scores };
    serde_json::to_string(&model.annotation(&encoded, found)).map_err(refuse)
}

/// The reasons for what a model says of some words, or of two stretches of them among entities.
pub fn explain(model: &Model, text: String, head: Place, tail: Option<Place>, entities: &[Place]) -> PyResult<String> {
    let places: Vec<_> = [Some(head), tail].into_iter().flatten().chain(entities.iter().copied()).collect();
    let (document, words) = around(text, &places)?;
    let encoded = read_sync(model.encode(document)).map_err(refuse)?;
    let question = match tail {
        None => Question::Span { words: words[0] },
        Some(_) => Question::Pair { head: words[0], tail: words[1], entities: words[2..].to_vec() },
    };
    let explanation = model.explain(&encoded, &question, model.thresholds()).map_err(refuse)?;
    serde_json::to_string(&explanation).map_err(refuse)
}

/// A text that is cut at the edges of some stretches, and the words of each of these.
fn around(text: String, places: &[Place]) -> PyResult<(Document, Vec<WordRange>)> {
    let spans = spans(&text, places)?;
    let document = Document::parse_around(text, &spans);
    let words = spans.iter().zip(places).map(|(span, place)| {
        let start = document.words.partition_point(|word| word.end <= span.start);
        let end = document.words.partition_point(|word| word.start < span.end);
        let is_there = start < end;
        is_there.then_some(WordRange { start, end }).ok_or_else(|| {
            refuse(format_args!("there is no word from {} to {}; name a stretch with text in it", place.0, place.1))
        })
    });
    let words = words.collect::<PyResult<_>>()?;
    Ok((document, words))
}

/// Stretches in bytes.
fn spans(text: &str, places: &[Place]) -> PyResult<Vec<ByteSpan>> {
    let offsets = Offsets::new(text);
    let span = |&(start, end): &Place| {
        let found = (start <= end).then(|| offsets.byte_span(TextRange { start, end }, OffsetUnit::CodePoints));
        found.flatten().ok_or_else(|| {
            let length = offsets.text_len(OffsetUnit::CodePoints);
            refuse(format_args!("{start} to {end} is no stretch of this text, which has {length} characters"))
        })
    };
    places.iter().map(span).collect()
}
