//! Sentences of raw text.

use unicode_segmentation::UnicodeSegmentation;

use crate::span::ByteSpan;

/// The sentences of `text`, in order, without white space around them.
pub fn split(text: &str) -> Vec<ByteSpan> {
    text.split_sentence_bound_indices()
        .filter_map(|(start, sentence)| {
            let start = start + (sentence.len() - sentence.trim_start().len());
            let end = start + sentence.trim().len();
            (start < end).then_some(ByteSpan { start, end })
        })
        .collect()
}
