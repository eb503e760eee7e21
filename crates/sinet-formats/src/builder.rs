//! Documents from formats that hold words and no text.

use sinet_text::{ByteSpan, WordRange};

use crate::document::LabelledDocument;
use crate::error::{Fault, Problem};
use crate::options::Ends;
use crate::words::span_of;

/// A document that grows word by word, joined by single spaces.
#[derive(Default)]
pub(crate) struct DocumentBuilder {
    pub document: LabelledDocument,
}

impl DocumentBuilder {
    pub(crate) fn new(id: String) -> Self {
        Self { document: LabelledDocument { id, ..LabelledDocument::default() } }
    }

    /// Adds a word.
    pub(crate) fn push(&mut self, word: &str) {
        self.push_after(" ", word);
    }

    /// Adds a word with `gap` between it and the word before.
    pub(crate) fn push_after(&mut self, gap: &str, word: &str) {
        let LabelledDocument { text, words, .. } = &mut self.document;
        if !words.is_empty() {
            text.push_str(gap);
        }
        let start = text.len();
        text.push_str(word);
        words.push(ByteSpan { start, end: text.len() });
    }

    /// Takes `text` for the one that the words are from, if it has them in order with nothing but white space around them;
    /// returns whether it has. Labels come after this.
    pub(crate) fn take_text(&mut self, text: &str) -> bool {
        let LabelledDocument { text: joined, words, .. } = &mut self.document;
        let mut end = 0;
        let mut placed = Vec::with_capacity(words.len());
        for word in words.iter() {
            let rest = text[end..].trim_start();
            let Some(word) = word.of(joined).filter(|word| rest.starts_with(word)) else { return false };
            let start = text.len() - rest.len();
            end = start + word.len();
            placed.push(ByteSpan { start, end });
        }
        if !text[end..].trim_start().is_empty() {
            return false;
        }
        (*joined, *words) = (text.to_owned(), placed);
        true
    }

    /// Ends a sentence after the last word.
    pub(crate) fn end_sentence(&mut self) {
        let LabelledDocument { words, sentences, .. } = &mut self.document;
        let start = sentences.last().map_or(0, |sentence| sentence.end);
        if start < words.len() {
            sentences.push(WordRange { start, end: words.len() });
        }
    }

    /// The bytes of a stretch of words that is already in range and not empty.
    pub(crate) fn span(&self, range: WordRange, field: impl FnOnce() -> String) -> Result<ByteSpan, Fault> {
        let span = span_of(&self.document.words, range);
        if span.byte_len() == 0 {
            return Err(Fault::at(field(), Problem::Contradiction("covers only empty words".to_owned())));
        }
        Ok(span)
    }
}

/// The range of a format's indices of words, and how it counts their ends.
pub(crate) struct WordBounds {
    /// How the format counts ends.
    pub by_format: Ends,
    /// How the user says that the file counts them.
    pub by_user: Option<Ends>,
    /// The words that exist.
    pub words: WordRange,
}

impl WordBounds {
    /// The words from `start` to `end` as the file counts them; `field` names either in errors.
    pub(crate) fn range(&self, start: usize, end: usize, field: impl Fn(&str) -> String) -> Result<WordRange, Fault> {
        let ends = self.by_user.unwrap_or(self.by_format);
        let last = match ends {
            Ends::Inclusive => Some(end),
            Ends::Exclusive => end.checked_sub(1),
        };
        let Some(last) = last.filter(|&last| last >= start) else {
            let hint = match ends {
                Ends::Inclusive => "ends are inclusive here, `end` is the last word",
                Ends::Exclusive if start == end => {
                    "ends are exclusive here, `end` is the word after the last, but this file seems to count inclusive ones"
                }
                Ends::Exclusive => "ends are exclusive here, `end` is the word after the last",
            };
            return Err(Fault::at(field("end"), Problem::EmptySpan { start, end, hint }));
        };
        for (name, index, word) in [("start", start, start), ("end", end, last)] {
            if word < self.words.start || word >= self.words.end {
                let hint = match ends {
                    Ends::Inclusive if name == "end" && end == self.words.end => {
                        "; ends are inclusive here, but this file seems to count exclusive ones"
                    }
                    _ if self.words.start > 0 => "; words count from the start of the document",
                    _ => "",
                };
                let count = self.words.end;
                return Err(Fault::at(field(name), Problem::OutOfRange { index, count, counted: "words", hint }));
            }
        }
        Ok(WordRange { start, end: last + 1 })
    }
}
