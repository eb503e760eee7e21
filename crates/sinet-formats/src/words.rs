//! Words and sentences as stretches of a text.

use sinet_text::{ByteSpan, WordRange, sentences};

/// The words that `span` touches, or `None` if there are none.
pub(crate) fn covering(words: &[ByteSpan], span: ByteSpan) -> Option<WordRange> {
    let at_or_after = words.partition_point(|word| word.start < span.start);
    // A word that starts exactly there wins over an earlier one: words may be empty.
    let starts_there = words.get(at_or_after).is_some_and(|word| word.start == span.start);
    let start = match at_or_after.checked_sub(1) {
        Some(before) if !starts_there && words[before].end > span.start => before,
        _ => at_or_after,
    };
    let ended = words.partition_point(|word| word.end <= span.end);
    let ends_there = ended.checked_sub(1).is_some_and(|last| words[last].end == span.end);
    let end = if !ends_there && words.get(ended).is_some_and(|word| word.start < span.end) { ended + 1 } else { ended };
    (start < end && span_of(words, WordRange { start, end }).byte_len() > 0).then_some(WordRange { start, end })
}

/// The bytes from the first to the last of these words, of which there is at least one.
pub(crate) fn span_of(words: &[ByteSpan], range: WordRange) -> ByteSpan {
    ByteSpan { start: words[range.start].start, end: words[range.end - 1].end }
}

/// Sentences that cover all words: the given ones with those between them, or, where none are given, those of the text
/// around its labels.
pub(crate) fn sentences_covering_all(
    text: &str,
    words: &[ByteSpan],
    given: &[WordRange],
    labelled: impl FnOnce() -> Vec<ByteSpan>,
) -> Vec<WordRange> {
    let mut starts: Vec<usize> = if given.is_empty() {
        let found = sentences::split_around(text, &labelled());
        found.iter().map(|sentence| words.partition_point(|word| word.start < sentence.start)).collect()
    } else {
        given.iter().flat_map(|sentence| [sentence.start, sentence.end]).collect()
    };
    starts.extend([0, words.len()]);
    starts.sort_unstable();
    starts.dedup();
    starts.windows(2).map(|pair| WordRange { start: pair[0], end: pair[1] }).collect()
}

/// The sentences, joined wherever one of `whole` reaches from one into another.
pub(crate) fn joined(sentences: &[WordRange], mut whole: Vec<WordRange>) -> Vec<WordRange> {
    whole.sort_unstable_by_key(|range| range.start);
    let mut whole = whole.into_iter().peekable();
    let mut reach = 0;
    let mut joined: Vec<WordRange> = Vec::with_capacity(sentences.len());
    for &sentence in sentences {
        while let Some(range) = whole.next_if(|range| range.start < sentence.start) {
            reach = reach.max(range.end);
        }
        match joined.last_mut() {
            Some(last) if reach > sentence.start => last.end = sentence.end,
            _ => joined.push(sentence),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_widened_to_the_words_they_touch() {
        let span = |start, end| ByteSpan { start, end };
        let words = [span(0, 3), span(3, 4), span(6, 6), span(7, 9)];
        for (start, end, expected) in [
            (0, 3, Some((0, 1))),
            (0, 2, Some((0, 1))),
            (2, 4, Some((0, 2))),
            (3, 4, Some((1, 2))),
            (4, 6, None),
            (6, 9, Some((2, 4))),
            (5, 8, Some((2, 4))),
            (3, 6, Some((1, 3))),
            (9, 12, None),
        ] {
            let found = covering(&words, span(start, end)).map(|range| (range.start, range.end));
            assert_eq!(found, expected, "{start}..{end}");
        }
    }
}
