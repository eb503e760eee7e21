//! From attention over word pieces to attention over words.

use std::ops::Range;

/// Folds one row of attention weights over `pieces` keys into one weight for each word, then `[SEP]`, then `[CLS]`.
///
/// The keys are the pieces after `[CLS]` in their order, `[SEP]` the last of them, then `[CLS]`; `words` holds each
/// word's pieces as positions in the whole row, `[CLS]` being position 0.
pub(crate) fn over_words(keys: &[f32], words: &[Range<usize>]) -> Vec<f32> {
    let (of_pieces, ends) = keys.split_at(keys.len() - 2);
    let of_word = |word: &Range<usize>| of_pieces[word.start - 1..word.end - 1].iter().sum();
    words.iter().map(of_word).chain(ends.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_word_are_summed() {
        // [CLS] a ##b c [SEP]
        let keys = [0.125, 0.25, 0.0625, 0.5, 0.0625];
        assert_eq!(over_words(&keys, &[1..3, 3..4]), [0.375, 0.0625, 0.5, 0.0625]);
    }

    #[test]
    fn a_sentence_without_words_has_two_weights() {
        assert_eq!(over_words(&[0.75, 0.25], &[]), [0.75, 0.25]);
    }
}
