//! Candidate spans and pairs, by the rows of a batch.

use std::ops::Range;

/// A candidate span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Index of its sentence in the batch.
    pub sentence: usize,
    /// Its word pieces, as rows of the batch.
    pub rows: Range<usize>,
    /// Its width in words.
    pub words: usize,
}

/// An ordered pair of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Index of the head among the spans.
    pub head: usize,
    /// Index of the tail among the spans.
    pub tail: usize,
}

impl Span {
    /// The rows strictly between two spans of one sentence; empty where they touch or overlap.
    pub(crate) fn between(&self, other: &Self) -> Range<usize> {
        assert_eq!(self.sentence, other.sentence, "a pair lies in one sentence");
        let (first, second) = if self.rows.start <= other.rows.start { (self, other) } else { (other, self) };
        first.rows.end..second.rows.start.max(first.rows.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_between_spans_that_touch_or_overlap() {
        let span = |rows: Range<usize>| Span { sentence: 0, rows, words: 1 };
        assert_eq!(span(1..3).between(&span(5..6)), 3..5);
        assert_eq!(span(5..6).between(&span(1..3)), 3..5);
        assert!(span(1..3).between(&span(3..4)).is_empty());
        assert!(span(1..6).between(&span(2..3)).is_empty());
        assert!(span(1..4).between(&span(2..6)).is_empty());
    }
}
