//! A bounded memory of widths: those that were asked for lately.

use std::collections::HashMap;

/// The most strings of one generation; two are remembered.
const REMEMBERED: usize = 10_000;

/// The longest string that is remembered, in bytes.
const LONGEST: usize = 100;

/// Widths of strings, in pixels. It holds no more than two generations of 10,000 strings of 100 bytes.
#[derive(Debug, Default)]
pub struct Recent {
    newer: HashMap<String, f32>,
    older: HashMap<String, f32>,
}

impl Recent {
    /// The width of a string, if it is remembered.
    pub fn get(&mut self, text: &str) -> Option<f32> {
        if let Some(&width) = self.newer.get(text) {
            return Some(width);
        }
        let (text, width) = self.older.remove_entry(text)?;
        self.remember(&text, width);
        Some(width)
    }

    /// Remembers a width, unless its string is very long.
    pub fn remember(&mut self, text: &str, width: f32) {
        if text.len() > LONGEST {
            return;
        }
        if self.newer.len() >= REMEMBERED {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(text.to_owned(), width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b25_no_more_is_remembered_than_two_generations() {
        let mut recent = Recent::default();
        for number in 0..5 * REMEMBERED {
            recent.remember(&number.to_string(), number as f32);
            assert_eq!(recent.get("0"), Some(0.0), "a word that is used all the time stays");
            assert!(recent.newer.len() + recent.older.len() <= 2 * REMEMBERED);
        }
        assert_eq!(recent.get("1"), None);
        recent.remember(&"x".repeat(LONGEST + 1), 1.0);
        assert_eq!(recent.get(&"x".repeat(LONGEST + 1)), None);
    }
}
