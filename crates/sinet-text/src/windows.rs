//! Cutting sentences into inputs that fit the encoder.

use crate::annotation::WordRange;

/// Pieces of every input that belong to no word: `[CLS]` and `[SEP]`.
const SPECIAL_PIECES: usize = 2;

/// Cuts sentences of more than `limit` pieces, `[CLS]` and `[SEP]` counted, into windows at word boundaries.
///
/// `word_pieces` holds the number of pieces of each word, `sentences` are in order and cover all words, and
/// `ends_clause` says after which words a cut does little harm (see
/// [`Document::ends_clause`](crate::Document::ends_clause)): it is looked for in the last quarter of a window.
///
/// The windows cover all words once and in order. A window of several words fits `limit`; a word that alone
/// exceeds it gets a window of its own, and [`Encoding::from_pieces`](crate::Encoding::from_pieces) then says
/// how much of it was left out.
pub fn windows(
    word_pieces: &[usize],
    sentences: &[WordRange],
    limit: usize,
    ends_clause: impl Fn(usize) -> bool,
) -> Vec<WordRange> {
    let room = limit.saturating_sub(SPECIAL_PIECES);
    let mut windows = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let mut start = sentence.start;
        while start < sentence.end {
            let mut pieces = 0;
            let mut end = start;
            let mut clause_end = None;
            while end < sentence.end && pieces + word_pieces[end] <= room {
                pieces += word_pieces[end];
                end += 1;
                if 4 * pieces >= 3 * room && ends_clause(end - 1) {
                    clause_end = Some(end);
                }
            }
            if end < sentence.end {
                end = clause_end.unwrap_or(end.max(start + 1));
            }
            windows.push(WordRange { start, end });
            start = end;
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(word_pieces: &[usize], limit: usize, clauses: &[usize], expected: &[(usize, usize)]) {
        let whole = WordRange { start: 0, end: word_pieces.len() };
        let found = windows(word_pieces, &[whole], limit, |word| clauses.contains(&word));
        let found: Vec<_> = found.iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn windows_fit_the_limit() {
        check(&[1; 8], 10, &[], &[(0, 8)]);
        check(&[1; 9], 10, &[], &[(0, 8), (8, 9)]);
        check(&[1; 9], 10, &[6], &[(0, 7), (7, 9)]);
        // Too far from the end to be worth it.
        check(&[1; 9], 10, &[2], &[(0, 8), (8, 9)]);
        // A sentence that fits is not cut at its commas.
        check(&[1; 8], 10, &[6], &[(0, 8)]);
        check(&[1, 20, 1], 10, &[], &[(0, 1), (1, 2), (2, 3)]);
        check(&[1, 1], 0, &[], &[(0, 1), (1, 2)]);
        check(&[], 10, &[], &[]);
    }

    #[test]
    fn sentences_are_never_joined() {
        let sentences = [(0, 2), (2, 3), (3, 3)].map(|(start, end)| WordRange { start, end });
        assert_eq!(windows(&[1; 3], &sentences, 512, |_| false), sentences[..2]);
    }

    proptest! {
        #[test]
        fn every_word_lies_in_one_window(
            word_pieces in prop::collection::vec(1usize..12, 0..200),
            cuts in prop::collection::vec(1usize..60, 0..8),
            limit in 0usize..40,
            every in 1usize..9,
        ) {
            let mut sentences = Vec::new();
            let mut start = 0;
            for cut in cuts {
                let end = (start + cut).min(word_pieces.len());
                sentences.push(WordRange { start, end });
                start = end;
            }
            sentences.push(WordRange { start, end: word_pieces.len() });
            let mut next = 0;
            for window in windows(&word_pieces, &sentences, limit, |word| word % every == 0) {
                prop_assert_eq!(window.start, next);
                prop_assert!(window.end > window.start);
                next = window.end;
                let pieces: usize = word_pieces[window.start..window.end].iter().sum();
                prop_assert!(pieces + 2 <= limit || window.end == window.start + 1);
                prop_assert!(sentences.iter().any(|s| s.start <= window.start && window.end <= s.end));
            }
            prop_assert_eq!(next, word_pieces.len());
        }
    }
}
