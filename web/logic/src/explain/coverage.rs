//! The pieces in which a text was read.

use sinet_text::WordRange;
use sinet_text::annotation::Window;

/// The most stretches that a bar is drawn of.
const MAX_STRETCHES: usize = 120;

/// How a text was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The bar, from the start of the text.
    pub stretches: Vec<Stretch>,
    sentences: usize,
    cut_sentences: usize,
    parts: usize,
    unread_words: usize,
    /// Words that are longer than the input of the encoder, whose ends were not read.
    cut_words: usize,
}

/// A part of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Words in it.
    pub words: usize,
    /// Its name, for readers.
    pub kind: Kind,
}

/// The kind of a part of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sentences that were each read as one piece; in a long text the bar does not part them.
    Whole,
    /// A part of a sentence that was too long.
    Part,
    /// Words that were not read.
    Unread,
}

impl Coverage {
    /// How a text of so many words and these sentences was read in these windows.
    pub fn new(word_count: usize, sentences: &[WordRange], windows: &[Window]) -> Self {
        let sentence_of = |word: usize| sentences.partition_point(|sentence| sentence.end <= word);
        let is_part = |window: &Window| sentences.get(sentence_of(window.words.start)) != Some(&window.words);
        let mut cut: Vec<usize> =
            windows.iter().filter(|window| is_part(window)).map(|window| sentence_of(window.words.start)).collect();
        let parts = cut.len();
        cut.dedup();

        let mut stretches = Vec::new();
        let mut reached = 0;
        for window in windows {
            if window.words.start > reached {
                stretches.push(Stretch { words: window.words.start - reached, kind: Kind::Unread });
            }
            let kind = if is_part(window) { Kind::Part } else { Kind::Whole };
            let words = window.words.end - window.words.start;
            match stretches.last_mut() {
                Some(last) if windows.len() > MAX_STRETCHES && last.kind == kind && kind == Kind::Whole => {
                    last.words += words;
                }
                _ => stretches.push(Stretch { words, kind }),
            }
            reached = reached.max(window.words.end);
        }
        if word_count > reached {
            stretches.push(Stretch { words: word_count - reached, kind: Kind::Unread });
        }
        let unread = stretches.iter().filter(|stretch| stretch.kind == Kind::Unread);
        let unread_words = unread.map(|stretch| stretch.words).sum();
        let cut_words = windows.iter().filter(|window| window.dropped_pieces > 0).count();
        Self { stretches, sentences: sentences.len(), cut_sentences: cut.len(), parts, unread_words, cut_words }
    }

    /// Whether there is more to tell than that one sentence was read.
    pub fn is_worth_telling(&self) -> bool {
        self.sentences > 1 || self.parts > 0 || self.unread_words > 0 || self.cut_words > 0
    }

    /// How the text was read, for the reader.
    pub fn sentence(&self) -> String {
        let sentences = match self.sentences {
            1 => "one sentence".to_owned(),
            count => format!("{count} sentences"),
        };
        let cut = match self.cut_sentences {
            0 if self.sentences == 1 => String::new(),
            0 => ", each as one piece".to_owned(),
            1 if self.sentences == 1 => format!("; it was too long and read in {} parts", self.parts),
            1 => format!("; one was too long and read in {} parts", self.parts),
            count => format!("; {count} were too long and read in {} parts", self.parts),
        };
        let unread = match self.unread_words {
            0 => String::new(),
            1 => " One word was not read.".to_owned(),
            count => format!(" {count} words were not read."),
        };
        let cut_words = match self.cut_words {
            0 => String::new(),
            1 => " One word is too long for the model, and its end was not read.".to_owned(),
            count => format!(" {count} words are too long for the model, and their ends were not read."),
        };
        format!("Read as {sentences}{cut}.{unread}{cut_words}")
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use sinet_text::annotation::TextRange;

    use super::*;

    fn coverage(word_count: usize, sentences: &[(usize, usize)], windows: &[(usize, usize)]) -> Coverage {
        let sentences: Vec<_> = sentences.iter().map(|&(start, end)| WordRange { start, end }).collect();
        let windows: Vec<_> = (windows.iter())
            .map(|&(start, end)| Window {
                range: TextRange { start: 0, end: 0 },
                words: WordRange { start, end },
                pieces: 0,
                dropped_pieces: 0,
            })
            .collect();
        Coverage::new(word_count, &sentences, &windows)
    }

    #[track_caller]
    fn check(coverage: &Coverage, expected: Expect) {
        let bar: Vec<_> =
            coverage.stretches.iter().map(|Stretch { words, kind }| format!("{kind:?} {words}")).collect();
        expected.assert_eq(&format!("{} [{}]", coverage.sentence(), bar.join(", ")));
    }

    #[test]
    fn what_was_read_is_told() {
        check(
            &coverage(9, &[(0, 4), (4, 9)], &[(0, 4), (4, 9)]),
            expect!["Read as 2 sentences, each as one piece. [Whole 4, Whole 5]"],
        );
        check(
            &coverage(30, &[(0, 4), (4, 30)], &[(0, 4), (4, 20), (18, 30)]),
            expect!["Read as 2 sentences; one was too long and read in 2 parts. [Whole 4, Part 16, Part 12]"],
        );
        check(
            &coverage(8, &[(0, 8)], &[(0, 3), (5, 6)]),
            expect![
                "Read as one sentence; it was too long and read in 2 parts. 4 words were not read. [Part 3, Unread 2, Part 1, Unread 2]"
            ],
        );
        assert!(!coverage(3, &[(0, 3)], &[(0, 3)]).is_worth_telling());
        assert!(!coverage(0, &[], &[]).is_worth_telling());
    }

    #[test]
    fn b6_a_word_that_was_cut_is_told() {
        let words = |start, end| WordRange { start, end };
        let window =
            |words, dropped_pieces| Window { range: TextRange { start: 0, end: 0 }, words, pieces: 64, dropped_pieces };
        let cut = Coverage::new(1, &[words(0, 1)], &[window(words(0, 1), 7)]);
        assert!(cut.is_worth_telling());
        check(
            &cut,
            expect!["Read as one sentence. One word is too long for the model, and its end was not read. [Whole 1]"],
        );
        let windows = [window(words(0, 1), 7), window(words(1, 2), 0), window(words(2, 3), 1)];
        let told = Coverage::new(3, &[words(0, 1), words(1, 2), words(2, 3)], &windows).sentence();
        assert!(told.ends_with("2 words are too long for the model, and their ends were not read."), "{told}");
    }

    #[test]
    fn a_long_text_has_a_short_bar() {
        let sentences: Vec<_> = (0..500).map(|index| (index * 3, index * 3 + 3)).collect();
        let long = coverage(1500, &sentences, &sentences);
        assert_eq!(long.stretches, [Stretch { words: 1500, kind: Kind::Whole }]);
        assert_eq!(long.sentence(), "Read as 500 sentences, each as one piece.");
    }

    proptest! {
        #[test]
        fn nothing_is_left_out_of_the_bar(lengths in prop::collection::vec(1usize..20, 0..200), gap in 0usize..5) {
            let mut ranges = Vec::new();
            let mut at = 0;
            for length in lengths {
                ranges.push((at, at + length));
                at += length;
            }
            let coverage = coverage(at + gap, &ranges, &ranges);
            prop_assert_eq!(coverage.stretches.iter().map(|stretch| stretch.words).sum::<usize>(), at + gap);
            prop_assert_eq!(coverage.unread_words, gap);
        }
    }
}
