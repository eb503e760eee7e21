//! Words of raw text.

use crate::span::ByteSpan;

/// Appends the words of one `sentence` of `text` to `words`.
pub fn split_into(text: &str, sentence: ByteSpan, words: &mut Vec<ByteSpan>) {
    let mut start = None;
    let end = sentence.end;
    for (byte, character) in text[sentence.start..end].char_indices() {
        let byte = byte + sentence.start;
        if character.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(ByteSpan { start, end: byte });
            }
        } else if start.is_none() {
            start = Some(byte);
        }
    }
    if let Some(start) = start {
        words.push(ByteSpan { start, end });
    }
}
