//! The findings of a model in a text.

use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::annotation::{Annotation, WindowAttention};
use sinet_text::{ByteSpan, Offsets, TypeName, Types};

/// An annotation with the attention behind it.
#[derive(Debug)]
pub struct Reading {
    /// The annotation itself.
    pub annotation: Annotation,
    /// The attention of the model.
    pub attention: Vec<WindowAttention>,
    /// The types that the model knows.
    pub types: Types,
    /// The words in bytes of the text.
    words: Vec<ByteSpan>,
}

impl Reading {
    /// Finds the words of an annotation in its text.
    pub fn new(
        annotation: Annotation,
        attention: Vec<WindowAttention>,
        entity_types: Vec<TypeName>,
        relation_types: Vec<TypeName>,
    ) -> Self {
        let offsets = Offsets::new(&annotation.text);
        let nowhere = ByteSpan { start: 0, end: 0 };
        let words = (annotation.words.iter())
            .map(|&word| offsets.byte_span(word, annotation.offset_unit).unwrap_or(nowhere))
            .collect();
        let types = Types { entities: entity_types, relations: relation_types, ..Types::default() };
        Self { annotation, attention, types, words }
    }

    /// Number of windows: sentences, or parts of very long ones.
    pub fn window_count(&self) -> usize {
        self.annotation.windows.len()
    }

    /// The words of a window.
    pub fn words_in(&self, window: usize) -> impl Iterator<Item = &str> {
        let words = self.annotation.windows[window].words;
        self.words[words.start..words.end].iter().map(|word| word.of(&self.annotation.text).unwrap_or_default())
    }

    /// The annotation as a document with labels, its windows as sentences.
    pub fn labelled(&self) -> LabelledDocument {
        let Annotation { text, windows, entities, relations, .. } = &self.annotation;
        let entities = (entities.iter())
            .map(|entity| LabelledEntity {
                kind: entity.kind.clone(),
                span: ByteSpan {
                    start: self.words[entity.words.start].start,
                    end: self.words[entity.words.end - 1].end,
                },
                score: Some(entity.score),
                provenance: Provenance::Model,
            })
            .collect();
        let relations = (relations.iter())
            .map(|relation| LabelledRelation {
                kind: relation.kind.clone(),
                head: relation.head,
                tail: relation.tail,
                score: Some(relation.score),
                provenance: Provenance::Model,
            })
            .collect();
        LabelledDocument {
            id: String::new(),
            text: text.clone(),
            words: self.words.clone(),
            sentences: windows.iter().map(|window| window.words).collect(),
            entities,
            relations,
        }
    }
}

#[cfg(test)]
mod tests {
    use sinet_text::annotation::{Entity, OffsetUnit, Relation, TextRange, Window, WordRange};

    use super::*;

    #[test]
    fn an_annotation_becomes_a_document_in_bytes() {
        let range = |start, end| TextRange { start, end };
        let words = |start, end| WordRange { start, end };
        let entity =
            |range, words, text: &str| Entity { kind: "M".to_owned(), range, words, text: text.to_owned(), score: 0.5 };
        let annotation = Annotation {
            text: "naïve parser. Trees".to_owned(),
            model: "test".to_owned(),
            offset_unit: OffsetUnit::CodePoints,
            words: vec![range(0, 5), range(6, 12), range(12, 13), range(14, 19)],
            windows: vec![
                Window { range: range(0, 13), words: words(0, 3), pieces: 5, dropped_pieces: 0 },
                Window { range: range(14, 19), words: words(3, 4), pieces: 3, dropped_pieces: 0 },
            ],
            entities: vec![
                entity(range(0, 12), words(0, 2), "naïve parser"),
                entity(range(14, 19), words(3, 4), "Trees"),
            ],
            relations: vec![Relation { kind: "R".to_owned(), head: 1, tail: 0, score: 0.75 }],
        };
        let reading = Reading::new(annotation, Vec::new(), Vec::new(), Vec::new());
        assert_eq!(reading.words_in(0).collect::<Vec<_>>(), ["naïve", "parser", "."]);
        let labelled = reading.labelled();
        labelled.check().expect("all parts fit");
        assert_eq!([labelled.entity_text(0), labelled.entity_text(1)], [Some("naïve parser"), Some("Trees")]);
        assert_eq!((labelled.relations[0].head, labelled.relations[0].score), (1, Some(0.75)));
        assert_eq!(labelled.sentences, [words(0, 3), words(3, 4)]);
    }

    #[test]
    fn an_empty_text_has_no_windows() {
        let annotation = Annotation {
            text: String::new(),
            model: String::new(),
            offset_unit: OffsetUnit::CodePoints,
            words: vec![],
            windows: vec![],
            entities: vec![],
            relations: vec![],
        };
        assert_eq!(Reading::new(annotation, vec![], vec![], vec![]).window_count(), 0);
    }
}
