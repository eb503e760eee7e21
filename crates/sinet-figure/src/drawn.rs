//! A sentence that has been laid out, and what lies where in it.

use sinet_formats::LabelledDocument;
use sinet_text::{Types, WordRange};

use crate::faces::Face;
use crate::layout::{Point, Rect, Scene, Sentence, layout};
use crate::picture::{Drawing, Picture};

/// The most times that a sentence is laid out again to cut runs of words that go against it.
const MOST_CUTS: usize = 16;

/// Width of an exported picture, in CSS pixels.
pub const WIDTH: f32 = 880.0;

/// A sentence that has been laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Its words, entities and relations.
    pub picture: Picture,
    /// The same, measured.
    pub sentence: Sentence,
    /// For each of the sentence's parts of words the word, counted in the document.
    pub owners: Vec<usize>,
    /// Where everything is.
    pub scene: Scene,
}

impl Drawn {
    /// Lays a sentence out on lines of at most `width` pixels. `measure` gives the width of a string in pixels.
    pub fn new(picture: Picture, types: &Types, width: f32, mut measure: impl FnMut(&str, Face) -> f32) -> Self {
        let (sentence, owners) = picture.sentence(types, &mut measure);
        let scene = layout(&sentence, width);
        let mut drawn = Self { picture, sentence, owners, scene };
        let mut cuts = Vec::new();
        // Each turn moves one end of a line by a word or more; a turn that changes nothing is the last.
        for _ in 0..MOST_CUTS {
            let Some(cut) = drawn.cut(&cuts) else { break };
            cuts.retain(|&other| other < cut);
            cuts.push(cut);
            (drawn.sentence, drawn.owners) = drawn.picture.sentence_with_cuts(types, &cuts, &mut measure);
            drawn.scene = layout(&drawn.sentence, width);
        }
        drawn
    }

    /// Where a run of words that goes against the sentence must be cut, because it does not fit one line and would begin
    /// on its last: before that word, counted in the sentence.
    fn cut(&self, cuts: &[usize]) -> Option<usize> {
        let pieces = self.picture.turned_pieces(cuts);
        let mut lines = vec![0.0; self.picture.texts.len()];
        for (owner, place) in self.owners.iter().zip(&self.scene.words).rev() {
            lines[owner - self.picture.words.start] = place.y;
        }
        pieces.into_iter().find_map(|piece| {
            let (start, lines) = (piece.start, &lines[piece]);
            let first = lines.iter().copied().fold(f32::INFINITY, f32::min);
            let fitting = lines.iter().filter(|&&line| line == first).count();
            (fitting < lines.len()).then_some(start + fitting)
        })
    }

    /// All sentences of a document with words, on lines of at most [`WIDTH`]. `measure` gives the width of a string in pixels.
    pub fn all(document: LabelledDocument, types: &Types, measure: impl FnMut(&str, Face) -> f32) -> Vec<Self> {
        Self::within(document, types, WIDTH, measure)
    }

    /// All sentences of a document with words, on lines of at most `width` pixels. `measure` gives the width of a string in pixels.
    pub fn within(
        document: LabelledDocument,
        types: &Types,
        width: f32,
        mut measure: impl FnMut(&str, Face) -> f32,
    ) -> Vec<Self> {
        let drawing = Drawing::new(document);
        let pictures = (0..drawing.sentence_count()).map(|sentence| drawing.picture(sentence));
        pictures.map(|picture| Self::new(picture, types, width, &mut measure)).collect()
    }

    /// The word of the document that is nearest to a point.
    pub fn word_at(&self, point: Point) -> Option<usize> {
        self.owners.get(self.scene.word_at(&self.sentence.words, point)?).copied()
    }

    /// Whether a point lies on a word.
    pub fn is_on_word(&self, point: Point) -> bool {
        (0..self.owners.len()).any(|part| {
            let Rect { x, y, width, height } = self.scene.word_box(&self.sentence.words, part);
            (x..x + width).contains(&point.x) && (y..y + height).contains(&point.y)
        })
    }

    /// Boxes around words of the document, one for each line.
    pub fn boxes(&self, words: WordRange) -> Vec<Rect> {
        let mut boxes: Vec<Rect> = Vec::new();
        for part in (0..self.owners.len()).filter(|&part| (words.start..words.end).contains(&self.owners[part])) {
            let word = self.scene.word_box(&self.sentence.words, part);
            match boxes.last_mut().filter(|last| last.y == word.y) {
                Some(last) => {
                    let right = last.right().max(word.right());
                    last.x = last.x.min(word.x);
                    last.width = right - last.x;
                }
                None => boxes.push(word),
            }
        }
        boxes
    }

    /// The two edges of an entity, start and end: the place of each from the left, and the mark that it belongs to.
    pub fn edges(&self, entity: usize) -> [(f32, Rect); 2] {
        let own = || self.scene.marks.iter().filter(|mark| mark.entity == entity).map(|mark| mark.rect);
        let (first, last) = (own().next().unwrap_or_default(), own().next_back().unwrap_or_default());
        let [start, end] = if self.sentence.right_to_left { [first.right(), last.x] } else { [first.x, last.right()] };
        [(start, first), (end, last)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each line its words, in the order in which they stand from the left.
    fn lines(text: &str, width: f32) -> Vec<String> {
        let measure = |text: &str, _: Face| text.chars().count() as f32 * 10.0;
        let drawn =
            Drawn::within(LabelledDocument::new("", text).with_words(), &Types::default(), width, measure).remove(0);
        let mut words: Vec<_> = drawn.scene.words.iter().zip(&drawn.sentence.words).collect();
        words.sort_by(|a, b| a.0.y.total_cmp(&b.0.y).then(a.0.x.total_cmp(&b.0.x)));
        let line = |words: &[(&Point, &crate::layout::Word)]| {
            words.iter().map(|(_, word)| &*word.text).collect::<Vec<_>>().join(" ")
        };
        words.chunk_by(|a, b| a.0.y == b.0.y).map(line).collect()
    }

    #[test]
    fn a_run_of_words_from_left_to_right_goes_on_on_the_next_line() {
        let text = "שלום New York City Hall עולם";
        assert_eq!(lines(text, 400.0), ["עולם New York City Hall שלום"]);
        assert_eq!(lines(text, 160.0), ["New York שלום", "עולם City Hall"]);
        assert_eq!(lines("peace שלום עולם טוב hello", 130.0), ["peace שלום", "טוב עולם", "hello"]);
    }
}
