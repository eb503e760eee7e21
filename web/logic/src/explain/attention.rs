//! Attention maps as heat maps over words.

use std::ops::Range;

use sinet_text::WordRange;
use sinet_text::annotation::WindowAttention;

/// The number of shades: 0 is the page's own colour.
pub const SHADES: usize = 10;
/// Cells of this weight and more carry their number.
const TELLING: f32 = 0.1;

/// One of the three maps of a window, as in figure 4 of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// From the entity side into the relation space.
    EntityOverRelation,
    /// From the relation side into the entity space.
    RelationOverEntity,
    /// From the encoder's own `[CLS]`.
    EncoderCls,
}

impl Look {
    /// Both directions of CTAM.
    pub const CTAM: [Self; 2] = [Self::EntityOverRelation, Self::RelationOverEntity];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::EntityOverRelation => "Entities look at the relation space",
            Self::RelationOverEntity => "Relations look at the entity space",
            Self::EncoderCls => "The encoder alone",
        }
    }

    /// Its map: a row for each head.
    pub fn heads(self, attention: &WindowAttention) -> &[Vec<f32>] {
        match self {
            Self::EntityOverRelation => &attention.entity_over_relation,
            Self::RelationOverEntity => &attention.relation_over_entity,
            Self::EncoderCls => &attention.encoder_cls,
        }
    }
}

/// A map with all its heads.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// The mean over heads, then each head.
    pub rows: Vec<Row>,
    /// The largest weight in any row, which has the darkest shade.
    pub top: f32,
}

/// One head, or their mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// For each word, `[SEP]` and `[CLS]` its weight.
    pub weights: Vec<f32>,
}

impl Heat {
    /// A map from a row of weights for each head. `None` without heads.
    pub fn new(heads: &[Vec<f32>]) -> Option<Self> {
        let mut mean = vec![0.0; heads.first()?.len()];
        for row in heads {
            for (sum, weight) in mean.iter_mut().zip(row) {
                *sum += weight / heads.len() as f32;
            }
        }
        let top = heads.iter().flatten().copied().fold(0.0, f32::max);
        let heads = heads.iter().enumerate().map(|(head, row)| (format!("Head {}", head + 1), row.clone()));
        let rows = std::iter::once(("Mean".to_owned(), mean)).chain(heads);
        Some(Self { rows: rows.map(|(name, weights)| Row { name, weights }).collect(), top })
    }

    /// The shade of a weight, from 0 to `SHADES - 1`.
    pub fn shade(&self, weight: f32) -> usize {
        let darkest = (SHADES - 1) as f32;
        if self.top > 0.0 { (weight / self.top * darkest).round() as usize } else { 0 }
    }

    /// The writing in the cell of a weight: whole percents, where they are worth it.
    pub fn mark(weight: f32) -> String {
        if weight >= TELLING { format!("{:.0}", 100.0 * weight) } else { String::new() }
    }

    /// One column in words.
    pub fn tell(&self, column: usize, word: &str) -> String {
        let weight = |row: &Row| row.weights.get(column).copied().unwrap_or(0.0);
        let rows: Vec<_> = self.rows.iter().map(|row| format!("{} {}", row.name, percent(weight(row)))).collect();
        format!("“{word}”: {}", rows.join(", ")).replace("Mean", "mean").replace("Head", "head")
    }

    /// How much of the mean falls on some words, counted in the window; `None` if there are none of them.
    pub fn share(&self, words: &[Range<usize>]) -> Option<f32> {
        let mean = &self.rows.first()?.weights;
        let words: Vec<_> = (0..mean.len()).filter(|word| words.iter().any(|range| range.contains(word))).collect();
        (!words.is_empty()).then(|| words.into_iter().map(|word| mean[word]).sum())
    }
}

/// A weight in percent.
pub fn percent(weight: f32) -> String {
    format!("{:.1} %", 100.0 * weight)
}

/// Words of a document as places in a window; empty where they lie outside.
pub fn in_window(words: WordRange, window: WordRange) -> Range<usize> {
    let place = |word: usize| word.clamp(window.start, window.end) - window.start;
    place(words.start)..place(words.end)
}

/// Columns of these widths in lines of at most `room`. A column that is wider gets a line of its own.
pub fn lines(widths: &[f32], room: f32) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut taken = 0.0;
    for (column, width) in widths.iter().enumerate() {
        match lines.last_mut().filter(|_| taken + width <= room) {
            Some(line) => line.end = column + 1,
            None => {
                lines.push(column..column + 1);
                taken = 0.0;
            }
        }
        taken += width;
    }
    lines
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn heat() -> Heat {
        Heat::new(&[vec![0.5, 0.25, 0.25], vec![0.0, 0.25, 0.75]]).unwrap()
    }

    #[test]
    fn the_mean_comes_before_its_heads() {
        let rows: Vec<_> = heat().rows.into_iter().map(|row| (row.name, row.weights)).collect();
        let row = |name: &str, weights: [f32; 3]| (name.to_owned(), weights.to_vec());
        assert_eq!(
            rows,
            [row("Mean", [0.25, 0.25, 0.5]), row("Head 1", [0.5, 0.25, 0.25]), row("Head 2", [0.0, 0.25, 0.75])]
        );
        assert_eq!(Heat::new(&[]), None);
    }

    #[test]
    fn the_largest_weight_is_the_darkest() {
        assert_eq!([0.0, 0.25, 0.5, 0.75, f32::NAN].map(|weight| heat().shade(weight)), [0, 3, 6, 9, 0]);
        assert_eq!(Heat::new(&[vec![0.0]]).unwrap().shade(0.0), 0);
    }

    #[test]
    fn columns_and_words_are_told() {
        expect!["“parser”: mean 50.0 %, head 1 25.0 %, head 2 75.0 %"].assert_eq(&heat().tell(2, "parser"));
        assert_eq!([0.09, 0.1, 0.756].map(Heat::mark), ["", "10", "76"]);
        assert_eq!(heat().share(&[0..2, 1..2]), Some(0.5));
        assert_eq!(heat().share(std::slice::from_ref(&(3..9))), None);
        let words = |start, end| WordRange { start, end };
        assert_eq!(in_window(words(6, 8), words(5, 9)), 1..3);
        assert!(in_window(words(1, 3), words(5, 9)).is_empty());
    }

    #[test]
    fn lines_are_filled_in_order() {
        assert_eq!(lines(&[10.0, 10.0, 10.0, 25.0, 5.0], 20.0), [0..2, 2..3, 3..4, 4..5]);
        assert_eq!(lines(&[], 20.0), Vec::<Range<usize>>::new());
    }
}
