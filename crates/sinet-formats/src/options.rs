//! The options of a reader.

use std::num::NonZeroUsize;
use std::str::FromStr;

/// How to read a file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Bounds of the reader's memory.
    pub limits: Limits,
    /// The fate of documents that only a model has labelled.
    pub predictions: Predictions,
    /// How the file counts ends of words, where it does not do as its format says.
    pub ends: Option<Ends>,
    /// The columns of a file of columns, where they are not to be found by evidence.
    pub columns: Columns,
    /// The field that holds the text, where a record has several or none of a usual name.
    pub text_field: Option<String>,
}

/// Columns of a file that has a word a line, counted from 1. Reads as `word=2,tag=3`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columns {
    /// The column of words.
    pub word: Option<NonZeroUsize>,
    /// The column of tags.
    pub tag: Option<NonZeroUsize>,
}

/// A text names no columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} names no columns; write word=2,tag=3 or one of the two, counted from 1")]
pub struct UnknownColumns {
    /// The text.
    pub text: String,
}

impl FromStr for Columns {
    type Err = UnknownColumns;

    fn from_str(text: &str) -> Result<Self, UnknownColumns> {
        let unknown = || UnknownColumns { text: text.to_owned() };
        let mut columns = Self::default();
        for part in text.split(',') {
            let (name, number) = part.split_once('=').ok_or_else(unknown)?;
            let number = number.trim().parse().map_err(|_| unknown())?;
            match name.trim() {
                "word" => columns.word = Some(number),
                "tag" => columns.tag = Some(number),
                _ => return Err(unknown()),
            }
        }
        if columns.word.is_some() && columns.word == columns.tag {
            return Err(unknown());
        }
        Ok(columns)
    }
}

/// The fate of documents that only a model has labelled: their labels are no truth to learn from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Predictions {
    /// They are read, and their labels marked as a model's work.
    #[default]
    Marked,
    /// They are left out and counted.
    LeftOut,
}

/// Whether the end of a stretch belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The end is the last word.
    Inclusive,
    /// The end is the word after the last.
    Exclusive,
}

/// Bounds of a reader's memory. A file that exceeds one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one document, as it stands in the file.
    pub document_bytes: usize,
    /// Levels of nested JSON, at most 100.
    pub depth: usize,
    /// Entities and relations of one document.
    pub labels: usize,
    /// Bytes of a zip archive.
    pub archive_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { document_bytes: 32 << 20, depth: 64, labels: 200_000, archive_bytes: 1 << 30 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_from_1() {
        let columns: Columns = "word=2, tag=3".parse().unwrap();
        assert_eq!((columns.word, columns.tag), (NonZeroUsize::new(2), NonZeroUsize::new(3)));
        assert_eq!("tag=4".parse::<Columns>().unwrap().word, None);
        for text in ["", "word", "word=0", "tag=-1", "word=x", "label=2", "word=2,tag=2"] {
            assert!(text.parse::<Columns>().is_err(), "{text}");
        }
    }
}
