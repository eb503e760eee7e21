//! Byte-level words of a tokenizer such as GPT-2's, RoBERTa's or ModernBERT's (Radford et al., 2019): a text is cut into
//! letters, numbers and other characters, and each byte is written as one visible character.
//!
//! The crate that everybody tokenises with does it by a regular expression, whose engine would be a large part of what a
//! browser has to download.

use tokenizers::tokenizer::pattern::Pattern;
use tokenizers::{NormalizedString, Offsets, PreTokenizedString, SplitDelimiterBehavior};
use unicode_categories::UnicodeCategories;

/// Cuts parts where the expression of GPT-2 does, if `cut` says so, and writes their bytes as characters. A word of running
/// text has a space before it, so a part that begins without one gets it, whatever the tokenizer does at the start of a text.
pub fn split(parts: &mut PreTokenizedString, cut: bool) -> Result<(), tokenizers::Error> {
    parts.split(|_, mut part| {
        if !part.get().starts_with(' ') {
            part.prepend(" ");
        }
        if cut { part.split(Gpt2, SplitDelimiterBehavior::Isolated) } else { Ok(vec![part]) }
    })?;
    parts.normalize(|part| {
        let visible: String = part.get().bytes().map(visible).collect();
        *part = NormalizedString::from(visible);
        Ok(())
    })
}

/// The character that stands for a byte: itself if it is a visible one of Latin-1, else the next of those from U+0100 on.
fn visible(byte: u8) -> char {
    let is_visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..);
    if is_visible(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|&byte| !is_visible(byte)).count();
    char::from_u32(0x100 + before as u32).expect("there are 68 such bytes")
}

/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
struct Gpt2;

impl Pattern for Gpt2 {
    fn find_matches(&self, inside: &str) -> Result<Vec<(Offsets, bool)>, tokenizers::Error> {
        let mut matches = Vec::new();
        let mut start = 0;
        while start < inside.len() {
            let end = start + first(&inside[start..]);
            matches.push(((start, end), true));
            start = end;
        }
        Ok(matches)
    }
}

const CLITICS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Letter,
    Number,
    Other,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            _ if character.is_whitespace() => Self::Space,
            _ if character.is_numeric() => Self::Number,
            // Alphabetic too, but no letters: marks, and letters in circles and squares.
            _ if character.is_alphabetic() && !character.is_mark() && !character.is_symbol() => Self::Letter,
            _ => Self::Other,
        }
    }
}

/// The length of the first match in a text that is not empty.
fn first(text: &str) -> usize {
    if let Some(clitic) = CLITICS.iter().find(|clitic| text.starts_with(**clitic)) {
        return clitic.len();
    }
    let run = |text: &str, kind: Kind| text.find(|c| Kind::of(c) != kind).unwrap_or(text.len());
    let body = text.strip_prefix(' ').unwrap_or(text);
    let led_by = text.len() - body.len();
    match body.chars().next().map(Kind::of) {
        Some(kind) if kind != Kind::Space => led_by + run(body, kind),
        // Of white space before a word, the last character may belong to that word.
        _ => {
            let spaces = run(text, Kind::Space);
            let last = text[..spaces].chars().next_back().map_or(0, char::len_utf8);
            if spaces == text.len() || spaces == last { spaces } else { spaces - last }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokenizers::pre_tokenizers::byte_level::ByteLevel;
    use tokenizers::{OffsetReferential, OffsetType, PreTokenizer};

    fn parts_of(text: &str, split: impl Fn(&mut PreTokenizedString)) -> Vec<String> {
        let mut parts = PreTokenizedString::from(text);
        split(&mut parts);
        let parts = parts.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
        parts.into_iter().map(|(part, ..)| part.to_owned()).collect()
    }

    #[track_caller]
    fn check_same(text: &str) {
        for cut in [true, false] {
            let found = parts_of(text, |parts| split(parts, cut).unwrap());
            let by_the_crate = parts_of(text, |parts| ByteLevel::new(true, true, cut).pre_tokenize(parts).unwrap());
            assert_eq!(found, by_the_crate, "{text:?}");
        }
    }

    #[test]
    fn texts_are_cut_as_the_crate_does() {
        let texts = [
            "",
            " ",
            "word",
            "Word's",
            "they'LL they'll",
            "a1b22",
            "x  y",
            "x \n y",
            "\t\ta",
            "naïve–é",
            "日本語1",
            "…'s",
            " 's",
            "a\u{301}",
            "Ⅷ②",
            "ⓐ🅰",
            "\u{a0}\u{a0}x",
            "'",
            "''ve",
            "tail   ",
        ];
        texts.into_iter().for_each(check_same);
    }

    /// Letters are told apart by tables of several versions of Unicode.
    #[test]
    fn nearly_all_characters_are_of_the_same_kind_as_for_the_crate() {
        let together = |character: char| {
            let parts = parts_of(&format!("a{character}"), |parts| {
                ByteLevel::new(true, true, true).pre_tokenize(parts).unwrap();
            });
            parts.len() == 1
        };
        let differ = |&character: &char| together(character) != (Kind::of(character) == Kind::Letter);
        let different: Vec<_> = ('\0'..=char::MAX).filter(differ).collect();
        println!("{} of other kinds: {different:?}", different.len());
        assert!(different.iter().all(|&character| character > '\u{5ff}'));
    }

    proptest! {
        #[test]
        fn any_text_is_cut_as_the_crate_does(text in r"[ \ta-z'0-9é漢.\u{a0}\u{301}\u{2028}]{0,16}|[a-z 's]{0,12}") {
            check_same(&text);
        }
    }
}
