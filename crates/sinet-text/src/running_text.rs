//! Words joined to a text as a person would write it.

use crate::span::ByteSpan;

/// A text that is put together from words that are known, with the place of each.
///
/// Closing punctuation and clitics follow without a space, and opening punctuation is followed without one. Brackets and
/// quotes that a corpus spells as the Penn Treebank does are written as everybody writes them.
///
/// ```
/// let mut text = sinet_text::RunningText::default();
/// text.push_sentence(&["It", "does", "n't", "use", "``", "deep", "''", "nets", "-LRB-", "CNNs", "-RRB-", "."]);
/// assert_eq!(text.text, "It doesn't use \"deep\" nets (CNNs).");
/// assert_eq!(text.words[2].of(&text.text), Some("n't"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunningText {
    /// The text.
    pub text: String,
    /// The place of each word in it. Of a quote that was given as two words, the first has an empty place.
    pub words: Vec<ByteSpan>,
}

impl RunningText {
    /// Adds the words of a sentence, with a space before them.
    pub fn push_sentence<W: AsRef<str>>(&mut self, words: &[W]) {
        let word = |index: usize| words.get(index).map_or("", AsRef::as_ref);
        let mut quoted = false;
        let mut glued = self.text.is_empty();
        for index in 0..words.len() {
            let (given, before) = (word(index), index.checked_sub(1).map_or("", word));
            // CoNLL04 parts the marks of a quote: "` ` so ' '".
            let is_mark = matches!(given, "`" | "'");
            let before_it = (0..index).rev().take_while(|&index| is_mark && word(index) == given).count();
            let is_second_half = before_it % 2 == 1;
            let is_first_half = is_mark && !is_second_half && word(index + 1) == given;
            let is_double = matches!(given, "``" | "''" | "\"");
            let opens = given == "`" || is_double && !quoted;
            let closes = given == "'" || is_double && quoted;
            quoted ^= is_double;
            if !(glued || closes || is_second_half || is_glued_left(given) || is_name_part(before, given)) {
                self.text.push(' ');
            }
            let start = self.text.len();
            if !is_first_half {
                self.text.push_str(if is_second_half { "\"" } else { written(given) });
            }
            self.words.push(ByteSpan { start, end: self.text.len() });
            glued = opens || matches!(given, "(" | "[" | "{" | "-LRB-" | "-LSB-" | "-LCB-" | "$" | "#");
        }
    }
}

fn written(word: &str) -> &str {
    match word {
        "-LRB-" => "(",
        "-RRB-" => ")",
        "-LSB-" => "[",
        "-RSB-" => "]",
        "-LCB-" => "{",
        "-RCB-" => "}",
        "``" | "''" => "\"",
        word => word,
    }
}

/// Written without a space before it.
fn is_glued_left(word: &str) -> bool {
    matches!(
        word,
        "." | ","
            | ";"
            | ":"
            | "?"
            | "!"
            | "%"
            | ")"
            | "]"
            | "}"
            | "-RRB-"
            | "-RSB-"
            | "-RCB-"
            | "..."
            | "n't"
            | "'s"
            | "'S"
            | "'re"
            | "'ve"
            | "'ll"
            | "'d"
            | "'m"
            | "'t"
    )
}

/// "O 'Brien", "o 'clock".
fn is_name_part(before: &str, word: &str) -> bool {
    before.eq_ignore_ascii_case("o") && word.starts_with('\'')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(words: &str, expected: &str) {
        let words: Vec<_> = words.split(' ').collect();
        let mut joined = RunningText::default();
        joined.push_sentence(&words);
        assert_eq!(joined.text, expected);
        assert_eq!(joined.words.len(), words.len());
    }

    #[test]
    fn words_are_joined_as_a_person_writes_them() {
        check("It works , does n't it ?", "It works, doesn't it?");
        check("the model 's results ( 90.1 % ) ;", "the model's results (90.1%);");
        check("a `` deep '' net -LRB- CNN -RRB- .", "a \"deep\" net (CNN).");
        check("a '' deep '' net", "a \"deep\" net");
        check("he said \" yes \" and \" no \" .", "he said \"yes\" and \"no\".");
        check("` ` Yes , ' ' said O 'Brien .", "\"Yes,\" said O'Brien.");
        check("` ` ` Hope ' is over , ' '", "\"`Hope' is over,\"");
        check("the ` Explains ' of papers ' lines", "the `Explains' of papers' lines");
        check("for $ 5 -- or more", "for $5 -- or more");
    }

    #[test]
    fn sentences_are_parted_by_a_space() {
        let mut joined = RunningText::default();
        joined.push_sentence(&["It", "works", "."]);
        joined.push_sentence::<&str>(&[]);
        joined.push_sentence(&["(", "Does", "it", "?", ")"]);
        assert_eq!(joined.text, "It works. (Does it?)");
        assert_eq!(joined.words[4].of(&joined.text), Some("Does"));
    }

    proptest! {
        #[test]
        fn every_word_has_its_place(words in prop::collection::vec("[a-c(`'\".$é-]{1,3}", 0..20)) {
            let mut joined = RunningText::default();
            joined.push_sentence(&words);
            prop_assert_eq!(joined.words.len(), words.len());
            let mut end = 0;
            for (word, place) in words.iter().zip(&joined.words) {
                prop_assert!(place.start >= end && place.start <= place.end);
                let found = place.of(&joined.text).unwrap();
                prop_assert!(found == written(word) || found.is_empty() || found == "\"", "{found:?} of {word:?}");
                prop_assert!(joined.text[end..place.start].chars().all(|c| c == ' '));
                end = place.end;
            }
            prop_assert_eq!(end, joined.text.len());
        }
    }
}
