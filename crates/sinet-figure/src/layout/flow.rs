//! Breaking words into lines.

use super::{CLEAR, Gap, MARK_PAD, Sentence};
use crate::sorted::sorted;

/// How much of a label no other label may stand above, so that arcs can reach it.
const FOOTHOLD: f32 = 14.0;

/// The words on their lines, before anybody knows how high the lines are.
pub(super) struct Flow {
    /// For each word its line and its left edge.
    pub words: Vec<Place>,
    /// For each entity the line and the left edge of its label.
    pub labels: Vec<Place>,
    /// For each line the number of rows for labels.
    pub rows: Vec<usize>,
    /// The width that lines may have.
    pub width: f32,
}

/// A horizontal place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub line: usize,
    pub x: f32,
}

/// Breaks the words into lines.
///
/// An entity's label starts where the entity does and may stand over the words that follow. Where two labels
/// would touch, or one would hide another from the arcs above, the later entity moves right; of two entities
/// that start together, the outer one's label moves.
///
/// At least `spread` pixels part an entity from what stands before it.
pub(super) fn flow(sentence: &Sentence, levels: &[usize], width: f32, spread: f32) -> Flow {
    let starts = entities_by_start(sentence, levels);
    let ends = words_after_entities(sentence);
    let row_count = levels.iter().max().map_or(0, |level| level + 1);
    // For each row the right edge of its last label, and up to where arcs must reach that label from above.
    let mut taken = vec![0f32; row_count];
    let mut reach = vec![0f32; row_count];
    let mut here = Place { line: 0, x: MARK_PAD };
    let right = width - MARK_PAD;
    let mut words = Vec::with_capacity(sentence.words.len());
    let mut labels = vec![Place::default(); sentence.entities.len()];
    for (index, word) in sentence.words.iter().enumerate() {
        let at_start = here.x <= MARK_PAD;
        let space = match word.before {
            _ if at_start => 0.0,
            _ if !starts[index].is_empty() && spread > sentence.space => spread,
            Gap::Space => sentence.space,
            Gap::Nothing => 0.0,
        };
        // A mark is wider than its words, and what stands beside it makes room for that.
        let edges_before = |word: usize| usize::from(!starts[word].is_empty()) + usize::from(ends[word]);
        let space = if at_start { 0.0 } else { space + MARK_PAD * edges_before(index) as f32 };
        let clear_of_labels = starts[index].iter().map(|&entity| {
            let (level, label) = (levels[entity], sentence.entities[entity].label_width);
            let above = taken[level + 1..].iter().copied().fold(0.0, f32::max);
            let below = reach[..level].iter().copied().fold(0.0, f32::max);
            taken[level].max(above + FOOTHOLD - label).max(below) + MARK_PAD
        });
        let x = clear_of_labels.fold(here.x + space, f32::max);
        let offsets = side_by_side(sentence, &starts[index]);
        let label = (starts[index].iter().zip(&offsets))
            .map(|(&entity, offset)| offset + sentence.entities[entity].label_width)
            .fold(0.0, f32::max);
        let may_end_here = word.before == Gap::Space || index == 0;
        let needed = if may_end_here { cluster(sentence, index, right, edges_before) } else { word.width };
        here = if at_start || x + needed.max(label) <= right {
            Place { x, ..here }
        } else {
            taken.fill(0.0);
            reach.fill(0.0);
            Place { line: here.line + 1, x: MARK_PAD }
        };
        words.push(here);
        let left = here.x - MARK_PAD;
        for (&entity, offset) in starts[index].iter().zip(offsets) {
            let (level, x) = (levels[entity], left + offset);
            let end = x + sentence.entities[entity].label_width;
            labels[entity] = Place { x, ..here };
            taken[level] = end + CLEAR;
            // Where a label above hides this one's start, arcs must reach its end.
            reach[level] = taken[level + 1..].iter().copied().fold(x, f32::max) + FOOTHOLD;
        }
        here.x += word.width;
    }
    let mut rows = vec![0; words.last().map_or(0, |last| last.line + 1)];
    for (entity, span) in sentence.entities.iter().enumerate() {
        for word in span.words.clone() {
            // The label stands where the entity starts; where it goes on, its mark is as high without one.
            let line = words[word].line;
            let own = usize::from(line == labels[entity].line);
            rows[line] = rows[line].max(levels[entity] + own);
        }
    }
    Flow { words, labels, rows, width }
}

/// Where the labels of entities that start together stand from that start: one right of the other, because an
/// arc could not reach an inner one below an outer one.
fn side_by_side(sentence: &Sentence, inner_first: &[usize]) -> Vec<f32> {
    let mut next = 0.0;
    let offset = |&entity: &usize| {
        let offset = next;
        next += sentence.entities[entity].label_width + CLEAR;
        offset
    };
    inner_first.iter().map(offset).collect()
}

/// The width of the words from `first` on that no line may part, or of the first alone if all are too wide. `edges`
/// counts the edges of marks before a word.
fn cluster(sentence: &Sentence, first: usize, right: f32, edges: impl Fn(usize) -> usize) -> f32 {
    let mut width = sentence.words[first].width;
    for (place, word) in sentence.words.iter().enumerate().skip(first + 1) {
        if word.before == Gap::Space {
            break;
        }
        width += word.width + MARK_PAD * edges(place) as f32;
        if width > right {
            return sentence.words[first].width;
        }
    }
    width
}

/// For each word the entities that start there, the inner ones first.
fn entities_by_start(sentence: &Sentence, levels: &[usize]) -> Vec<Vec<usize>> {
    let mut starts = vec![Vec::new(); sentence.words.len()];
    for entity in sorted(levels.len(), &|a, b| levels[a].cmp(&levels[b])) {
        starts[sentence.entities[entity].words.start].push(entity);
    }
    starts
}

/// For each word whether an entity ends just before it.
fn words_after_entities(sentence: &Sentence) -> Vec<bool> {
    let mut ends = vec![false; sentence.words.len() + 1];
    for span in &sentence.entities {
        ends[span.words.end] = true;
    }
    ends
}
