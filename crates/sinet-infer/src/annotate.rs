//! From a text to its annotation.

use burn::tensor::{ExecutionError, TensorReadError};
use sinet_text::annotation::{Annotation, Entity, OffsetUnit, Relation, TextRange, Window, WindowAttention};
use sinet_text::{Document, Encoding, Offsets, WordRange, windows};

use crate::model::Model;
use crate::prediction::Prediction;
use crate::window::WindowReading;

/// What reading a text yields.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Entities and relations with scores.
    pub annotation: Annotation,
    /// What the network looked at, one for each window of the annotation.
    pub attention: Vec<WindowAttention>,
}

impl Model {
    /// Reads a text of any length, window by window.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn annotate(&self, text: &str) -> Result<Reading, AnnotateError> {
        let document = Document::parse(text);
        let windows = self.read(&document).await?;

        let mut prediction = Prediction::default();
        let mut attention = Vec::with_capacity(windows.len());
        let mut read = Vec::with_capacity(windows.len());
        for window in windows {
            attention.push(WindowAttention { window: read.len(), ..window.attention });
            read.push((window.words, window.pieces));
            prediction.append(window.words.start, window.prediction);
        }
        Ok(Reading { annotation: self.annotation(document, &read, prediction), attention })
    }

    /// Reads words that are known already, as one sentence.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn read_words<W: AsRef<str>>(&self, words: &[W]) -> Result<Prediction, AnnotateError> {
        let mut prediction = Prediction::default();
        for window in self.read(&Document::from_words(words)).await? {
            prediction.append(window.words.start, window.prediction);
        }
        Ok(prediction)
    }

    /// Reads the sentences of a document, those that are too long in parts.
    pub(crate) async fn read(&self, document: &Document) -> Result<Vec<WindowReading>, AnnotateError> {
        let limit = self.config.architecture.encoder.max_pieces();
        let pieces: Vec<_> = document.word_texts().map(|word| self.tokenizer.pieces(word)).collect();
        let counts: Vec<_> = pieces.iter().map(Vec::len).collect();
        let windows = windows(&counts, &document.sentences, limit, |word| document.ends_clause(word));
        let mut readings = Vec::with_capacity(windows.len());
        for words in windows {
            let special = self.tokenizer.special();
            let encoding = Encoding::from_pieces(special, &pieces[words.start..words.end], limit);
            readings.push(self.read_window(words, &encoding).await?);
        }
        Ok(readings)
    }

    fn annotation(&self, document: Document, windows: &[(WordRange, usize)], found: Prediction) -> Annotation {
        let offsets = Offsets::new(&document.text);
        let bytes = |words| document.byte_span(words).expect("only words of the document are named");
        let code_points = |span| -> TextRange {
            offsets.range(span, OffsetUnit::CodePoints).expect("words begin and end between characters")
        };
        let window = |&(words, pieces): &(WordRange, usize)| Window { range: code_points(bytes(words)), words, pieces };
        let schema = self.schema();
        let entities = found.entities.iter().zip(found.entity_scores).map(|(entity, score)| {
            let span = bytes(entity.words);
            Entity {
                kind: schema.entities[entity.kind].name.clone(),
                range: code_points(span),
                words: entity.words,
                text: span.of(&document.text).expect("words begin and end between characters").to_owned(),
                score,
            }
        });
        let relations = found.relations.iter().zip(found.relation_scores).map(|(pair, score)| Relation {
            kind: schema.relations[pair.kind].name.clone(),
            head: pair.head,
            tail: pair.tail,
            score,
        });
        Annotation {
            model: self.name().to_owned(),
            offset_unit: OffsetUnit::CodePoints,
            words: document.words.iter().map(|&word| code_points(word)).collect(),
            windows: windows.iter().map(window).collect(),
            entities: entities.collect(),
            relations: relations.collect(),
            text: document.text,
        }
    }
}

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The device failed.
    #[error("the device failed: {0}; try again, or run on the CPU")]
    Device(#[from] ExecutionError),
    /// The device gave something other than numbers.
    #[error("the device's answer cannot be read: {0}; try again, or run on the CPU")]
    Readback(#[from] TensorReadError),
}
