//! A text with its words and sentences.

use crate::annotation::WordRange;
use crate::span::ByteSpan;
use crate::{sentences, words};

/// A text, its words and its sentences.
///
/// Words are disjoint and in order, each within one sentence; sentences are disjoint, in order, and cover all
/// words. What [`Document::parse`] leaves outside of words is white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The text as it was given, never altered.
    pub text: String,
    /// The words, in bytes of `text`.
    pub words: Vec<ByteSpan>,
    /// The sentences, as stretches of `words`.
    pub sentences: Vec<WordRange>,
}

impl Document {
    /// Finds the sentences of `text`, then the words of each.
    pub fn parse(text: impl Into<String>) -> Self {
        Self::parse_around(text, &[])
    }

    /// As [`Document::parse`], where labels are known: no sentence ends inside one of `labelled`, and a word ends wherever
    /// one of them begins or ends.
    ///
    /// `labelled` are stretches of bytes, in any order; they may overlap. A place that is not between two characters cuts
    /// no word.
    pub fn parse_around(text: impl Into<String>, labelled: &[ByteSpan]) -> Self {
        let text = text.into();
        let mut edges: Vec<usize> = labelled.iter().flat_map(|span| [span.start, span.end]).collect();
        edges.sort_unstable();
        let mut found = Vec::new();
        let mut ranges = Vec::new();
        let mut of_sentence = Vec::new();
        for sentence in sentences::split_around(&text, labelled) {
            let start = found.len();
            words::split_into(&text, sentence, &mut of_sentence);
            of_sentence.drain(..).for_each(|word| words::cut_into(&text, word, &edges, &mut found));
            ranges.push(WordRange { start, end: found.len() });
        }
        Self { text, words: found, sentences: ranges }
    }

    /// A text whose words are known already, to the byte. `starts` are the words that begin sentences, in order, the first one
    /// among them; without them the sentences are those of the text, of which none ends inside a word.
    ///
    /// `None` if a word is empty, is no stretch of the text between two characters, or begins before the one in front of it
    /// has ended, and if `starts` are not such words.
    pub fn of_words(text: impl Into<String>, words: Vec<ByteSpan>, starts: Option<&[usize]>) -> Option<Self> {
        let text = text.into();
        let is_word = |word: &ByteSpan| word.start < word.end && word.of(&text).is_some();
        let follows = |pair: &[ByteSpan]| pair[0].end <= pair[1].start;
        if !words.iter().all(is_word) || !words.windows(2).all(follows) {
            return None;
        }
        let found: Vec<usize>;
        let starts = match starts {
            Some(starts) => starts,
            None => {
                let sentences = sentences::split_around(&text, &words);
                let first_of = |sentence: ByteSpan| words.partition_point(|word| word.start < sentence.start);
                found = sentences.into_iter().map(first_of).collect();
                &found
            }
        };
        let begins = words.is_empty() || starts.first() == Some(&0);
        let is_ordered = starts.windows(2).all(|pair| pair[0] <= pair[1]);
        if !begins || !is_ordered || starts.last().is_some_and(|&last| last > words.len()) {
            return None;
        }
        let ends = starts.iter().skip(1).copied().chain([words.len()]);
        let sentences = starts.iter().zip(ends).map(|(&start, end)| WordRange { start, end });
        let sentences = sentences.filter(|sentence| sentence.start < sentence.end).collect();
        Some(Self { text, words, sentences })
    }

    /// One sentence of words that are known already, joined by single spaces.
    pub fn from_words<W: AsRef<str>>(words: &[W]) -> Self {
        Self::from_sentences(&[words])
    }

    /// Sentences of words that are known already, joined by single spaces. Those without words are left out.
    pub fn from_sentences<W: AsRef<str>>(sentences: &[&[W]]) -> Self {
        let mut document = Self { text: String::new(), words: Vec::new(), sentences: Vec::new() };
        let Self { text, words, sentences: ranges } = &mut document;
        for sentence in sentences.iter().filter(|sentence| !sentence.is_empty()) {
            ranges.push(WordRange { start: words.len(), end: words.len() + sentence.len() });
            for word in *sentence {
                if !words.is_empty() {
                    text.push(' ');
                }
                let start = text.len();
                text.push_str(word.as_ref());
                words.push(ByteSpan { start, end: text.len() });
            }
        }
        document
    }

    /// The text of word `index`, or `None` if there is no such word.
    pub fn word_text(&self, index: usize) -> Option<&str> {
        self.words.get(index)?.of(&self.text)
    }

    /// The text of each word.
    pub fn word_texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.words.iter().map(|word| word.of(&self.text).unwrap_or_default())
    }

    /// The bytes from the first to the last word of `range`, or `None` if it is empty or leaves the document.
    pub fn byte_span(&self, range: WordRange) -> Option<ByteSpan> {
        let words = self.words.get(range.start..range.end)?;
        Some(ByteSpan { start: words.first()?.start, end: words.last()?.end })
    }

    /// Whether word `index` is punctuation after which a long sentence is best cut, for [`crate::windows()`].
    pub fn ends_clause(&self, index: usize) -> bool {
        matches!(
            self.word_text(index),
            Some("." | "!" | "?" | "…" | "..." | ";" | ":" | "," | ")" | "]" | "--" | "–" | "—" | "。" | "，" | "、")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// Words between `|`, sentences on lines of their own.
    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let document = Document::parse(text);
        let line = |range: &WordRange| {
            let words: Vec<&str> = (range.start..range.end).filter_map(|word| document.word_text(word)).collect();
            words.join("|") + "\n"
        };
        expected.assert_eq(&document.sentences.iter().map(line).collect::<String>());
    }

    #[test]
    fn sentences_and_their_words() {
        check("", expect![[""]]);
        check(" \n\t ", expect![[""]]);
        check("word", expect![["word\n"]]);
        check(
            "It works. Does it?  Yes!",
            expect![[r#"
                It|works|.
                Does|it|?
                Yes|!
            "#]],
        );
    }

    #[test]
    fn labels_cut_words_and_keep_sentences_whole() {
        let text = "We grew Bacillus sp. The HK-7strain. It (see\n\nA) grew.";
        let find = |part: &str| text.find(part).map(|start| ByteSpan { start, end: start + part.len() }).unwrap();
        let labelled = [find("HK-7"), find("see\n\nA"), find("sp. The"), find("HK"), find("Bacillus")];
        let document = Document::parse_around(text, &labelled);
        let sentence = |range: &WordRange| {
            (range.start..range.end).filter_map(|word| document.word_text(word)).collect::<Vec<_>>().join("|")
        };
        let sentences: Vec<String> = document.sentences.iter().map(sentence).collect();
        assert_eq!(sentences, ["We|grew|Bacillus|sp.|The|HK|-7|strain|.", "It|(|see|A|)|grew|."]);
        assert_eq!(Document::parse_around(text, &[]), Document::parse(text));
        // The edges of no character.
        let inside = [ByteSpan { start: 1, end: 1 }, ByteSpan { start: 2, end: 9 }];
        assert_eq!(Document::parse_around("éa", &inside[..1]).words.len(), 1);
        assert_eq!(Document::parse_around("éa", &inside).words.len(), 2);
    }

    #[test]
    fn words_that_are_known_stay_in_their_text() {
        let text = "It works. Does it?  Yes!";
        let Document { words, sentences, .. } = Document::parse(text);
        let given = Document::of_words(text, words.clone(), None);
        assert_eq!(given, Some(Document { text: text.to_owned(), words: words.clone(), sentences }));
        let sentences = |words: &[(usize, usize)], starts: Option<&[usize]>| {
            let words = words.iter().map(|&(start, end)| ByteSpan { start, end }).collect();
            let found = Document::of_words(text, words, starts)?.sentences;
            Some(found.iter().map(|sentence| (sentence.start, sentence.end)).collect::<Vec<_>>())
        };
        assert_eq!(sentences(&[(0, 2), (3, 8), (10, 14)], None), Some(vec![(0, 2), (2, 3)]));
        assert_eq!(sentences(&[(0, 14), (20, 23)], None), Some(vec![(0, 1), (1, 2)]));
        assert_eq!(sentences(&[(0, 2), (3, 8), (10, 14)], Some(&[0, 1, 1])), Some(vec![(0, 1), (1, 3)]));
        assert_eq!(sentences(&[], None), Some(vec![]));
        assert_eq!(sentences(&[], Some(&[])), Some(vec![]));
        for (words, starts) in [
            (vec![(3, 8), (0, 2)], None),
            (vec![(0, 2), (1, 8)], None),
            (vec![(2, 2)], None),
            (vec![(0, 99)], None),
            (vec![(0, 2)], Some(&[][..])),
            (vec![(0, 2), (3, 8)], Some(&[1][..])),
            (vec![(0, 2), (3, 8)], Some(&[0, 2, 1][..])),
            (vec![(0, 2)], Some(&[0, 2][..])),
        ] {
            assert_eq!(sentences(&words, starts), None, "{words:?} {starts:?}");
        }
        assert_eq!(Document::of_words("éa", vec![ByteSpan { start: 1, end: 3 }], None), None);
    }

    #[test]
    fn known_words_are_joined_by_spaces() {
        let document = Document::from_words(&["a", "", "b c"]);
        assert_eq!(document.text, "a  b c");
        assert_eq!(document.word_texts().collect::<Vec<_>>(), ["a", "", "b c"]);
        assert_eq!(document.sentences, [WordRange { start: 0, end: 3 }]);
        assert_eq!(Document::from_words::<&str>(&[]).sentences, []);
        let document = Document::from_sentences(&[&["a", "b"][..], &[], &["c"]]);
        assert_eq!(document.text, "a b c");
        assert_eq!(document.sentences, [WordRange { start: 0, end: 2 }, WordRange { start: 2, end: 3 }]);
    }

    #[test]
    fn a_stretch_of_words_is_a_stretch_of_bytes() {
        let document = Document::parse("One (two) three");
        let span = |start, end| document.byte_span(WordRange { start, end }).and_then(|span| span.of(&document.text));
        assert_eq!(span(1, 4), Some("(two)"));
        assert_eq!(span(0, 5), Some("One (two) three"));
        assert_eq!(span(1, 1), None);
        assert_eq!(span(4, 6), None);
        assert_eq!(span(3, 2), None);
    }
}
