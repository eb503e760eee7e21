//! Text in UTF-8, whatever a file is written in.
//!
//! A byte order mark decides, or zero bytes as UTF-16 has them, or the first bytes that are no ASCII: whether UTF-8 has
//! such. Windows-1252 is what Latin-1 really is on the web and in most files. Its table is short; those of other encodings
//! are a large part of a page, and nothing in a file tells them apart.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use crate::error::Problem;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// The encoding that a reader has found so far, if it has.
pub(crate) type Found = Rc<Cell<Option<Encoding>>>;

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252 (Latin-1)",
        })
    }
}

impl Encoding {
    /// The sentence that says so, unless it is UTF-8.
    pub(crate) fn note(self) -> Option<String> {
        (self != Self::Utf8).then(|| format!("Some files are in {self}, not in UTF-8, and were read so."))
    }

    /// The encoding by the first bytes of a file, where they show it, and the length of the mark that does.
    fn by_start(bytes: &[u8]) -> Option<(Self, usize)> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => return Some((Self::Utf8, 3)),
            [0xff, 0xfe, ..] => return Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => return Some((Self::Utf16Be, 2)),
            _ => {}
        }
        // Without a mark: text that is mostly ASCII has a zero in most pairs, always in the same half.
        let pairs = bytes.chunks_exact(2).take(256);
        let zeros = |half: usize| pairs.clone().filter(|pair| pair[half] == 0).count();
        // Characters beyond the first 65536 have zeros in the other half too.
        let shows = |many: usize, few: usize| many > 4 * few && many * 2 >= pairs.len();
        match [zeros(0), zeros(1)] {
            [first, second] if shows(second, first) => Some((Self::Utf16Le, 0)),
            [first, second] if shows(first, second) => Some((Self::Utf16Be, 0)),
            _ => None,
        }
    }

    /// The encoding of bytes that go on after a stretch of ASCII: what most of the others are.
    fn by_content(bytes: &[u8]) -> Self {
        let (mut valid, mut invalid) = (0usize, 0usize);
        for chunk in bytes.utf8_chunks() {
            valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
            invalid += usize::from(!chunk.invalid().is_empty());
        }
        if invalid > valid { Self::Windows1252 } else { Self::Utf8 }
    }
}

/// The whole of a text file, without a byte order mark.
///
/// # Errors
/// If it is in no encoding that is known.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), Problem> {
    let bytes = match Encoding::by_start(&bytes) {
        None => match String::from_utf8(bytes) {
            Ok(text) => return Ok((text, Encoding::Utf8)),
            Err(error) => error.into_bytes(),
        },
        Some(_) => bytes,
    };
    let mut reader = Utf8Reader::new(bytes.as_slice(), Found::default());
    let mut text = String::new();
    reader.read_to_string(&mut text).map_err(|_| Problem::NotUtf8)?;
    Ok((text, reader.found.get().unwrap_or(Encoding::Utf8)))
}

/// The start of a file in UTF-8; it may end inside a character.
pub(crate) fn decode_start(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::by_start(bytes) {
        Some((Encoding::Utf8, mark)) => return Cow::Borrowed(&bytes[mark..]),
        None if Encoding::by_content(bytes) == Encoding::Utf8 => return Cow::Borrowed(bytes),
        _ => {}
    }
    let mut decoded = Vec::new();
    match Utf8Reader::new(bytes, Found::default()).read_to_end(&mut decoded) {
        Ok(_) => Cow::Owned(decoded),
        Err(_) => Cow::Borrowed(bytes),
    }
}

/// A file in UTF-8, without a byte order mark. What is in UTF-8 already passes as it is, right or wrong.
pub(crate) struct Utf8Reader<R> {
    input: R,
    state: State,
    /// What is read and not yet given.
    ready: Vec<u8>,
    given: usize,
    /// So many of the next bytes of the input are known to be ASCII.
    ascii: usize,
    found: Found,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// All was ASCII so far.
    Ascii,
    Utf8,
    Windows1252,
    /// With a byte that is half a unit, and a unit that is half a character.
    Utf16 {
        big_endian: bool,
        byte: Option<u8>,
        surrogate: Option<u16>,
    },
    End,
}

/// Bytes that an encoding is told by.
const ENOUGH: usize = 4096;

impl<R: BufRead> Utf8Reader<R> {
    /// Reads `input`, and says its encoding in `found` once it is known.
    pub(crate) fn new(input: R, found: Found) -> Self {
        Self { input, state: State::Start, ready: Vec::new(), given: 0, ascii: 0, found }
    }

    fn decided(&mut self, encoding: Encoding) -> State {
        self.found.set(Some(encoding));
        let utf16 = |big_endian| State::Utf16 { big_endian, byte: None, surrogate: None };
        match encoding {
            Encoding::Utf8 => State::Utf8,
            Encoding::Windows1252 => State::Windows1252,
            Encoding::Utf16Le => utf16(false),
            Encoding::Utf16Be => utf16(true),
        }
    }

    /// Takes bytes from the input until there are enough to tell an encoding by.
    fn staged(&mut self) -> io::Result<Vec<u8>> {
        let mut staged: Vec<u8> = Vec::new();
        // Nothing is cut where they end in ASCII.
        let is_cut = |staged: &Vec<u8>| staged.len() < 2 * ENOUGH && staged.last().is_some_and(|last| !last.is_ascii());
        while staged.len() < ENOUGH || is_cut(&staged) {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let used = buffer.len().min(ENOUGH);
            staged.extend_from_slice(&buffer[..used]);
            self.input.consume(used);
        }
        Ok(staged)
    }

    fn start(&mut self) -> io::Result<()> {
        let staged = self.staged()?;
        let (state, mark) = match Encoding::by_start(&staged) {
            Some((encoding, mark)) => (self.decided(encoding), mark),
            None if staged.is_ascii() => (State::Ascii, 0),
            None => (self.decided(Encoding::by_content(&staged)), 0),
        };
        self.state = state;
        self.recode(&staged[mark..]);
        Ok(())
    }

    /// Makes `bytes` ready, from the encoding that the state says.
    fn recode(&mut self, bytes: &[u8]) {
        match self.state {
            State::Windows1252 => {
                for &byte in bytes {
                    let mut utf8 = [0; 4];
                    self.ready.extend_from_slice(windows_1252(byte).encode_utf8(&mut utf8).as_bytes());
                }
            }
            State::Utf16 { .. } => bytes.iter().for_each(|&byte| self.push_utf16(byte)),
            _ => self.ready.extend_from_slice(bytes),
        }
    }

    fn push_utf16(&mut self, next: u8) {
        let State::Utf16 { big_endian, byte, surrogate } = &mut self.state else { return };
        let Some(first) = byte.take() else {
            *byte = Some(next);
            return;
        };
        let unit = if *big_endian { u16::from_be_bytes([first, next]) } else { u16::from_le_bytes([first, next]) };
        let is_first_half = (0xd800..0xdc00).contains(&unit);
        let units = surrogate.take().into_iter().chain([unit]);
        if is_first_half {
            *surrogate = Some(unit);
            if units.count() == 1 {
                return;
            }
            // The half before it has no other.
            self.push(char::REPLACEMENT_CHARACTER);
            return;
        }
        let characters: Vec<char> =
            char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        characters.into_iter().for_each(|character| self.push(character));
    }

    fn push(&mut self, character: char) {
        let mut utf8 = [0; 4];
        self.ready.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
    }

    /// Ends a file that ends inside a character.
    fn end(&mut self) {
        let is_cut =
            matches!(self.state, State::Utf16 { byte, surrogate, .. } if byte.is_some() || surrogate.is_some());
        if is_cut {
            self.push(char::REPLACEMENT_CHARACTER);
        }
        self.state = State::End;
    }

    /// Whether what the input gives now is given as it is.
    fn passes(&mut self) -> io::Result<bool> {
        Ok(match self.state {
            State::Utf8 | State::End => true,
            State::Ascii => self.ascii > 0 || self.input.fill_buf()?.first().is_none_or(u8::is_ascii),
            State::Start | State::Windows1252 | State::Utf16 { .. } => false,
        })
    }
}

impl<R: BufRead> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.given == self.ready.len() && !self.passes()? {
            self.ready.clear();
            self.given = 0;
            match self.state {
                State::Start => self.start()?,
                State::Ascii => {
                    let staged = self.staged()?;
                    self.state = self.decided(Encoding::by_content(&staged));
                    self.recode(&staged);
                }
                _ => {
                    let staged = self.staged()?;
                    if staged.is_empty() {
                        self.end();
                    }
                    self.recode(&staged);
                }
            }
        }
        if self.given < self.ready.len() {
            return Ok(&self.ready[self.given..]);
        }
        let buffer = self.input.fill_buf()?;
        if self.state != State::Ascii {
            return Ok(buffer);
        }
        // An encoding is told where the first byte of it is.
        if self.ascii == 0 {
            let is_ascii = buffer.is_ascii();
            let other = || buffer.iter().position(|byte| !byte.is_ascii());
            self.ascii = if is_ascii { buffer.len() } else { other().unwrap_or(buffer.len()) };
        }
        Ok(&buffer[..self.ascii])
    }

    fn consume(&mut self, amount: usize) {
        if self.given < self.ready.len() {
            self.given += amount;
        } else {
            self.ascii = self.ascii.saturating_sub(amount);
            self.input.consume(amount);
        }
    }
}

impl<R: BufRead> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let read = ready.len().min(buffer.len());
        buffer[..read].copy_from_slice(&ready[..read]);
        self.consume(read);
        Ok(read)
    }
}

/// The character of a byte in Windows-1252; the five that it leaves open are controls, as in Latin-1.
fn windows_1252(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..0xa0 => FROM_80[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    /// The text through a buffer of `capacity` bytes, and its encoding.
    fn read(bytes: &[u8], capacity: usize) -> (Vec<u8>, Option<Encoding>) {
        let mut reader = Utf8Reader::new(BufReader::with_capacity(capacity, bytes), Found::default());
        let mut decoded = Vec::new();
        reader.read_to_end(&mut decoded).unwrap();
        (decoded, reader.found.get())
    }

    #[test]
    fn encodings_are_told() {
        use Encoding::{Utf8, Utf16Be, Utf16Le, Windows1252};
        let text = "{\"text\": \"naïve 😀\"}";
        let cases: [(Vec<u8>, &str, Option<Encoding>); 9] = [
            (b"plain".to_vec(), "plain", None),
            (text.into(), text, Some(Utf8)),
            (format!("\u{feff}{text}").into(), text, Some(Utf8)),
            (utf16(text, false), text, Some(Utf16Le)),
            (utf16(text, true), text, Some(Utf16Be)),
            (utf16(&format!("\u{feff}{text}"), false), text, Some(Utf16Le)),
            (utf16(&format!("\u{feff}{text}"), true), text, Some(Utf16Be)),
            (b"na\xefve \x80 \x93x\x94".to_vec(), "naïve € “x”", Some(Windows1252)),
            (
                [b"a".repeat(10_000), b"\xe9t\xe9".to_vec()].concat(),
                &format!("{}été", "a".repeat(10_000)),
                Some(Windows1252),
            ),
        ];
        for (bytes, expected, encoding) in cases {
            for capacity in [1, 3, 8192] {
                let (decoded, found) = read(&bytes, capacity);
                assert_eq!(String::from_utf8(decoded).unwrap(), expected, "{capacity}");
                assert_eq!(found, encoding, "{expected} {capacity}");
            }
            assert_eq!(decode(bytes.clone()).unwrap().0, expected);
            assert_eq!(decode_start(&bytes), expected.as_bytes());
        }
        // One wrong byte makes no other encoding of it.
        let damaged = "é é \u{e9}".as_bytes().iter().copied().chain([0xff]).collect::<Vec<u8>>();
        assert!(matches!(decode(damaged), Err(Problem::NotUtf8)));
        assert_eq!(
            read(&[utf16("a", false), vec![0x3d, 0xd8, b'b', 0, 0]].concat(), 8192).0,
            "a\u{fffd}b\u{fffd}".as_bytes()
        );
    }

    proptest! {
        #[test]
        fn text_comes_back_through_any_buffer(text in "[a-z é😀漢\r\n]{0,200}", capacity in 1..64usize) {
            let marked = format!("\u{feff}{text}");
            for bytes in [text.clone().into_bytes(), utf16(&marked, false), utf16(&marked, true)] {
                prop_assert_eq!(read(&bytes, capacity).0, text.as_bytes());
            }
            let latin: String = text.chars().map(|one| if u32::from(one) < 0x100 { one } else { 'x' }).collect();
            let bytes: Vec<u8> = latin.chars().map(|one| u8::try_from(one).unwrap()).collect();
            // A single é between two others may be a character in UTF-8.
            if str::from_utf8(&bytes).is_err() {
                prop_assert_eq!(read(&bytes, capacity).0, latin.as_bytes());
            }
        }
    }
}
