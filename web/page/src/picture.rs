//! A sentence of the open document, made ready to be laid out, and its labels in words.

use std::ops::Range;

use sinet_formats::Provenance;
use sinet_text::WordRange;
use unicode_bidi::{Direction, get_base_direction};
use unicode_segmentation::UnicodeSegmentation;

use crate::document::{Entity, Labels, OpenDocument, Relation};
use crate::layout::{Gap, Link, Sentence, Span, Word};
use crate::types::Types;

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

/// What the picture of one sentence shows. Two that are equal have the same picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The words of the sentence, counted in the document.
    pub words: WordRange,
    /// Each word, and whether white space parts it from the one before.
    pub texts: Vec<(String, Gap)>,
    /// Whether the sentence runs from right to left.
    pub right_to_left: bool,
    /// The entities that start in the sentence and have words.
    pub entities: Vec<Entity>,
    /// The relations between two of these.
    pub relations: Vec<Relation>,
}

impl Picture {
    /// The picture of a sentence, without what `hides` names.
    pub fn of(document: &OpenDocument, labels: &Labels, sentence: usize, hides: &Hidden) -> Self {
        let words = document.sentences().get(sentence).copied().unwrap_or(WordRange { start: 0, end: 0 });
        let apart = |word: usize| word == words.start || document.words()[word - 1].end < document.words()[word].start;
        let gap = |word: usize| if apart(word) { Gap::Space } else { Gap::Nothing };
        let from = labels.entities.partition_point(|entity| entity.words.start < words.start);
        let entities: Vec<Entity> = (labels.entities[from..].iter())
            .take_while(|entity| entity.words.start < words.end)
            .filter(|entity| entity.words.start < entity.words.end && !hides.entities.contains(&entity.kind))
            .cloned()
            .collect();
        let shown = |id| entities.iter().any(|entity| entity.id == id);
        let relations = if entities.len() < 2 {
            Vec::new()
        } else {
            (labels.relations.iter())
                .filter(|relation| !hides.relations.contains(&relation.kind))
                .filter(|relation| relation.head != relation.tail && shown(relation.head) && shown(relation.tail))
                .cloned()
                .collect()
        };
        let texts = (words.start..words.end).map(|word| (document.word(word).to_owned(), gap(word))).collect();
        let right_to_left = is_right_to_left(document.text_of(words));
        Self { words, texts, right_to_left, entities, relations }
    }

    /// The sentence to lay out, and for each of its parts of words the word, counted in the document. `measure` gives
    /// the width of a string in pixels.
    pub fn sentence(&self, types: &Types, mut measure: impl FnMut(&str, Face) -> f32) -> (Sentence, Vec<usize>) {
        let mut words = Vec::with_capacity(self.texts.len());
        let mut owners = Vec::with_capacity(self.texts.len());
        // For each word of the sentence its parts.
        let mut parts_of = vec![0..0; self.texts.len()];
        for (word, before) in self.order() {
            let start = words.len();
            words.extend(parts(&self.texts[word].0, before, &mut |text| measure(text, Face::Word)));
            owners.resize(words.len(), self.words.start + word);
            parts_of[word] = start..words.len();
        }
        let parts = |entity: &Entity| {
            let [start, end] = [entity.words.start, entity.words.end]
                .map(|word| word.clamp(self.words.start, self.words.end) - self.words.start);
            let own = &parts_of[start..end];
            let start = own.iter().map(|parts| parts.start).min().unwrap_or(0);
            Range { start, end: own.iter().map(|parts| parts.end).max().unwrap_or(start) }
        };
        let entities = (self.entities.iter())
            .map(|entity| Span {
                words: parts(entity),
                label_width: measure(&entity_label(types, entity), Face::EntityLabel),
            })
            .collect();
        let place = |id| self.entities.iter().position(|entity| entity.id == id);
        let relations = (self.relations.iter())
            .filter_map(|relation| {
                Some(Link {
                    head: place(relation.head)?,
                    tail: place(relation.tail)?,
                    label_width: measure(&relation_label(types, relation), Face::ArcLabel),
                    symmetric: types.is_symmetric(&relation.kind),
                })
            })
            .collect();
        let (space, right_to_left) = (measure(" ", Face::Word), self.right_to_left);
        (Sentence { words, entities, relations, space, right_to_left }, owners)
    }

    /// The words in the order in which they stand, counted in the sentence, each with what lies before it there: in a
    /// sentence from right to left, a run of words from left to right is turned round.
    fn order(&self) -> Vec<(usize, Gap)> {
        let mut order: Vec<usize> = (0..self.texts.len()).collect();
        if self.right_to_left {
            let direction = |word: &usize| get_base_direction(self.texts[*word].0.as_str());
            let mut start = 0;
            while let Some(first) = order[start..].iter().position(|word| direction(word) == Direction::Ltr) {
                let first = start + first;
                let run = order[first..].iter().take_while(|word| direction(word) != Direction::Rtl).count();
                // Marks at its end belong to what surrounds the run.
                let last = order[first..first + run].iter().rposition(|word| direction(word) == Direction::Ltr);
                let end = first + last.map_or(0, |last| last + 1);
                order[first..end].reverse();
                start = end;
            }
        }
        let gap = |(place, &word): (usize, &usize)| {
            let before = place.checked_sub(1).map(|before| order[before]);
            // Between two words that are turned round lies what lay before the later one.
            let later = before.filter(|&before| before == word + 1).unwrap_or(place);
            (word, self.texts[later].1)
        };
        order.iter().enumerate().map(gap).collect()
    }
}

/// Whether a text runs from right to left: its first letter says so.
pub fn is_right_to_left(text: &str) -> bool {
    get_base_direction(text) == Direction::Rtl
}

/// Types that are not shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hidden {
    /// Of entities.
    pub entities: std::collections::BTreeSet<String>,
    /// Of relations.
    pub relations: std::collections::BTreeSet<String>,
}

/// What is written above an entity: its type, and a mark if a person says so.
pub fn entity_label(types: &Types, entity: &Entity) -> String {
    marked(types.entity(&entity.kind), entity.provenance)
}

/// What is written on a relation: its type, and a mark if a person says so.
pub fn relation_label(types: &Types, relation: &Relation) -> String {
    marked(types.relation(&relation.kind), relation.provenance)
}

fn marked(name: &str, provenance: Provenance) -> String {
    match provenance {
        Provenance::Person => format!("✓ {name}"),
        Provenance::Model => name.to_owned(),
    }
}

/// An entity in one sentence, for those who hear it.
pub fn tell_entity(types: &Types, entity: &Entity) -> String {
    format!("{} “{}”, {}", types.entity(&entity.kind), entity.text, tell_source(entity.provenance, entity.score))
}

/// A relation in one sentence, for those who hear it.
pub fn tell_relation(types: &Types, labels: &Labels, relation: &Relation) -> String {
    let text = |id| labels.entity(id).map_or("", |entity| entity.text.as_str());
    let kind = types.relation(&relation.kind);
    let [from, to] = if types.is_symmetric(&relation.kind) { ["between", "and"] } else { ["from", "to"] };
    let provenance = tell_source(relation.provenance, relation.score);
    format!("{kind} {from} “{}” {to} “{}”, {provenance}", text(relation.head), text(relation.tail))
}

/// Whose word it is, and how sure.
pub fn tell_source(provenance: Provenance, score: Option<f32>) -> String {
    match (provenance, score) {
        (Provenance::Person, _) => "by you".to_owned(),
        (Provenance::Model, Some(score)) => format!("score {score:.2}"),
        (Provenance::Model, None) => "by a model".to_owned(),
    }
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
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation};
    use sinet_protocol::TypeName;
    use sinet_text::ByteSpan;

    use super::*;

    fn types() -> Types {
        let named =
            |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.replace('-', " "), symmetric };
        let relations = vec![named("Used-for", false), named("Conjunction", true)];
        Types { entities: vec![named("Method", false), named("Other-Thing", false)], relations }
    }

    /// "naïve" lies before the first entity, so that bytes and code points differ.
    fn document() -> OpenDocument {
        let text = "A naïve parser, and a tagger. Trees grow.";
        let entity = |kind: &str, covered: &str| {
            let start = text.find(covered).expect("the text has it");
            let span = ByteSpan { start, end: start + covered.len() };
            LabelledEntity { kind: kind.to_owned(), span, score: Some(0.875), provenance: Provenance::Model }
        };
        let relation = |kind: &str, head, tail, score| LabelledRelation {
            kind: kind.to_owned(),
            head,
            tail,
            score,
            provenance: if score.is_some() { Provenance::Model } else { Provenance::Person },
        };
        OpenDocument::new(LabelledDocument {
            entities: vec![
                entity("Method", "naïve parser"),
                entity("Method", "tagger"),
                entity("Other-Thing", "Trees"),
            ],
            relations: vec![relation("Conjunction", 0, 1, Some(0.5)), relation("Used-for", 1, 0, None)],
            ..LabelledDocument::new("", text)
        })
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
    fn check(sentence: usize, letter_width: f32, hidden: &Hidden, expected: Expect) {
        let document = document();
        let picture = Picture::of(&document, &document.labels(), sentence, hidden);
        let (sentence, owners) = picture.sentence(&types(), |text, _| text.chars().count() as f32 * letter_width);
        assert_eq!(owners.len(), sentence.words.len());
        expected.assert_eq(&show(&sentence));
    }

    #[test]
    fn a_sentence_of_the_document_is_laid_out() {
        check(
            0,
            10.0,
            &Hidden::default(),
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
            &Hidden::default(),
            expect![[r#"
             Trees grow_.
            0..1 110"#]],
        );
        check(2, 10.0, &Hidden::default(), expect![""]);
    }

    #[test]
    fn hidden_types_are_not_laid_out() {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        check(
            0,
            10.0,
            &Hidden { relations: set(&["Conjunction"]), ..Hidden::default() },
            expect![[r#"
             A naïve parser_, and a tagger_.
            1..3 60
            6..7 60
            1 -> 0"#]],
        );
        check(
            0,
            10.0,
            &Hidden { entities: set(&["Method"]), ..Hidden::default() },
            expect![" A naïve parser_, and a tagger_."],
        );
    }

    #[test]
    fn long_words_are_broken_and_entities_follow() {
        check(
            0,
            50.0,
            &Hidden::default(),
            expect![[r#"
             A naï_ve par_ser_, and a tag_ger_.
            1..5 300
            8..10 300
            0 -> 1 both ways
            1 -> 0"#]],
        );
    }

    #[test]
    fn words_from_left_to_right_keep_their_order_in_a_sentence_from_right_to_left() {
        let order = |text: &str| {
            let document = OpenDocument::of_text(text);
            let picture = Picture::of(&document, &document.labels(), 0, &Hidden::default());
            let (sentence, owners) = picture.sentence(&types(), |text, _| text.chars().count() as f32 * 10.0);
            assert_eq!(owners, picture.order().into_iter().map(|(word, _)| word).collect::<Vec<_>>());
            (sentence.right_to_left, show(&sentence))
        };
        for (text, right_to_left, expected) in [
            ("from left (שלום) to right", false, " from left (_שלום_) to right"),
            ("שלום world peace, עולם.", true, " שלום peace world_, עולם_."),
            ("גוגל Chrome 12 OS", true, " גוגל OS 12 Chrome"),
            ("גוגל (New York)", true, " גוגל (_York New_)"),
            ("مرحبا بالعالم 2020", true, " مرحبا بالعالم 2020"),
        ] {
            assert_eq!(order(text), (right_to_left, expected.to_owned()));
        }
    }

    #[test]
    fn everything_can_be_told_in_words() {
        let labels = document().labels();
        let types = types();
        expect!["Other Thing “Trees”, score 0.88"].assert_eq(&tell_entity(&types, &labels.entities[2]));
        let relations = labels.relations.iter().map(|relation| tell_relation(&types, &labels, relation) + "\n");
        expect![[r#"
            Conjunction between “naïve parser” and “tagger”, score 0.50
            Used for from “tagger” to “naïve parser”, by you
        "#]]
        .assert_eq(&relations.collect::<String>());
        expect!["✓ Used for"].assert_eq(&relation_label(&types, &labels.relations[1]));
    }
}
