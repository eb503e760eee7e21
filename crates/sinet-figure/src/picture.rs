//! A labelled document, cut into the pictures of its sentences, each made ready to be laid out.

use std::ops::Range;

use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{Types, WordRange};
use unicode_segmentation::UnicodeSegmentation;

use crate::decimal::fixed;
use crate::direction::{Direction, direction, is_right_to_left};
use crate::faces::Face;
use crate::layout::{Gap, Link, Sentence, Span, Word};

/// Words wider than this many pixels may be broken.
const WIDEST_WORD: f32 = 220.0;

/// A labelled document, ready to be drawn sentence by sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawing {
    document: LabelledDocument,
    /// For each entity of the document the words that it touches.
    words: Vec<Option<WordRange>>,
    /// For each sentence the entities and the relations that its picture shows, by their places in the document.
    shown: Vec<(Vec<usize>, Vec<usize>)>,
}

impl Drawing {
    /// Looks which entities and relations each sentence shows: the entities that start in it and have words, and the
    /// relations between two different ones of these. A document without words has no sentences: see
    /// [`LabelledDocument::with_words`].
    ///
    /// # Panics
    ///
    /// If the document does not pass [`LabelledDocument::check`].
    pub fn new(document: LabelledDocument) -> Self {
        let sentence_of = |words: WordRange| {
            let sentence = document.sentences.partition_point(|sentence| sentence.end <= words.start);
            document.sentences.get(sentence).is_some_and(|found| found.start <= words.start).then_some(sentence)
        };
        let words: Vec<_> = document.entities.iter().map(|entity| document.words_of(entity.span)).collect();
        let sentences: Vec<_> = words.iter().map(|words| sentence_of((*words)?)).collect();
        let mut shown = vec![(Vec::new(), Vec::new()); document.sentences.len()];
        for (entity, sentence) in sentences.iter().enumerate() {
            if let Some(sentence) = *sentence {
                shown[sentence].0.push(entity);
            }
        }
        for (place, relation) in document.relations.iter().enumerate() {
            if let Some(sentence) = sentences[relation.head]
                && sentences[relation.tail] == Some(sentence)
                && relation.head != relation.tail
            {
                shown[sentence].1.push(place);
            }
        }
        Self { document, words, shown }
    }

    /// The number of sentences.
    pub fn sentence_count(&self) -> usize {
        self.shown.len()
    }

    /// The entities of a sentence's picture, in its order, by their places in the document.
    pub fn entities(&self, sentence: usize) -> &[usize] {
        self.shown.get(sentence).map_or(&[], |(entities, _)| entities)
    }

    /// The relations of a sentence's picture, in its order, by their places in the document.
    pub fn relations(&self, sentence: usize) -> &[usize] {
        self.shown.get(sentence).map_or(&[], |(_, relations)| relations)
    }

    /// The picture of a sentence; an empty one if there is no such sentence.
    pub fn picture(&self, sentence: usize) -> Picture {
        let document = &self.document;
        let words = document.sentences.get(sentence).copied().unwrap_or(WordRange { start: 0, end: 0 });
        let apart = |word: usize| word == words.start || document.words[word - 1].end < document.words[word].start;
        let gap = |word: usize| if apart(word) { Gap::Space } else { Gap::Nothing };
        let text = |word: usize| document.words[word].of(&document.text).unwrap_or_default();
        let places = self.entities(sentence);
        let entities = (places.iter())
            .filter_map(|&place| {
                let LabelledEntity { kind, score, provenance, .. } = &document.entities[place];
                let text = document.entity_text(place).unwrap_or_default().to_owned();
                Some(Entity {
                    words: self.words[place]?,
                    kind: kind.clone(),
                    text,
                    score: *score,
                    provenance: *provenance,
                })
            })
            .collect();
        let end = |entity: usize| places.binary_search(&entity).expect("both ends are in the sentence");
        let relations = (self.relations(sentence).iter())
            .map(|&place| {
                let LabelledRelation { kind, head, tail, score, provenance } = &document.relations[place];
                Relation {
                    kind: kind.clone(),
                    head: end(*head),
                    tail: end(*tail),
                    score: *score,
                    provenance: *provenance,
                }
            })
            .collect();
        let whole = if words.start < words.end {
            document.text.get(document.words[words.start].start..document.words[words.end - 1].end)
        } else {
            None
        };
        Picture {
            words,
            texts: (words.start..words.end).map(|word| (text(word).to_owned(), gap(word))).collect(),
            right_to_left: is_right_to_left(whole.unwrap_or_default()),
            entities,
            relations,
            scores: false,
        }
    }
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
    /// Whether labels tell their scores.
    pub scores: bool,
}

/// An entity in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// The words that it touches, counted in the document; not empty.
    pub words: WordRange,
    /// Its type.
    pub kind: String,
    /// The text that it covers.
    pub text: String,
    /// Probability of its type, if a model gave it.
    pub score: Option<f32>,
    /// Who says so.
    pub provenance: Provenance,
}

/// A relation in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Its type.
    pub kind: String,
    /// The entity that it goes out from, as an index into [`Picture::entities`].
    pub head: usize,
    /// The entity that it goes to, as an index into [`Picture::entities`].
    pub tail: usize,
    /// Probability of its type, if a model gave it.
    pub score: Option<f32>,
    /// Who says so.
    pub provenance: Provenance,
}

impl Picture {
    /// The sentence to lay out, and for each of its parts of words the word, counted in the document. `measure` gives
    /// the width of a string in pixels.
    pub fn sentence(&self, types: &Types, measure: impl FnMut(&str, Face) -> f32) -> (Sentence, Vec<usize>) {
        self.sentence_with_cuts(types, &[], measure)
    }

    /// The same, where runs of words that go against the sentence are cut before the words `cuts`, in order and counted in the
    /// sentence.
    pub(crate) fn sentence_with_cuts(
        &self,
        types: &Types,
        cuts: &[usize],
        mut measure: impl FnMut(&str, Face) -> f32,
    ) -> (Sentence, Vec<usize>) {
        let mut words = Vec::with_capacity(self.texts.len());
        let mut owners = Vec::with_capacity(self.texts.len());
        // For each word of the sentence its parts.
        let mut parts_of = vec![0..0; self.texts.len()];
        for (word, before) in self.order(cuts) {
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
        let entities = (self.entities.iter().enumerate())
            .map(|(place, entity)| Span {
                words: parts(entity),
                label_width: measure(&self.entity_label(types, place), Face::EntityLabel),
            })
            .collect();
        let relations = (self.relations.iter().enumerate())
            .map(|(place, relation)| Link {
                head: relation.head,
                tail: relation.tail,
                label_width: measure(&self.relation_label(types, place), Face::ArcLabel),
                symmetric: types.is_symmetric(&relation.kind),
            })
            .collect();
        let (space, right_to_left) = (measure(" ", Face::Word), self.right_to_left);
        (Sentence { words, entities, relations, space, right_to_left }, owners)
    }

    /// What is written above an entity of the picture.
    pub fn entity_label(&self, types: &Types, entity: usize) -> String {
        let entity = &self.entities[entity];
        self.with_score(entity_label(types, entity), entity.score)
    }

    /// What is written on a relation of the picture.
    pub fn relation_label(&self, types: &Types, relation: usize) -> String {
        let relation = &self.relations[relation];
        self.with_score(relation_label(types, relation), relation.score)
    }

    fn with_score(&self, label: String, score: Option<f32>) -> String {
        match score {
            Some(score) if self.scores => format!("{label} {}", fixed(score, 2)),
            _ => label,
        }
    }

    /// The words in the order in which they stand, counted in the sentence, each with what lies before it there: a run of
    /// words that go against the sentence is turned round, in the pieces into which `cuts` cut it.
    fn order(&self, cuts: &[usize]) -> Vec<(usize, Gap)> {
        let mut order: Vec<usize> = (0..self.texts.len()).collect();
        for piece in self.turned_pieces(cuts) {
            order[piece].reverse();
        }
        let gap = |(place, &word): (usize, &usize)| {
            let before = place.checked_sub(1).map(|before| order[before]);
            // Between two words that are turned round lies what lay before the later one.
            let later = before.filter(|&before| before == word + 1).unwrap_or(place);
            (word, self.texts[later].1)
        };
        order.iter().enumerate().map(gap).collect()
    }

    /// The runs of words that go against the sentence, in the pieces into which `cuts` cut them.
    pub(crate) fn turned_pieces(&self, cuts: &[usize]) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        for Range { start, end } in self.turned_runs() {
            let mut from = start;
            for to in cuts.iter().copied().filter(|&cut| start < cut && cut < end).chain([end]) {
                pieces.push(from..to);
                from = to;
            }
        }
        pieces
    }

    /// The runs of words, counted in the sentence, that go from left to right in a sentence from right to left, or the other
    /// way round.
    fn turned_runs(&self) -> Vec<Range<usize>> {
        use Direction::{LeftToRight, RightToLeft};
        let (along, against) = if self.right_to_left { (RightToLeft, LeftToRight) } else { (LeftToRight, RightToLeft) };
        let directions: Vec<Option<Direction>> = self.texts.iter().map(|(word, _)| direction(word)).collect();
        let mut runs = Vec::new();
        let mut start = 0;
        while let Some(first) = directions[start..].iter().position(|direction| *direction == Some(against)) {
            let first = start + first;
            let run = directions[first..].iter().take_while(|direction| **direction != Some(along)).count();
            // Marks at its end belong to what surrounds the run.
            let last = directions[first..first + run].iter().rposition(|direction| *direction == Some(against));
            start = first + last.map_or(0, |last| last + 1);
            runs.push(first..start);
        }
        runs
    }
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
    let name = shortened(name);
    match provenance {
        Provenance::Person => format!("✓ {name}"),
        Provenance::Model => name,
    }
}

/// The most graphemes of a type's name that a picture shows: a longer one would be wider than a phone.
const LONGEST_NAME: usize = 48;

fn shortened(name: &str) -> String {
    match name.grapheme_indices(true).nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
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
    use sinet_text::{ByteSpan, TypeName};

    use super::*;

    fn types() -> Types {
        let named =
            |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.replace('-', " "), symmetric };
        let relations = vec![named("Used-for", false), named("Conjunction", true)];
        Types { entities: vec![named("Method", false), named("Other-Thing", false)], relations, ..Types::default() }
    }

    /// "naïve" lies before the first entity, so that bytes and code points differ.
    fn document() -> LabelledDocument {
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
        LabelledDocument {
            entities: vec![
                entity("Method", "naïve parser"),
                entity("Method", "tagger"),
                entity("Other-Thing", "Trees"),
            ],
            relations: vec![relation("Conjunction", 0, 1, Some(0.5)), relation("Used-for", 1, 0, None)],
            ..LabelledDocument::new("", text)
        }
        .with_words()
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
    fn check(sentence: usize, letter_width: f32, expected: Expect) {
        let picture = Drawing::new(document()).picture(sentence);
        let (sentence, owners) = picture.sentence(&types(), |text, _| text.chars().count() as f32 * letter_width);
        assert_eq!(owners.len(), sentence.words.len());
        expected.assert_eq(&show(&sentence));
    }

    #[test]
    fn a_sentence_of_the_document_is_laid_out() {
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
        check(2, 10.0, expect![""]);
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
    fn words_from_left_to_right_keep_their_order_in_a_sentence_from_right_to_left() {
        let order = |text: &str| {
            let picture = Drawing::new(LabelledDocument::new("", text).with_words()).picture(0);
            let (sentence, owners) = picture.sentence(&types(), |text, _| text.chars().count() as f32 * 10.0);
            assert_eq!(owners, picture.order(&[]).into_iter().map(|(word, _)| word).collect::<Vec<_>>());
            (sentence.right_to_left, show(&sentence))
        };
        for (text, right_to_left, expected) in [
            ("from left (שלום) to right", false, " from left (_שלום_) to right"),
            ("from left שלום עולם, to right", false, " from left עולם שלום_, to right"),
            ("שלום world peace, עולם.", true, " שלום peace world_, עולם_."),
            ("גוגל Chrome 12 OS", true, " גוגל OS 12 Chrome"),
            ("גוגל (New York)", true, " גוגל (_York New_)"),
            ("مرحبا بالعالم 2020", true, " مرحبا بالعالم 2020"),
        ] {
            assert_eq!(order(text), (right_to_left, expected.to_owned()));
        }
    }

    #[test]
    fn labels_are_types_with_a_mark_where_a_person_says_so() {
        let picture = Drawing::new(document()).picture(0);
        expect!["Method"].assert_eq(&entity_label(&types(), &picture.entities[0]));
        expect!["✓ Used for"].assert_eq(&relation_label(&types(), &picture.relations[1]));
    }

    #[test]
    fn what_has_no_place_in_a_sentence_is_in_no_picture() {
        let plain = document();
        let entity = |start, end| LabelledEntity { span: ByteSpan { start, end }, ..plain.entities[0].clone() };
        let relation = |head, tail| LabelledRelation { head, tail, ..plain.relations[0].clone() };
        let document = LabelledDocument {
            // White space, "tagger", "naïve", "grow".
            entities: vec![entity(1, 2), entity(23, 29), entity(2, 8), entity(37, 41)],
            relations: vec![relation(1, 1), relation(1, 3), relation(0, 1), relation(1, 2)],
            ..plain
        };
        let drawing = Drawing::new(document);
        let shown = |sentence| (drawing.entities(sentence), drawing.relations(sentence));
        assert_eq!([shown(0), shown(1), shown(2)], [(&[1, 2][..], &[3][..]), (&[3], &[]), (&[], &[])]);
        let picture = drawing.picture(0);
        assert_eq!((picture.relations[0].head, picture.relations[0].tail), (0, 1));
        assert_eq!(picture.entities.iter().map(|entity| entity.text.as_str()).collect::<Vec<_>>(), ["tagger", "naïve"]);
        assert_eq!(drawing.picture(2).words, WordRange { start: 0, end: 0 });
    }
}
