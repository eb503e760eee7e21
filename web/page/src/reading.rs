//! An annotated text, made ready to be shown sentence by sentence.

use std::ops::Range;

use sinet_protocol::TypeName;
use sinet_text::annotation::{Annotation, WindowAttention};
use sinet_text::{ByteSpan, Offsets};
use unicode_segmentation::UnicodeSegmentation;

use crate::layout::{Gap, Link, Sentence, Span, Word};

/// Words wider than this many pixels may be broken.
const WIDEST_WORD: f32 = 220.0;

/// What is written in which type face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// The words of the text.
    Word,
    /// The type above an entity.
    EntityLabel,
    /// The type on an arc.
    ArcLabel,
}

/// An annotation with what is needed to show any part of it at once.
#[derive(Debug)]
pub struct Reading {
    /// The annotation itself.
    pub annotation: Annotation,
    /// What the model looked at.
    pub attention: Vec<WindowAttention>,
    entity_types: Vec<TypeName>,
    relation_types: Vec<TypeName>,
    /// The words in bytes of the text.
    words: Vec<ByteSpan>,
    windows: Vec<Contents>,
}

/// What one window holds.
#[derive(Debug, Clone, Default)]
struct Contents {
    entities: Vec<usize>,
    relations: Vec<usize>,
}

impl Reading {
    /// Sorts the entities and relations of an annotation into its windows.
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
        let mut windows = vec![Contents::default(); annotation.windows.len()];
        let window_of = |word: usize| {
            annotation.windows.partition_point(|window| window.words.end <= word).min(windows.len().saturating_sub(1))
        };
        let of_entity: Vec<usize> = annotation.entities.iter().map(|entity| window_of(entity.words.start)).collect();
        for (entity, &window) in of_entity.iter().enumerate() {
            windows[window].entities.push(entity);
        }
        for (relation, found) in annotation.relations.iter().enumerate() {
            windows[of_entity[found.head]].relations.push(relation);
        }
        Self { annotation, attention, entity_types, relation_types, words, windows }
    }

    /// Number of windows: sentences, or parts of very long ones.
    pub fn window_count(&self) -> usize {
        self.windows.len()
    }

    /// The entities of a window, as indices into the annotation.
    pub fn entities_in(&self, window: usize) -> &[usize] {
        &self.windows[window].entities
    }

    /// The relations of a window, as indices into the annotation.
    pub fn relations_in(&self, window: usize) -> &[usize] {
        &self.windows[window].relations
    }

    /// The words of a window.
    pub fn words_in(&self, window: usize) -> impl Iterator<Item = &str> {
        self.words[self.word_range(window)].iter().map(|word| &self.annotation.text[word.start..word.end])
    }

    /// An entity's type in words for readers.
    pub fn entity_type(&self, entity: usize) -> &str {
        verbose(&self.entity_types, &self.annotation.entities[entity].kind)
    }

    /// A relation's type in words for readers.
    pub fn relation_type(&self, relation: usize) -> &str {
        verbose(&self.relation_types, &self.annotation.relations[relation].kind)
    }

    /// Which of the page's tones an entity has: by its type's place in the schema.
    pub fn tone(&self, entity: usize) -> usize {
        let kind = &self.annotation.entities[entity].kind;
        self.entity_types.iter().position(|known| known.name == *kind).unwrap_or(0) % crate::TONES
    }

    /// Whether a relation has no direction.
    pub fn is_symmetric(&self, relation: usize) -> bool {
        let kind = &self.annotation.relations[relation].kind;
        self.relation_types.iter().any(|known| known.name == *kind && known.symmetric)
    }

    /// An entity in one sentence, for those who hear it.
    pub fn tell_entity(&self, entity: usize) -> String {
        let found = &self.annotation.entities[entity];
        format!("{} “{}”, score {:.2}", self.entity_type(entity), found.text, found.score)
    }

    /// A relation in one sentence, for those who hear it.
    pub fn tell_relation(&self, relation: usize) -> String {
        let found = &self.annotation.relations[relation];
        let (head, tail) = (&self.annotation.entities[found.head].text, &self.annotation.entities[found.tail].text);
        let kind = self.relation_type(relation);
        let [from, to] = if self.is_symmetric(relation) { ["between", "and"] } else { ["from", "to"] };
        format!("{kind} {from} “{head}” {to} “{tail}”, score {:.2}", found.score)
    }

    /// A window as a sentence to lay out. `measure` gives the width of a string in pixels.
    pub fn sentence(&self, window: usize, mut measure: impl FnMut(&str, Face) -> f32) -> Sentence {
        let range = self.word_range(window);
        let mut words = Vec::with_capacity(range.len());
        // For each word of the window its first part, and the end.
        let mut firsts = Vec::with_capacity(range.len() + 1);
        for (word, text) in range.clone().zip(self.words_in(window)) {
            firsts.push(words.len());
            let apart = word == range.start || self.words[word - 1].end < self.words[word].start;
            let before = if apart { Gap::Space } else { Gap::Nothing };
            words.extend(parts(text, before, &mut |text| measure(text, Face::Word)));
        }
        firsts.push(words.len());
        let part = |word: usize| firsts[word.clamp(range.start, range.end) - range.start];
        let contents = &self.windows[window];
        let entities = (contents.entities.iter())
            .map(|&entity| {
                let span = self.annotation.entities[entity].words;
                let label_width = measure(self.entity_type(entity), Face::EntityLabel);
                Span { words: part(span.start)..part(span.end), label_width }
            })
            .collect();
        let place = |entity: usize| contents.entities.iter().position(|&own| own == entity);
        let relations = (contents.relations.iter())
            .filter_map(|&relation| {
                let found = &self.annotation.relations[relation];
                Some(Link {
                    head: place(found.head)?,
                    tail: place(found.tail)?,
                    label_width: measure(self.relation_type(relation), Face::ArcLabel),
                    symmetric: self.is_symmetric(relation),
                })
            })
            .collect();
        Sentence { words, entities, relations, space: measure(" ", Face::Word) }
    }

    fn word_range(&self, window: usize) -> Range<usize> {
        let words = self.annotation.windows[window].words;
        words.start..words.end
    }
}

fn verbose<'a>(types: &'a [TypeName], kind: &'a str) -> &'a str {
    types.iter().find(|known| known.name == kind).map_or(kind, |known| &known.verbose)
}

/// A word in parts that fit a narrow line.
fn parts(text: &str, before: Gap, measure: &mut dyn FnMut(&str) -> f32) -> Vec<Word> {
    let width = measure(text);
    if width <= WIDEST_WORD {
        return vec![Word { text: text.to_owned(), width, before }];
    }
    let graphemes: Vec<&str> = text.graphemes(true).collect();
    let part_count = (width / WIDEST_WORD).ceil() as usize;
    let parts = graphemes.chunks(graphemes.len().div_ceil(part_count).max(1)).enumerate();
    parts
        .map(|(index, part)| {
            let text = part.concat();
            let before = if index == 0 { before } else { Gap::Nothing };
            Word { width: measure(&text), text, before }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use sinet_text::annotation::{Entity, OffsetUnit, Relation, TextRange, Window, WordRange};

    use super::*;

    fn named(name: &str, symmetric: bool) -> TypeName {
        TypeName { name: name.to_owned(), verbose: name.replace('-', " "), symmetric }
    }

    /// "naïve" lies before the first entity, so that bytes and code points differ.
    fn reading() -> Reading {
        let text = "A naïve parser, and a tagger. Trees grow.".to_owned();
        let bounds =
            [(0, 1), (2, 7), (8, 14), (14, 15), (16, 19), (20, 21), (22, 28), (28, 29), (30, 35), (36, 40), (40, 41)];
        let words = bounds.map(|(start, end)| TextRange { start, end }).to_vec();
        let window = |words: Range<usize>| Window {
            range: TextRange { start: bounds[words.start].0, end: bounds[words.end - 1].1 },
            words: WordRange { start: words.start, end: words.end },
            pieces: words.len() + 2,
        };
        let entity = |kind: &str, words: Range<usize>| {
            let range = TextRange { start: bounds[words.start].0, end: bounds[words.end - 1].1 };
            Entity {
                kind: kind.to_owned(),
                range,
                words: WordRange { start: words.start, end: words.end },
                text: text.chars().skip(range.start).take(range.end - range.start).collect(),
                score: 0.875,
            }
        };
        let annotation = Annotation {
            model: "test".to_owned(),
            offset_unit: OffsetUnit::CodePoints,
            windows: vec![window(0..8), window(8..11)],
            entities: vec![entity("Method", 1..3), entity("Method", 6..7), entity("Other-Thing", 8..9)],
            relations: vec![
                Relation { kind: "Conjunction".to_owned(), head: 0, tail: 1, score: 0.5 },
                Relation { kind: "Used-for".to_owned(), head: 1, tail: 0, score: 0.75 },
            ],
            words,
            text,
        };
        let entity_types = vec![named("Method", false), named("Other-Thing", false)];
        Reading::new(annotation, Vec::new(), entity_types, vec![named("Used-for", false), named("Conjunction", true)])
    }

    fn show(sentence: &Sentence) -> String {
        let words = sentence.words.iter().map(|word| match word.before {
            Gap::Space => format!(" {}", word.text),
            Gap::Nothing => format!("_{}", word.text),
        });
        let entities = sentence.entities.iter().map(|entity| format!("\n{:?} {}", entity.words, entity.label_width));
        let relations = (sentence.relations.iter())
            .map(|link| format!("\n{} -> {}{}", link.head, link.tail, if link.symmetric { " both ways" } else { "" }));
        words.chain(entities).chain(relations).collect()
    }

    #[track_caller]
    fn check(window: usize, letter_width: f32, expected: Expect) {
        let sentence = reading().sentence(window, |text, _| text.chars().count() as f32 * letter_width);
        expected.assert_eq(&show(&sentence));
    }

    #[test]
    fn a_window_becomes_a_sentence() {
        check(
            0,
            10.0,
            expect![[r#"
             A naïve parser_, and a tagger_.
            1..3 60
            6..7 60
            0 -> 1 both ways
            1 -> 0"#]],
        );
        check(
            1,
            10.0,
            expect![[r#"
             Trees grow_.
            0..1 110"#]],
        );
    }

    #[test]
    fn long_words_are_broken_and_entities_follow() {
        check(
            0,
            50.0,
            expect![[r#"
             A naï_ve par_ser_, and a tag_ger_.
            1..5 300
            8..10 300
            0 -> 1 both ways
            1 -> 0"#]],
        );
    }

    #[test]
    fn everything_can_be_told_in_words() {
        let reading = reading();
        expect!["Other Thing “Trees”, score 0.88"].assert_eq(&reading.tell_entity(2));
        expect!["Conjunction between “naïve parser” and “tagger”, score 0.50"].assert_eq(&reading.tell_relation(0));
        expect!["Used for from “tagger” to “naïve parser”, score 0.75"].assert_eq(&reading.tell_relation(1));
    }

    #[test]
    fn an_empty_text_has_no_windows() {
        let annotation = Annotation {
            text: String::new(),
            words: vec![],
            windows: vec![],
            entities: vec![],
            relations: vec![],
            ..reading().annotation
        };
        assert_eq!(Reading::new(annotation, vec![], vec![], vec![]).window_count(), 0);
    }
}
