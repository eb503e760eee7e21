//! Where everything of one annotated sentence goes: pure arithmetic, tested without a browser.
//!
//! [`layout`] takes a [`Sentence`] whose words and labels have been measured and gives a [`Scene`]. A line of
//! text carries, from its top down: lanes for the arcs, rows for the entity labels, the words. An arc rises
//! from its head's label into a lane, runs along it and comes down on its tail's label; between two lines it
//! runs through the gutter right of the text. Labels of arcs sit in the lanes where no other arc passes, so
//! nothing is ever drawn through a label or a word.

mod arcs;
mod flow;
mod stack;

use std::ops::Range;

use crate::sorted::sorted;

/// A sentence to lay out. All widths are in CSS pixels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sentence {
    /// Its words, or parts of words that are too long for a line.
    pub words: Vec<Word>,
    /// Its entities; they may overlap.
    pub entities: Vec<Span>,
    /// Its relations.
    pub relations: Vec<Link>,
    /// Width of a space.
    pub space: f32,
    /// Whether it runs from right to left. Its words are then in the order in which they stand, from the right.
    pub right_to_left: bool,
}

/// A measured word.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// What is written.
    pub text: String,
    /// Its width.
    pub width: f32,
    /// What lies between it and the word before.
    pub before: Gap,
}

/// What lies between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// White space: a line may end here.
    Space,
    /// Nothing: no line ends here unless it must.
    Nothing,
}

/// A labelled stretch of words.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Indices into [`Sentence::words`], not empty.
    pub words: Range<usize>,
    /// Width of its label.
    pub label_width: f32,
}

/// A labelled pair of entities, from head to tail.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Index into [`Sentence::entities`].
    pub head: usize,
    /// Index into [`Sentence::entities`], another than `head`.
    pub tail: usize,
    /// Width of its label.
    pub label_width: f32,
    /// Whether it has no direction.
    pub symmetric: bool,
}

/// Where everything goes, in CSS pixels from the top left corner.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// Width of the whole.
    pub width: f32,
    /// Height of the whole.
    pub height: f32,
    /// One for each word, in order.
    pub words: Vec<Point>,
    /// The boxes behind entities, the outer ones first: one for each line that an entity touches.
    pub marks: Vec<Mark>,
    /// One label for each entity, in order.
    pub labels: Vec<Rect>,
    /// One for each relation, in order.
    pub arcs: Vec<Arc>,
}

/// A place. For words it is the start of the baseline.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Rect {
    /// Its right edge.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Its bottom edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }
}

/// The part of an entity that lies on one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Index into [`Sentence::entities`].
    pub entity: usize,
    /// The box.
    pub rect: Rect,
}

/// A relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Arc {
    /// Its lines, each a run of corners: two where the label interrupts it.
    pub lines: Vec<Vec<Point>>,
    /// The place of its label.
    pub label: Rect,
    /// The tip of its arrow, which points down at the tail; a symmetric relation has none.
    pub tip: Option<Point>,
}

/// Height of a lane for arcs.
const LANE: f32 = 19.0;
/// Between the lowest lane and the entity labels, for the tips of arrows.
const FEET: f32 = 6.0;
/// Height of a row for entity labels.
const LABEL_ROW: f32 = 16.0;
/// Height of an arc's label.
const ARC_LABEL: f32 = 15.0;
/// Height of the text itself.
pub(crate) const TEXT: f32 = 25.0;
/// From the top of the text to its baseline.
const BASELINE: f32 = 18.0;
/// Between lines.
const LINE_GAP: f32 = 10.0;
/// By how much a mark is wider than its words, on each side.
const MARK_PAD: f32 = 3.0;
/// Between things that must not touch.
const CLEAR: f32 = 5.0;

/// How much room is added before every entity, again and again while arcs find no way around labels.
const SPREAD_STEP: f32 = 20.0;
/// Where that ends.
const MAX_SPREAD: f32 = 200.0;

/// Lays a sentence out on lines of at most `width` pixels. Single words wider than that stick out.
///
/// # Panics
///
/// If an index in `sentence` is out of range or an entity is empty.
pub fn layout(sentence: &Sentence, width: f32) -> Scene {
    let levels = levels(&sentence.entities);
    let mut spread = 0.0;
    let mut columns = 0;
    loop {
        let text = flow::flow(sentence, &levels, width - arcs::gutter_width(columns), spread);
        let routes = arcs::route(sentence, &levels, &text);
        if routes.columns > columns {
            // The gutter is taken off the lines, which may break other arcs and so ask for more gutter.
            columns = routes.columns;
        } else if routes.tangled && spread < MAX_SPREAD {
            spread += SPREAD_STEP;
        } else {
            let scene = stack::stack(sentence, &levels, text, routes, width);
            return if sentence.right_to_left { mirror(scene, &sentence.words) } else { scene };
        }
    }
}

/// The scene as a mirror shows it, for text that runs from right to left.
fn mirror(mut scene: Scene, words: &[Word]) -> Scene {
    let width = scene.width;
    let flip = |rect: &mut Rect| rect.x = width - rect.right();
    for (place, word) in scene.words.iter_mut().zip(words) {
        place.x = width - place.x - word.width;
    }
    scene.marks.iter_mut().for_each(|mark| flip(&mut mark.rect));
    scene.labels.iter_mut().for_each(flip);
    for arc in &mut scene.arcs {
        flip(&mut arc.label);
        for point in arc.lines.iter_mut().flatten().chain(&mut arc.tip) {
            point.x = width - point.x;
        }
    }
    scene
}

impl Scene {
    /// The word that is nearest to a point, on the line that is nearest to it.
    pub fn word_at(&self, words: &[Word], point: Point) -> Option<usize> {
        let far = |place: &Point, word: &Word| {
            let middle = place.y - BASELINE + TEXT / 2.0;
            let beside = (place.x - point.x).max(point.x - place.x - word.width).max(0.0);
            ((middle - point.y).abs(), beside)
        };
        let places = self.words.iter().zip(words).map(|(place, word)| far(place, word)).enumerate();
        let nearest = places.min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        nearest.map(|(word, _)| word)
    }

    /// The entities in the order in which they are painted, each once: the outer ones first.
    pub fn painting_order(&self) -> Vec<usize> {
        let mut painted = vec![false; self.labels.len()];
        let order = self.marks.iter().map(|mark| mark.entity);
        order.filter(|&entity| !std::mem::replace(&mut painted[entity], true)).collect()
    }

    /// The box around a word, as high as the text.
    pub fn word_box(&self, words: &[Word], word: usize) -> Rect {
        let Point { x, y } = self.words[word];
        Rect { x, y: y - BASELINE, width: words[word].width, height: TEXT }
    }
}

/// For each entity how many others it has to make room for below its label: 0 for the innermost.
fn levels(entities: &[Span]) -> Vec<usize> {
    let length = |entity: usize| entities[entity].words.len();
    let by_length = sorted(entities.len(), &|a, b| length(a).cmp(&length(b)));
    let mut levels = vec![0; entities.len()];
    for (done, &entity) in by_length.iter().enumerate() {
        let words = &entities[entity].words;
        levels[entity] = by_length[..done]
            .iter()
            .filter(|&&other| {
                let other = &entities[other].words;
                other.start < words.end && words.start < other.end
            })
            .map(|&other| levels[other] + 1)
            .max()
            .unwrap_or(0);
    }
    levels
}

#[cfg(test)]
mod tests;
