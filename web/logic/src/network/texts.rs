//! Pieces of a person's texts, to be known again in addresses.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use percent_encoding::percent_decode_str;

/// The shortest piece of a longer text that is looked for, in letters and digits.
pub const PIECE: usize = 12;

/// The shortest text that is looked for as a whole: shorter ones stand in many addresses by chance.
const SHORTEST: usize = 4;

/// The most pieces that are remembered, about 20 MB of them.
const MAX_PIECES: usize = 1_000_000;

/// How often what is encoded may be encoded again.
const ENCODINGS: usize = 3;

/// All texts of a visit, as far as it takes to know pieces of them again. Only letters and digits count, small or
/// capital alike.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// Hashes of every run of [`PIECE`] letters.
    pieces: HashSet<u64>,
    /// Texts that are shorter than a piece.
    short: HashSet<String>,
    are_too_long: bool,
    /// The text that was added last, of which the next one usually changes a few letters.
    last: Vec<char>,
}

impl Texts {
    /// Remembers a text. Of a text that begins and ends like the one before, only the pieces in between are looked at, since
    /// a person who types adds one at each key.
    pub fn add(&mut self, text: &str) {
        let letters = letters(text);
        let changed = changed_pieces(&self.last, &letters);
        if self.pieces.len() + changed.len() > MAX_PIECES {
            self.are_too_long = true;
        } else if letters.len() >= PIECE {
            self.pieces.extend(changed.map(|start| hash(&letters[start..start + PIECE])));
        } else if letters.len() >= SHORTEST {
            self.short.insert(letters.iter().collect());
        }
        self.last = letters;
    }

    /// Whether an address holds a piece of a text: a run of [`PIECE`] letters, or a shorter text as a whole part of its
    /// path or query. A fragment does not count: browsers never send it.
    pub fn are_in(&self, address: &str) -> bool {
        let sent = decode(address.split('#').next().unwrap_or_default());
        let is_short = |part: &str| self.short.contains(&letters(part).into_iter().collect::<String>());
        letters(&sent).windows(PIECE).any(|piece| self.pieces.contains(&hash(piece)))
            || sent.split(['/', '?', '&', '=', ';']).any(is_short)
    }

    /// Whether there were more texts than are remembered.
    pub fn are_too_long(&self) -> bool {
        self.are_too_long
    }
}

/// The starts of the pieces of `now` that are in neither the beginning nor the end that it shares with `before`.
fn changed_pieces(before: &[char], now: &[char]) -> Range<usize> {
    let shared = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (rest_before, rest_now) = (&before[shared..], &now[shared..]);
    let shared_end = rest_before.iter().rev().zip(rest_now.iter().rev()).take_while(|(a, b)| a == b).count();
    let pieces = (now.len() + 1).saturating_sub(PIECE);
    let start = (shared + 1).saturating_sub(PIECE).min(pieces);
    start..(now.len() - shared_end).clamp(start, pieces)
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn hash(piece: &[char]) -> u64 {
    let mut hasher = DefaultHasher::new();
    piece.hash(&mut hasher);
    hasher.finish()
}

fn decode(address: &str) -> String {
    let mut decoded = address.to_owned();
    for _ in 0..ENCODINGS {
        decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
    }
    decoded
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Texts {
        let mut texts = Texts::default();
        texts.add(text);
        texts
    }

    #[test]
    fn a_short_text_counts_as_a_whole() {
        let anna = texts("Anna!");
        assert!(anna.are_in("http://a.org/x?q=Anna") && anna.are_in("http://a.org/anna/x"));
        assert!(!anna.are_in("http://a.org/annals?q=Joanna"));
        assert!(!texts("a b").are_in("http://a.org/ab"), "too short to mean anything");
    }

    proptest! {
        #[test]
        fn every_long_piece_of_a_text_is_found(text in "[A-Za-zäöü0-9 .,]{20,60}", start in 0usize..10, length in 30usize..50) {
            let piece: String = text.chars().skip(start).take(length).collect();
            prop_assume!(letters(&piece).len() >= PIECE);
            let address = format!("http://a.org/?q={}", utf8_percent_encode(&piece, NON_ALPHANUMERIC));
            prop_assert!(texts(&text).are_in(&address));
        }

        #[test]
        fn texts_that_follow_each_other_are_remembered_as_if_each_were_new(texts in vec("[abc]{0,30}", 0..8)) {
            let mut followed = Texts::default();
            texts.iter().for_each(|text| followed.add(text));
            let each = |text: &String| letters(text).windows(PIECE).map(hash).collect::<Vec<_>>();
            prop_assert_eq!(followed.pieces, texts.iter().flat_map(each).collect());
        }

        #[test]
        fn another_alphabet_is_not_found(text in "[a-z ]{12,60}", other in "[0-9]{0,60}") {
            prop_assert!(!texts(&text).are_in(&other));
        }
    }
}
