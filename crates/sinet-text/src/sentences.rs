//! Sentences of raw text: the Unicode rule (UAX #29), repaired after abbreviations and at line ends.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use crate::abbreviations::{Abbreviation, abbreviation};
use crate::span::ByteSpan;

/// Words that, capitalised, open a sentence more often than they go on with a name.
const STARTERS: &[&str] = &[
    "A",
    "After",
    "All",
    "Also",
    "Although",
    "An",
    "And",
    "Another",
    "As",
    "At",
    "Because",
    "Before",
    "Both",
    "But",
    "By",
    "During",
    "Each",
    "Experimental",
    "Experiments",
    "Finally",
    "First",
    "For",
    "From",
    "Furthermore",
    "He",
    "Her",
    "Here",
    "His",
    "How",
    "However",
    "I",
    "If",
    "In",
    "It",
    "Its",
    "Many",
    "Moreover",
    "Most",
    "No",
    "Not",
    "On",
    "One",
    "Other",
    "Our",
    "Results",
    "Second",
    "Several",
    "She",
    "Since",
    "So",
    "Some",
    "Such",
    "That",
    "The",
    "Their",
    "Then",
    "There",
    "Therefore",
    "These",
    "They",
    "This",
    "Those",
    "Thus",
    "To",
    "Two",
    "Under",
    "Unlike",
    "Using",
    "We",
    "What",
    "When",
    "Where",
    "Whether",
    "Which",
    "While",
    "Who",
    "Why",
    "With",
    "You",
];

/// The sentences of `text` in bytes, in order, without the white space around them.
///
/// Together they cover everything but white space. An empty line always ends a sentence; a single line end is a
/// space. A period ends none after a title ("Dr.") or "e.g.", after "Fig." and its like before a number, and after
/// an abbreviation or initial ("U.S.", "J.") unless a word follows that usually opens a sentence ("The").
///
/// ```
/// let text = "J. Smith et al. met in the U.S. They sang. See Fig. 2.";
/// let sentences = sinet_text::sentences::split(text);
/// let sentences: Vec<_> = sentences.iter().filter_map(|span| span.of(text)).collect();
/// assert_eq!(sentences, ["J. Smith et al. met in the U.S.", "They sang.", "See Fig. 2."]);
/// ```
pub fn split(text: &str) -> Vec<ByteSpan> {
    let mut sentences: Vec<ByteSpan> = Vec::new();
    for paragraph in paragraphs(text) {
        let first = sentences.len();
        for part in unicode_sentences(text, paragraph) {
            let before = sentences[first..].last().and_then(|last| last.of(text)).unwrap_or_default();
            let after = &text[part.start..paragraph.end];
            match sentences[first..].last_mut() {
                Some(last) if !ends(before, after) => last.end = part.end,
                _ => sentences.push(part),
            }
        }
    }
    sentences
}

/// The stretches between empty lines.
fn paragraphs(text: &str) -> Vec<ByteSpan> {
    let mut paragraphs = Vec::new();
    let mut start = 0;
    let mut line_ends = 0;
    let mut after_return = false;
    for (byte, character) in text.char_indices() {
        if character.is_whitespace() {
            line_ends += match character {
                '\n' if after_return => 0,
                '\n' | '\r' => 1,
                _ => 0,
            };
        } else {
            if line_ends > 1 {
                paragraphs.push(ByteSpan { start, end: byte });
                start = byte;
            }
            line_ends = 0;
        }
        after_return = character == '\r';
    }
    paragraphs.push(ByteSpan { start, end: text.len() });
    paragraphs
}

/// The sentences by UAX #29, trimmed, with single line ends taken for spaces.
fn unicode_sentences(text: &str, paragraph: ByteSpan) -> impl Iterator<Item = ByteSpan> {
    let raw = &text[paragraph.start..paragraph.end];
    let flat = if raw.contains(['\n', '\r']) { Cow::Owned(raw.replace(['\n', '\r'], " ")) } else { Cow::Borrowed(raw) };
    let spans: Vec<_> = flat
        .split_sentence_bound_indices()
        .map(|(start, sentence)| {
            let trimmed = sentence.trim_start();
            let start = paragraph.start + start + sentence.len() - trimmed.len();
            let end = start + trimmed.trim_end().len();
            ByteSpan { start, end }
        })
        .collect();
    spans.into_iter().filter(|span| span.start < span.end)
}

/// Whether a sentence ends between `before` and `after`, where the Unicode rule has cut.
fn ends(before: &str, after: &str) -> bool {
    let before = before.trim_end_matches(is_closing);
    let next = after.trim_start_matches(|c| is_closing(c) || is_opening(c));
    if next.starts_with(char::is_lowercase) && before.ends_with(['.', '!', '?']) {
        return false;
    }
    let Some(before) = before.strip_suffix('.') else {
        return true;
    };
    let word = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let word = word.trim_start_matches(|c| is_closing(c) || is_opening(c));
    if word.len() == before.len() && is_item_number(word) {
        return false;
    }
    match abbreviation(word) {
        None => true,
        Some(Abbreviation::Leads) => false,
        Some(Abbreviation::LeadsNumber) => !next.starts_with(|c: char| c.is_numeric()),
        Some(Abbreviation::Either | Abbreviation::Initial) => {
            let word_end = next.find(|c: char| c.is_whitespace() || c == ',');
            STARTERS.contains(&&next[..word_end.unwrap_or(next.len())])
        }
    }
}

/// The number of a list's item: "2", "b", "iv" would be too bold.
fn is_item_number(word: &str) -> bool {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    (1..=2).contains(&word.len()) && digits || word.len() == 1 && word.is_ascii()
}

fn is_opening(character: char) -> bool {
    matches!(character, '(' | '[' | '{' | '“' | '‘' | '«' | '„' | '`')
}

fn is_closing(character: char) -> bool {
    matches!(character, ')' | ']' | '}' | '”' | '’' | '»' | '"' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let sentences: Vec<_> = split(text).iter().map(|span| span.of(text).unwrap()).collect();
        expected.assert_eq(&sentences.join("\n"));
    }

    #[test]
    fn abbreviations_do_not_end_sentences() {
        check(
            "Sen. Robert F. Kennedy met Dr. King in Washington, D.C. The talks (cf. Fig. 3, i.e. Lee et al. 2007) went on.",
            expect![[r#"
                Sen. Robert F. Kennedy met Dr. King in Washington, D.C.
                The talks (cf. Fig. 3, i.e. Lee et al. 2007) went on."#]],
        );
        check(
            "He works for Acme Inc. and lives in the U.S. It is far.",
            expect![[r#"
            He works for Acme Inc. and lives in the U.S.
            It is far."#]],
        );
        check(
            "On Nov. 22 he died. No. He lives at No. 5 St. James St. in Boston.",
            expect![[r#"
            On Nov. 22 he died.
            No.
            He lives at No. 5 St. James St. in Boston."#]],
        );
        check(
            "i.e. Models, e.g. BERT, vs. LSTMs etc. are used.",
            expect!["i.e. Models, e.g. BERT, vs. LSTMs etc. are used."],
        );
    }

    #[test]
    fn quotes_and_brackets_stay_with_their_sentence() {
        check(
            "\"It works.\" (Really.) He left.",
            expect![[r#"
            "It works."
            (Really.)
            He left."#]],
        );
        check(
            "''Stop!'' she said. ``Why?'' he asked.",
            expect![[r#"
            ''Stop!'' she said.
            ``Why?'' he asked."#]],
        );
        check(
            "“Stop.” ‘No.’ Yahoo! is a name.",
            expect![[r#"
            “Stop.”
            ‘No.’
            Yahoo! is a name."#]],
        );
    }

    #[test]
    fn line_ends_are_spaces_and_empty_lines_are_ends() {
        check(
            "A title\r\n\r\nA line\nthat goes on.\nThe next.",
            expect![[r#"
            A title
            A line
            that goes on.
            The next."#]],
        );
        check(
            "1. First.\n2. Second.",
            expect![[r#"
            1. First.
            2. Second."#]],
        );
        check(
            "中文句子。第二句！",
            expect![[r#"
            中文句子。
            第二句！"#]],
        );
        check(
            "v1.2.3 is out... or not. See x.y. Then stop",
            expect![[r#"
            v1.2.3 is out... or not.
            See x.y.
            Then stop"#]],
        );
    }

    #[test]
    fn blank_text_has_no_sentence() {
        check("", expect![""]);
        check(" \n\n\t\u{3000}", expect![""]);
    }
}
