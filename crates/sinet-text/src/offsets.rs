//! Positions of one text in bytes, code points and UTF-16 code units, and the ways between them.

use crate::annotation::{OffsetUnit, TextRange};
use crate::span::ByteSpan;

/// Distance of two marks, in bytes: a look-up walks at most this far.
const STRIDE_BYTES: usize = 128;

/// The positions of one text in all three units.
///
/// Built in one pass; a look-up then costs a constant (from bytes) or a binary search (to bytes), in any
/// order. A position is the place before a character, or the end of the text; everything else, the inside of
/// a character included, gives `None`.
#[derive(Debug, Clone)]
pub struct Offsets<'t> {
    text: &'t str,
    /// The first character that starts at or after byte `i * STRIDE_BYTES`.
    marks: Vec<Position>,
}

/// One place in the text, in all units.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    byte: usize,
    code_point: usize,
    utf16: usize,
}

impl<'t> Offsets<'t> {
    /// Reads through `text` once.
    pub fn new(text: &'t str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / STRIDE_BYTES + 1);
        let mut here = Position::default();
        for character in text.chars() {
            if here.byte >= marks.len() * STRIDE_BYTES {
                marks.push(here);
            }
            here.pass(character);
        }
        if here.byte >= marks.len() * STRIDE_BYTES {
            marks.push(here);
        }
        Self { text, marks }
    }

    /// The position in code points of the position `byte`.
    pub fn code_point(&self, byte: usize) -> Option<usize> {
        self.at_byte(byte).map(|position| position.code_point)
    }

    /// The position in UTF-16 code units of the position `byte`.
    pub fn utf16(&self, byte: usize) -> Option<usize> {
        self.at_byte(byte).map(|position| position.utf16)
    }

    /// The position in bytes of the position `code_point`.
    pub fn byte_of_code_point(&self, code_point: usize) -> Option<usize> {
        self.find(code_point, |position| position.code_point).map(|position| position.byte)
    }

    /// The position in bytes of the position `utf16`, counted in UTF-16 code units.
    pub fn byte_of_utf16(&self, utf16: usize) -> Option<usize> {
        self.find(utf16, |position| position.utf16).map(|position| position.byte)
    }

    /// A stretch of bytes in another unit.
    pub fn range(&self, span: ByteSpan, unit: OffsetUnit) -> Option<TextRange> {
        let (start, end) = (self.at_byte(span.start)?, self.at_byte(span.end)?);
        Some(TextRange { start: start.counted_in(unit), end: end.counted_in(unit) })
    }

    /// A stretch in any unit as bytes.
    pub fn byte_span(&self, range: TextRange, unit: OffsetUnit) -> Option<ByteSpan> {
        let byte = |position| self.find(position, |here| here.counted_in(unit)).map(|here| here.byte);
        Some(ByteSpan { start: byte(range.start)?, end: byte(range.end)? })
    }

    /// Length of the text in `unit`.
    pub fn text_len(&self, unit: OffsetUnit) -> usize {
        self.at_byte(self.text.len()).expect("the end of a text is a position").counted_in(unit)
    }

    fn at_byte(&self, byte: usize) -> Option<Position> {
        if !self.text.is_char_boundary(byte) {
            return None;
        }
        self.find(byte, |position| position.byte)
    }

    /// The position whose `count` is exactly `wanted`.
    fn find(&self, wanted: usize, count: impl Fn(&Position) -> usize) -> Option<Position> {
        let marks_before = self.marks.partition_point(|mark| count(mark) <= wanted);
        let mut here = self.marks[marks_before.checked_sub(1)?];
        for character in self.text[here.byte..].chars() {
            if count(&here) >= wanted {
                break;
            }
            here.pass(character);
        }
        (count(&here) == wanted).then_some(here)
    }
}

impl Position {
    fn pass(&mut self, character: char) {
        self.byte += character.len_utf8();
        self.code_point += 1;
        self.utf16 += character.len_utf16();
    }

    fn counted_in(&self, unit: OffsetUnit) -> usize {
        match unit {
            OffsetUnit::Bytes => self.byte,
            OffsetUnit::CodePoints => self.code_point,
            OffsetUnit::Utf16 => self.utf16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_units_of_one_text() {
        // a: 1 byte; é: 2 bytes; 漢: 3 bytes; 😀: 4 bytes and 2 UTF-16 units.
        let offsets = Offsets::new("aé漢😀");
        let by_byte: Vec<_> = (0..=11).map(|byte| offsets.code_point(byte).zip(offsets.utf16(byte))).collect();
        let expected = [
            Some((0, 0)),
            Some((1, 1)),
            None,
            Some((2, 2)),
            None,
            None,
            Some((3, 3)),
            None,
            None,
            None,
            Some((4, 5)),
            None,
        ];
        assert_eq!(by_byte, expected);
        let bytes: Vec<_> = (0..=5).map(|cp| offsets.byte_of_code_point(cp)).collect();
        assert_eq!(bytes, [Some(0), Some(1), Some(3), Some(6), Some(10), None]);
        let bytes: Vec<_> = (0..=6).map(|unit| offsets.byte_of_utf16(unit)).collect();
        assert_eq!(bytes, [Some(0), Some(1), Some(3), Some(6), None, Some(10), None]);
    }

    #[test]
    fn the_empty_text_has_one_position() {
        let offsets = Offsets::new("");
        assert_eq!(offsets.code_point(0), Some(0));
        assert_eq!(offsets.byte_of_utf16(0), Some(0));
        assert_eq!(offsets.code_point(1), None);
        assert_eq!(offsets.byte_of_code_point(1), None);
    }

    proptest! {
        #[test]
        fn every_position_agrees_with_counting(text in "(\\PC|[a-z ]{0,80}|😀|\u{301}|\r\n){0,40}") {
            let offsets = Offsets::new(&text);
            let mut utf16 = 0;
            for (code_point, (byte, character)) in text.char_indices().enumerate() {
                prop_assert_eq!(offsets.code_point(byte), Some(code_point));
                prop_assert_eq!(offsets.utf16(byte), Some(utf16));
                prop_assert_eq!(offsets.byte_of_code_point(code_point), Some(byte));
                prop_assert_eq!(offsets.byte_of_utf16(utf16), Some(byte));
                for inside in byte + 1..byte + character.len_utf8() {
                    prop_assert_eq!(offsets.code_point(inside), None);
                }
                utf16 += character.len_utf16();
            }
            let (bytes, code_points) = (text.len(), text.chars().count());
            for (unit, len) in [(OffsetUnit::Bytes, bytes), (OffsetUnit::CodePoints, code_points), (OffsetUnit::Utf16, utf16)] {
                prop_assert_eq!(offsets.text_len(unit), len);
            }
            prop_assert_eq!(offsets.code_point(bytes), Some(code_points));
            prop_assert_eq!(offsets.byte_of_utf16(utf16), Some(bytes));
            prop_assert_eq!(offsets.byte_of_code_point(code_points + 1), None);
            prop_assert_eq!(offsets.byte_of_utf16(utf16 + 1), None);
        }
    }
}
