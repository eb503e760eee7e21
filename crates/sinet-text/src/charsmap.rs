//! The character map of a SentencePiece tokenizer: the characters that it replaces, and by what.
//!
//! The crate that everybody tokenises with has one, but indexes beyond its tables where a file is damaged, and a file is
//! data from a stranger.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation;

/// A double-array trie over UTF-8 bytes (Darts), whose leaves are positions in a text of replacements that end with 0.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Encoded")]
pub struct Charsmap {
    trie: Vec<u32>,
    replacements: String,
}

/// `[u32 length of the trie in bytes; trie; replacements]`, in base64.
#[derive(Deserialize)]
struct Encoded {
    precompiled_charsmap: String,
}

/// Graphemes of fewer bytes are looked up whole before their characters are, as SentencePiece does.
const SHORT_GRAPHEME: usize = 6;

impl TryFrom<Encoded> for Charsmap {
    type Error = &'static str;

    fn try_from(encoded: Encoded) -> Result<Self, Self::Error> {
        let bytes =
            BASE64_STANDARD.decode(encoded.precompiled_charsmap).map_err(|_| "precompiled_charsmap is no base64")?;
        Self::from_bytes(&bytes).ok_or("precompiled_charsmap is cut short, or no UTF-8")
    }
}

impl Charsmap {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize / 4 * 4;
        let (trie, replacements) = rest.split_at_checked(length)?;
        let trie = trie.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
        Some(Self { trie, replacements: String::from_utf8(replacements.to_vec()).ok()? })
    }

    /// The text with everything replaced that the map knows.
    pub fn normalize(&self, text: &str) -> String {
        let mut normalized = String::with_capacity(text.len());
        for grapheme in text.graphemes(true) {
            match self.replacement(grapheme).filter(|_| grapheme.len() < SHORT_GRAPHEME) {
                Some(replacement) => normalized.push_str(replacement),
                None => {
                    for c in grapheme.chars() {
                        match self.replacement(c.encode_utf8(&mut [0; 4])) {
                            Some(replacement) => normalized.push_str(replacement),
                            None => normalized.push(c),
                        }
                    }
                }
            }
        }
        normalized
    }

    /// The replacement of the shortest beginning of a text that the map knows.
    fn replacement(&self, text: &str) -> Option<&str> {
        let unit = |node: u32| self.trie.get(node as usize).copied();
        let mut node = offset(unit(0)?);
        for byte in text.bytes().map(u32::from).take_while(|&byte| byte != 0) {
            node ^= byte;
            let found = unit(node)?;
            // A leaf has the highest bit instead of a label.
            if found & (1 << 31 | 0xff) != byte {
                return None;
            }
            node ^= offset(found);
            if found & (1 << 8) != 0 {
                let start = unit(node)? & !(1 << 31);
                let rest = self.replacements.get(start as usize..)?;
                return Some(rest.split('\0').next().unwrap_or_default());
            }
        }
        None
    }
}

/// The distance of a node's children.
fn offset(unit: u32) -> u32 {
    (unit >> 10) << ((unit & (1 << 9)) >> 6)
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use proptest::prelude::*;
    use tokenizers::normalizers::Precompiled;
    use tokenizers::{NormalizedString, Normalizer as _};

    use super::*;

    /// A map of single bytes, each to a position in the replacements.
    fn of_bytes(map: &[(u8, u32)], replacements: &str) -> Vec<u8> {
        // The root's children begin at 256; the leaf of each lies 256 further.
        let mut trie = vec![0u32; 1024];
        trie[0] = 256 << 10;
        for &(byte, start) in map {
            let node = 256 ^ u32::from(byte);
            let leaf = 512 ^ u32::from(byte);
            trie[node as usize] = (node ^ leaf) << 10 | 1 << 8 | u32::from(byte);
            trie[leaf as usize] = 1 << 31 | start;
        }
        let bytes = trie.iter().flat_map(|unit| unit.to_le_bytes());
        (4096u32.to_le_bytes().into_iter()).chain(bytes).chain(replacements.bytes()).collect()
    }

    fn by_the_crate(bytes: &[u8], text: &str) -> Option<String> {
        let precompiled = Precompiled::from(bytes).ok()?;
        let normalize = || {
            let mut normalized = NormalizedString::from(text);
            precompiled.normalize(&mut normalized).ok()?;
            Some(normalized.get().to_owned())
        };
        catch_unwind(std::panic::AssertUnwindSafe(normalize)).ok()?
    }

    #[test]
    fn characters_are_replaced_as_the_crate_does() {
        let bytes = of_bytes(&[(b'a', 0), (b'b', 4), (b'c', 3)], "xyz\0é\0");
        let map = Charsmap::from_bytes(&bytes).unwrap();
        for (text, expected) in [("", ""), ("abcd", "xyzéd"), ("naïve a\u{301}", "nxyzïve xyz"), ("🙂", "🙂")] {
            assert_eq!(map.normalize(text), expected);
            assert_eq!(by_the_crate(&bytes, text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_map_that_is_cut_short_is_refused() {
        for bytes in [&[][..], &[1, 0, 0], &[8, 0, 0, 0, 1, 2, 3, 4], &[0xff; 8]] {
            assert!(Charsmap::from_bytes(bytes).is_none(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(
            map in prop::collection::vec((any::<u8>(), 0u32..9), 0..9),
            replacements in "[a-c\u{0}é]{0,6}",
            changes in prop::collection::vec((0usize..4200, any::<u8>()), 0..4),
            text in "\\PC{0,6}",
        ) {
            let mut bytes = of_bytes(&map, &replacements);
            let n = bytes.len();
            changes.into_iter().for_each(|(at, byte)| bytes[at % n] = byte);
            if let Some(map) = Charsmap::from_bytes(&bytes) {
                let found = map.normalize(&text);
                // Where the crate has an answer it is the same.
                if let Some(expected) = by_the_crate(&bytes, &text) {
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
