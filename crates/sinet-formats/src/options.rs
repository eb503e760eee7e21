//! The options of a reader.

/// How to read a file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Bounds of the reader's memory.
    pub limits: Limits,
    /// How the file counts ends of words, where it does not do as its format says.
    pub ends: Option<Ends>,
    /// The field that holds the text, where a record has several or none of a usual name.
    pub text_field: Option<String>,
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
