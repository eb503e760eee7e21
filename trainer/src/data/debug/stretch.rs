//! The words and the sentence of an entity, found once for all that asks for them.

use sinet_formats::LabelledDocument;
use sinet_text::{ByteSpan, WordRange};

/// The stretch of words of an entity, in a document that has words.
pub(super) struct Stretch {
    /// The words that it touches, counted from the start of the document.
    pub words: Option<WordRange>,
    /// The sentence that holds all of these.
    pub sentence: Option<usize>,
}

impl Stretch {
    pub fn of(span: ByteSpan, document: &LabelledDocument) -> Self {
        let words = document.words_of(span);
        let sentence = words.and_then(|words| {
            let sentence = document.sentences.partition_point(|sentence| sentence.end <= words.start);
            document.sentences.get(sentence).filter(|found| words.end <= found.end).map(|_| sentence)
        });
        Self { words, sentence }
    }

    /// The number of its words.
    pub fn width(&self) -> usize {
        self.words.map_or(0, |words| words.end - words.start)
    }

    /// Whether `span`, which is here, begins or ends inside a word.
    pub fn widens(&self, span: ByteSpan, document: &LabelledDocument) -> bool {
        self.words.is_some_and(|words| {
            let words = &document.words[words.start..words.end];
            words[0].start < span.start || words[words.len() - 1].end > span.end
        })
    }
}
