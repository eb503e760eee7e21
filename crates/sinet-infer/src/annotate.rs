//! From a text to its annotation.

use sinet_text::annotation::{Annotation, Entity, OffsetUnit, Relation, TextRange, Window, WindowAttention};
use sinet_text::{Document, Offsets, Part};

use crate::decode::{Limits, Omitted, Thresholds};
use crate::encode::{self, Encoded};
use crate::error::AnnotateError;
use crate::model::Model;
use crate::predict::Prediction;
use crate::switches::Switches;

/// A text with what the model finds in it; of a text that was read in part, an [`Annotation::part`].
#[derive(Debug, Clone, PartialEq)]
pub struct Annotated {
    /// Entities and relations with scores.
    pub annotation: Annotation,
    /// The attention maps of each window of the annotation.
    pub attention: Vec<WindowAttention>,
}

impl Model {
    /// Annotates a text of any length, window by window.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn annotate(&self, text: &str) -> Result<Annotated, AnnotateError> {
        self.annotate_encoded(&self.encode(Document::parse(text)).await?)
    }

    /// As [`Model::annotate`], of a document that is cut already and without its attention maps: what many texts are read by.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn annotate_document(&self, document: Document) -> Result<Annotation, AnnotateError> {
        let encoded = self.encode(document).await?;
        let found = self.predict(&encoded)?;
        Ok(self.annotation(&encoded, found))
    }

    /// Encodes a part of a document and annotates it. `encoded` has it then beside the parts that it had before, all of them
    /// read by the whole network; so it answers further questions about them together.
    ///
    /// The parts of a document, read by as many programs, are [joined](Annotation::join) to what [`Model::annotate`] says, bit
    /// by bit, because a batch is the same in a part as in the whole.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn annotate_part(&self, encoded: &mut Encoded, part: Part) -> Result<Annotated, AnnotateError> {
        self.switch(encoded, Switches::default());
        let batches = self.read(&encoded.windows, part).await?;
        let mut others = std::mem::replace(&mut encoded.batches, batches);
        let annotated = self.annotate_encoded(encoded)?;
        let read = encoded.read_windows();
        others.retain(|batch| batch.windows.iter().all(|&window| !read[window]));
        encoded.batches.append(&mut others);
        Ok(annotated)
    }

    /// Annotates an encoded document.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn annotate_encoded(&self, encoded: &Encoded) -> Result<Annotated, AnnotateError> {
        Ok(self.annotate_with(encoded, self.thresholds(), Limits::NONE)?.0)
    }

    /// As [`Model::annotate_encoded`], with other thresholds than the model's own and a bounded number of entities and
    /// relations: see [`Model::predict_with`].
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn annotate_with(
        &self,
        encoded: &Encoded,
        thresholds: Thresholds,
        limits: Limits,
    ) -> Result<(Annotated, Omitted), AnnotateError> {
        let (prediction, omitted) = self.predict_with(encoded, thresholds, limits)?;
        let read = encoded.read_windows();
        let annotation = self.annotation(encoded, prediction);
        let is_whole = read.iter().all(|&read| read);
        let annotation = if is_whole { annotation } else { annotation.part(|window| read[window]) };
        Ok((Annotated { annotation, attention: encoded.attention()? }, omitted))
    }

    /// A prediction in the words and the offsets of its text.
    ///
    /// # Panics
    ///
    /// Panics if the prediction names words that the document does not have, or types that the model does not have.
    pub fn annotation(&self, encoded: &Encoded, found: Prediction) -> Annotation {
        let Encoded { document, windows, .. } = encoded;
        let offsets = Offsets::new(&document.text);
        let bytes = |words| document.byte_span(words).expect("only words of the document are named");
        let code_points = |span| -> TextRange {
            offsets.range(span, OffsetUnit::CodePoints).expect("words begin and end between characters")
        };
        let window = |window: &encode::Window| Window {
            range: code_points(bytes(window.words)),
            words: window.words,
            pieces: window.encoding.ids.len(),
            dropped_pieces: window.encoding.dropped_pieces,
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
