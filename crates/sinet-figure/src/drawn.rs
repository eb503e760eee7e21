//! A sentence that has been laid out, and what lies where in it.

use sinet_formats::LabelledDocument;
use sinet_text::{Types, WordRange};

use crate::faces::Face;
use crate::layout::{Point, Rect, Scene, Sentence, layout};
use crate::picture::{Drawing, Picture};

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
    pub fn new(picture: Picture, types: &Types, width: f32, measure: impl FnMut(&str, Face) -> f32) -> Self {
        let (sentence, owners) = picture.sentence(types, measure);
        let scene = layout(&sentence, width);
        Self { picture, sentence, owners, scene }
    }

    /// All sentences of a document, on lines of at most [`WIDTH`]. `measure` gives the width of a string in pixels.
    pub fn all(document: LabelledDocument, types: &Types, mut measure: impl FnMut(&str, Face) -> f32) -> Vec<Self> {
        let drawing = Drawing::new(document);
        let pictures = (0..drawing.sentence_count()).map(|sentence| drawing.picture(sentence));
        pictures.map(|picture| Self::new(picture, types, WIDTH, &mut measure)).collect()
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
