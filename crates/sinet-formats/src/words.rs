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

/// The ends of a stretch, as a person would mind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edges {
    /// It begins or ends in white space.
    pub white_space: bool,
    /// It begins or ends inside a word.
    pub cut_word: bool,
}

impl Edges {
    pub(crate) fn is_clean(self) -> bool {
        !self.white_space && !self.cut_word
    }
}

/// The ends of `span`, a stretch of `text` that is not empty.
pub(crate) fn edges(text: &str, span: ByteSpan) -> Edges {
    let (before, inside, after) = (&text[..span.start], &text[span.start..span.end], &text[span.end..]);
    let cuts = |before: Option<char>, after: Option<char>| {
        before.is_some_and(is_of_spaced_word) && after.is_some_and(is_of_spaced_word)
    };
    let (first, last) = (inside.chars().next(), inside.chars().next_back());
    Edges {
        white_space: inside.starts_with(char::is_whitespace) || inside.ends_with(char::is_whitespace),
        cut_word: cuts(before.chars().next_back(), first) || cuts(last, after.chars().next()),
    }
}

/// Whether a character is part of words in a script that puts spaces between them.
fn is_of_spaced_word(character: char) -> bool {
    let is_unspaced = matches!(character,
        '\u{e00}'..='\u{eff}'      // Thai and Lao
        | '\u{1000}'..='\u{109f}'  // Burmese
        | '\u{1780}'..='\u{17ff}'  // Khmer
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' // kana
        | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' // Han
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    character.is_alphanumeric() && !is_unspaced
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

    #[test]
    fn edges_in_white_space_and_inside_words_are_seen() {
        for (text, part, expected) in [
            ("Ada met Bo.", "met", (false, false)),
            ("Ada met Bo.", " met", (true, false)),
            ("Ada met Bo.", "met\u{20}", (true, false)),
            ("Ada met Bo.", "Bo.", (false, false)),
            ("Ada met Bo.", "me", (false, true)),
            ("Ada met Bo.", "da", (false, true)),
            ("Ada met Bo.", "da ", (true, true)),
            ("non-linear", "linear", (false, false)),
            ("naïve", "na", (false, true)),
            ("他在北京。", "北京", (false, false)),
            ("東京Tower", "Tower", (false, false)),
            ("ไทยแลนด์", "ไทย", (false, false)),
        ] {
            let start = text.find(part).unwrap();
            let Edges { white_space, cut_word } = edges(text, ByteSpan { start, end: start + part.len() });
            assert_eq!((white_space, cut_word), expected, "{part:?} in {text:?}");
        }
    }
}
