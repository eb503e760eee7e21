//! MessagePack, one value at a time: nothing is held, so that a small file cannot become a large tree.

use rmp::Marker;

/// A value, or the head of one with values in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'f> {
    /// So many keys and values follow, in turn.
    Map(usize),
    /// So many values follow.
    List(usize),
    Text(&'f [u8]),
    Bytes(&'f [u8]),
    Number(f64),
    /// A number that is whole and not negative.
    Natural(u64),
    Bool(bool),
    Nil,
    Other,
}

/// A place in a file.
#[derive(Clone, Copy)]
pub(super) struct Values<'f>(pub &'f [u8]);

impl<'f> Values<'f> {
    /// The next value, or `None` where there is no whole one.
    pub(super) fn next(&mut self) -> Option<Token<'f>> {
        let marker = Marker::from_u8(self.bytes(1)?[0]);
        Some(match marker {
            Marker::FixPos(number) => Token::Natural(number.into()),
            Marker::FixNeg(number) => Token::Number(number.into()),
            Marker::U8 => Token::Natural(self.number(1)?),
            Marker::U16 => Token::Natural(self.number(2)?),
            Marker::U32 => Token::Natural(self.number(4)?),
            Marker::U64 => Token::Natural(self.number(8)?),
            Marker::I8 => signed(self.number(1)? as i8 as i64),
            Marker::I16 => signed(self.number(2)? as i16 as i64),
            Marker::I32 => signed(self.number(4)? as i32 as i64),
            Marker::I64 => signed(self.number(8)? as i64),
            Marker::F32 => Token::Number(f32::from_bits(self.number(4)? as u32).into()),
            Marker::F64 => Token::Number(f64::from_bits(self.number(8)?)),
            Marker::FixMap(count) => Token::Map(count.into()),
            Marker::Map16 => Token::Map(self.length(2)?),
            Marker::Map32 => Token::Map(self.length(4)?),
            Marker::FixArray(count) => Token::List(count.into()),
            Marker::Array16 => Token::List(self.length(2)?),
            Marker::Array32 => Token::List(self.length(4)?),
            Marker::FixStr(length) => Token::Text(self.bytes(length.into())?),
            Marker::Str8 => Token::Text(self.prefixed(1)?),
            Marker::Str16 => Token::Text(self.prefixed(2)?),
            Marker::Str32 => Token::Text(self.prefixed(4)?),
            Marker::Bin8 => Token::Bytes(self.prefixed(1)?),
            Marker::Bin16 => Token::Bytes(self.prefixed(2)?),
            Marker::Bin32 => Token::Bytes(self.prefixed(4)?),
            Marker::True => Token::Bool(true),
            Marker::False => Token::Bool(false),
            Marker::Null => Token::Nil,
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.length(1).and_then(|length| self.extension(length))?,
            Marker::Ext16 => self.length(2).and_then(|length| self.extension(length))?,
            Marker::Ext32 => self.length(4).and_then(|length| self.extension(length))?,
            Marker::Reserved => return None,
        })
    }

    /// Passes over a whole value.
    pub(super) fn skip(&mut self) -> Option<()> {
        let mut left: usize = 1;
        while left > 0 {
            left -= 1;
            match self.next()? {
                Token::Map(count) => left = left.checked_add(count.checked_mul(2)?)?,
                Token::List(count) => left = left.checked_add(count)?,
                _ => {}
            }
        }
        Some(())
    }

    /// The number of keys, if the next value is a map.
    pub(super) fn map(&mut self) -> Option<usize> {
        match self.next()? {
            Token::Map(count) => Some(count),
            _ => None,
        }
    }

    /// The number of values, if the next value is a list.
    pub(super) fn list(&mut self) -> Option<usize> {
        match self.next()? {
            Token::List(count) => Some(count),
            _ => None,
        }
    }

    /// The text or bytes, if the next value is one.
    pub(super) fn blob(&mut self) -> Option<&'f [u8]> {
        match self.next()? {
            Token::Text(bytes) | Token::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn bytes(&mut self, count: usize) -> Option<&'f [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// A number of so many bytes, the highest first.
    fn number(&mut self, count: usize) -> Option<u64> {
        Some(self.bytes(count)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn length(&mut self, count: usize) -> Option<usize> {
        self.number(count)?.try_into().ok()
    }

    fn prefixed(&mut self, count: usize) -> Option<&'f [u8]> {
        let length = self.length(count)?;
        self.bytes(length)
    }

    fn extension(&mut self, length: usize) -> Option<Token<'f>> {
        self.bytes(length.checked_add(1)?)?;
        Some(Token::Other)
    }
}

fn signed<'f>(number: i64) -> Token<'f> {
    u64::try_from(number).map_or(Token::Number(number as f64), Token::Natural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_passed_over() {
        let file = b"\x82\xa1a\x93\x01\xff\xcb\x3f\xe0\0\0\0\0\0\0\xc4\x01b\xd4\x05\x07\xc3";
        let mut values = Values(file);
        assert_eq!(values.map(), Some(2));
        assert_eq!(values.blob(), Some(&b"a"[..]));
        assert_eq!(values.list(), Some(3));
        let numbers = [values.next(), values.next(), values.next()];
        assert_eq!(numbers, [Token::Natural(1), Token::Number(-1.0), Token::Number(0.5)].map(Some));
        assert_eq!(values.blob(), Some(&b"b"[..]));
        assert_eq!(values.next(), Some(Token::Other));
        assert_eq!(values.next(), Some(Token::Bool(true)));
        assert_eq!(values.next(), None);
        let mut whole = Values(file);
        assert_eq!((whole.skip(), whole.0.len()), (Some(()), 1));
        // A length is a claim.
        assert_eq!(Values(b"\xdd\xff\xff\xff\xff").skip(), None);
        assert_eq!(Values(b"\xc6\xff\xff\xff\xff").next(), None);
    }
}
