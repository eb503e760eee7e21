//! The strings of spaCy, which files name by their hashes.

use std::collections::HashMap;

/// The strings that spaCy knows by a number, a line each, of which the first is 0. A line is its own number.
const SYMBOLS: &str = include_str!("symbols.txt");

/// The strings of a file.
pub(super) struct Strings(HashMap<u64, Box<str>>);

impl Strings {
    pub(super) fn new() -> Self {
        Self(SYMBOLS.lines().enumerate().map(|(number, symbol)| (number as u64, symbol.into())).collect())
    }

    pub(super) fn insert(&mut self, string: &str) {
        self.0.insert(hash(string.as_bytes()), string.into());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, key: u64) -> Option<&str> {
        self.0.get(&key).map(|string| &**string)
    }
}

/// MurmurHash64A with the seed 1, as spaCy's `hash_string` computes it.
fn hash(bytes: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
    const SHIFT: u32 = 47;
    let mut hash = 1 ^ (bytes.len() as u64).wrapping_mul(MULTIPLIER);
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        let mut word = block.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)).wrapping_mul(MULTIPLIER);
        word = (word ^ word >> SHIFT).wrapping_mul(MULTIPLIER);
        hash = (hash ^ word).wrapping_mul(MULTIPLIER);
    }
    let rest = blocks.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash = (hash ^ hash >> SHIFT).wrapping_mul(MULTIPLIER);
    hash ^ hash >> SHIFT
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `spacy.strings.hash_string`; the one of `coffee` also stands in spaCy's documentation.
    #[test]
    fn hashes_are_those_of_spacy() {
        for (string, expected) in [
            ("", 14313749767032693980),
            ("a", 11901859001352538922),
            ("Ada", 13014124235272500476),
            ("coffee", 3197928453018144401),
            ("PERSON", 11121653176597302729),
            ("naïve 😀 text longer than sixteen", 2580318768514296728),
        ] {
            assert_eq!(hash(string.as_bytes()), expected, "{string}");
        }
    }

    #[test]
    fn symbols_have_their_numbers() {
        let strings = Strings::new();
        for (number, symbol) in [(0, ""), (65, "ORTH"), (380, "PERSON"), (456, "_")] {
            assert_eq!(strings.get(number), Some(symbol));
        }
        assert_eq!(strings.get(457), None);
    }
}
