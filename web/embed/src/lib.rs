//! Layout and drawing for the element `<sinet-text>`, whose script lies in `element/`: what has drawn a still when a page
//! was built draws it again when its annotation changes.
//!
//! The browser reads the JSON of an annotation, and knows the rules of Unicode by which a text has words. So this program has neither:
//! it is handed the parts of an annotation one by one, and refuses what does not fit the ones before.

use sinet_figure::{List, StillOptions, Theme, standalone_svg};
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, TypeName, Types, WordRange};
use wasm_bindgen::prelude::*;

/// Width of a picture for a file, in CSS pixels.
const WIDTH: f32 = 720.0;

/// A text with labels. Places in it are code points, ends are exclusive.
#[wasm_bindgen]
pub struct Labelled {
    document: LabelledDocument,
    types: Types,
    /// The byte at which each code point starts, and the length of the text.
    bytes: Vec<usize>,
}

#[wasm_bindgen]
impl Labelled {
    /// A text without words and labels.
    #[wasm_bindgen(constructor)]
    pub fn new(text: String) -> Self {
        let bytes = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
        Self { document: LabelledDocument::new("", text), types: Types::default(), bytes }
    }

    /// Adds a word behind those before. Says whether it fits.
    pub fn word(&mut self, start: usize, end: usize) -> bool {
        let Some(word) = self.span(start, end) else { return false };
        let follows = self.document.words.last().is_none_or(|last| last.end <= word.start);
        if follows {
            self.document.words.push(word);
        }
        follows
    }

    /// Adds a sentence behind those before: a stretch of words, counted. Says whether it fits.
    pub fn sentence(&mut self, start: usize, end: usize) -> bool {
        let last = self.document.sentences.last().map_or(0, |last| last.end);
        let fits = last <= start && start <= end && end <= self.document.words.len();
        if fits {
            self.document.sentences.push(WordRange { start, end });
        }
        fits
    }

    /// Adds an entity. Its score is a probability, or NaN where there is none. Says whether it fits.
    pub fn entity(&mut self, kind: String, start: usize, end: usize, score: f32, by_person: bool) -> bool {
        let (Some(span), Some(score)) = (self.span(start, end), checked(score)) else { return false };
        self.document.entities.push(LabelledEntity { kind, span, score, provenance: maker(by_person) });
        true
    }

    /// Adds a relation between two entities, counted. Its score is as that of an entity. Says whether it fits.
    pub fn relation(&mut self, kind: String, head: usize, tail: usize, score: f32, by_person: bool) -> bool {
        let Some(score) = checked(score).filter(|_| head.max(tail) < self.document.entities.len()) else {
            return false;
        };
        self.document.relations.push(LabelledRelation { kind, head, tail, score, provenance: maker(by_person) });
        true
    }

    /// Adds a type that the model knows, of relations or of entities, with its name for readers.
    pub fn kind(&mut self, of_relations: bool, name: String, verbose: String, symmetric: bool) {
        let kinds = if of_relations { &mut self.types.relations } else { &mut self.types.entities };
        kinds.push(TypeName { name, verbose, symmetric });
    }

    /// The HTML of a still. `list` is `open`, `none`, or anything else for a list that the reader opens.
    pub fn still(&self, scores: bool, list: &str) -> String {
        let list = match list {
            "open" => List::Open,
            "none" => List::None,
            _ => List::Closed,
        };
        let options = StillOptions { scores, list, ..StillOptions::default() };
        sinet_figure::still(&self.document, &self.types, &options)
    }

    /// An SVG file, light or dark.
    pub fn picture(&self, dark: bool) -> String {
        let theme = if dark { Theme::Dark } else { Theme::Light };
        standalone_svg(&self.document, &self.types, theme, WIDTH)
    }

    /// A stretch of text that is not empty.
    fn span(&self, start: usize, end: usize) -> Option<ByteSpan> {
        let (start, end) = (*self.bytes.get(start)?, *self.bytes.get(end)?);
        (start < end).then_some(ByteSpan { start, end })
    }
}

/// A score, if it is none or a probability.
fn checked(score: f32) -> Option<Option<f32>> {
    if score.is_nan() { Some(None) } else { (0.0..=1.0).contains(&score).then_some(Some(score)) }
}

fn maker(by_person: bool) -> Provenance {
    if by_person { Provenance::Person } else { Provenance::Model }
}

#[cfg(test)]
mod tests;
