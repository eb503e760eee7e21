//! From a text to its annotation.

use burn::tensor::{ExecutionError, TensorReadError};
use sinet_text::annotation::{Annotation, Entity, OffsetUnit, Relation, TextRange, Window, WindowAttention};
use sinet_text::{Document, Offsets, WordRange};

use crate::encoded::{self, Encoded};
use crate::model::Model;
use crate::prediction::{LeftOut, Most, Prediction, Thresholds};

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
        self.read(&self.encode(Document::parse(text)).await?)
    }

    /// The annotation of an encoded document.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn read(&self, encoded: &Encoded) -> Result<Reading, AnnotateError> {
        Ok(self.read_likeliest(encoded, self.thresholds(), Most::ALL)?.0)
    }

    /// As [`Model::read`], with other thresholds than the model's own and a bounded number of finds: see
    /// [`Model::predict_likeliest`].
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn read_likeliest(
        &self,
        encoded: &Encoded,
        thresholds: Thresholds,
        most: Most,
    ) -> Result<(Reading, LeftOut), AnnotateError> {
        let (prediction, left_out) = self.predict_likeliest(encoded, thresholds, most)?;
        let annotation = self.annotation(encoded, prediction);
        Ok((Reading { annotation, attention: encoded.attention()? }, left_out))
    }

    /// Reads words that are known already, as one sentence.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn read_words<W: AsRef<str>>(&self, words: &[W]) -> Result<Prediction, AnnotateError> {
        self.predict(&self.encode(Document::from_words(words)).await?)
    }

    /// Reads the sentences of a document whose words are known already, with other thresholds than the model's own: a
    /// prediction for each.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn read_sentences<W: AsRef<str>>(
        &self,
        sentences: &[&[W]],
        thresholds: Thresholds,
    ) -> Result<Vec<Prediction>, AnnotateError> {
        let found = self.predict_from(&self.encode(Document::from_sentences(sentences)).await?, thresholds)?;
        let ends = sentences.iter().scan(0, |end, sentence| {
            *end += sentence.len();
            Some((*end - sentence.len(), *end))
        });
        Ok(ends.map(|(start, end)| found.within(WordRange { start, end })).collect())
    }

    fn annotation(&self, encoded: &Encoded, found: Prediction) -> Annotation {
        let Encoded { document, windows, .. } = encoded;
        let offsets = Offsets::new(&document.text);
        let bytes = |words| document.byte_span(words).expect("only words of the document are named");
        let code_points = |span| -> TextRange {
            offsets.range(span, OffsetUnit::CodePoints).expect("words begin and end between characters")
        };
        let window = |window: &encoded::Window| Window {
            range: code_points(bytes(window.words)),
            words: window.words,
            pieces: window.encoding.ids.len(),
        };
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
            text: document.text.clone(),
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

impl AnnotateError {
    /// Whether the device is gone for good: nothing on it will work again.
    pub fn is_device_lost(&self) -> bool {
        matches!(
            self,
            Self::Device(ExecutionError::DevicePoisoned { .. })
                | Self::Readback(TensorReadError::Execution(ExecutionError::DevicePoisoned { .. }))
        )
    }
}
