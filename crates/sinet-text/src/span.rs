//! A stretch of text in bytes.

use serde::{Deserialize, Serialize};

/// A stretch of text in UTF-8 bytes, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ByteSpan {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl ByteSpan {
    /// The text it names, or `None` if it leaves `text` or cuts a character.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }

    /// Its length in bytes.
    pub fn byte_len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_names_text_or_nothing() {
        for (start, end, expected) in [
            (0, 1, Some("a")),
            (1, 3, Some("é")),
            (3, 3, Some("")),
            (1, 2, None),
            (2, 3, None),
            (0, 4, None),
            (3, 1, None),
        ] {
            assert_eq!(ByteSpan { start, end }.of("aé"), expected, "{start}..{end}");
        }
    }
}
