//! The objects of a JSON file, one at a time: the objects of an array, or values one after the other.
//!
//! `serde_json` reads either all of an array or values without an array around them. Here the bytes of one object are cut
//! out at a time, so that a file of any length needs the memory of its largest object; its grammar is left to
//! `serde_json`.

use std::io::BufRead;

use crate::error::Problem;
use crate::options::Limits;

/// The objects of a JSON file.
pub(crate) struct JsonObjects<R> {
    input: R,
    limits: Limits,
    line: u64,
    state: State,
}

/// The reader's place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// Between values that no array holds.
    Values,
    /// After `[`.
    FirstElement,
    /// After an element of the array.
    AfterElement,
    /// After a comma in the array.
    NextElement,
    /// Nothing more may come.
    End,
    /// After an error: where the next object begins is not known.
    Broken,
}

/// One object.
pub(crate) struct JsonObject {
    /// Its bytes, from `{` to `}`.
    pub json: Vec<u8>,
    /// The line that it starts on, from 1.
    pub line: u64,
}

impl<R: BufRead> JsonObjects<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self { input, limits, line: 1, state: State::Start }
    }

    /// The line that is being read, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The next object, or `None` after the last and after an error.
    pub(crate) fn next(&mut self) -> Result<Option<JsonObject>, Problem> {
        let next = self.advance();
        if next.is_err() {
            self.state = State::Broken;
        }
        next
    }

    fn advance(&mut self) -> Result<Option<JsonObject>, Problem> {
        if self.state == State::Broken {
            return Ok(None);
        }
        if self.state == State::Start {
            self.skip_byte_order_mark()?;
        }
        loop {
            let Some(byte) = self.peek_token()? else {
                return match self.state {
                    State::Start | State::Values | State::End => Ok(None),
                    _ => Err(Problem::Json("the file ends inside an array; its end is missing".to_owned())),
                };
            };
            self.state = match (self.state, byte) {
                (State::Start, b'[') => State::FirstElement,
                (State::FirstElement | State::AfterElement, b']') => State::End,
                (State::AfterElement, b',') => State::NextElement,
                (State::Start | State::Values, b'{') => {
                    self.state = State::Values;
                    return self.object().map(Some);
                }
                (State::FirstElement | State::NextElement, b'{') => {
                    self.state = State::AfterElement;
                    return self.object().map(Some);
                }
                // No character begins so; 0 is half of one in UTF-16.
                (_, 0 | 0x80..=0xc1 | 0xf5..) => return Err(Problem::NotUtf8),
                (state, byte) => return Err(Problem::Json(state.complaint(byte))),
            };
            self.input.consume(1);
        }
    }

    fn object(&mut self) -> Result<JsonObject, Problem> {
        let mut element = JsonObject { json: Vec::new(), line: self.line };
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Err(Problem::Json("the file ends inside an object; its end is missing".to_owned()));
            }
            let mut used = 0;
            let mut closed = false;
            for &byte in buffer {
                used += 1;
                if byte == b'\n' {
                    self.line += 1;
                }
                if in_string {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => in_string = false,
                        _ => {}
                    }
                    continue;
                }
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => {
                        depth += 1;
                        if depth > self.limits.depth {
                            return Err(Problem::TooDeep { limit: self.limits.depth });
                        }
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            closed = true;
                            break;
                        }
                    }
                    _ => {}
                }
            }
            if element.json.len() + used > self.limits.document_bytes {
                return Err(Problem::TooLarge { what: "the document", limit: self.limits.document_bytes });
            }
            element.json.extend_from_slice(&buffer[..used]);
            self.input.consume(used);
            if closed {
                return if str::from_utf8(&element.json).is_ok() { Ok(element) } else { Err(Problem::NotUtf8) };
            }
        }
    }

    /// The next byte that is not white space, not consumed.
    fn peek_token(&mut self) -> Result<Option<u8>, Problem> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let blank = buffer.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
            self.line += buffer[..blank].iter().filter(|&&byte| byte == b'\n').count() as u64;
            let token = buffer.get(blank).copied();
            self.input.consume(blank);
            if token.is_some() {
                return Ok(token);
            }
        }
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), Problem> {
        if self.input.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
            self.input.consume('\u{feff}'.len_utf8());
        }
        Ok(())
    }
}

impl State {
    /// The sentence that refuses `byte` here.
    fn complaint(self, byte: u8) -> String {
        let expected = match self {
            Self::Start => "an array or an object",
            Self::Values | Self::NextElement => "an object",
            Self::FirstElement => "an object or the end of the array",
            Self::AfterElement => "a comma or the end of the array",
            Self::End | Self::Broken => "nothing more after the array",
        };
        format!("expected {expected}, found {:?}", char::from(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::io::{BufReader, Cursor};

    /// The objects with their lines, read through a buffer of two bytes, then the error.
    #[track_caller]
    fn check(json: impl AsRef<[u8]>, expected: Expect) {
        let limits = Limits { document_bytes: 24, depth: 3, ..Limits::default() };
        let mut objects = JsonObjects::new(BufReader::with_capacity(3, Cursor::new(json)), limits);
        let mut seen = String::new();
        loop {
            match objects.next() {
                Ok(Some(element)) => {
                    seen += &format!("{}: {}\n", element.line, String::from_utf8(element.json).unwrap());
                }
                Ok(None) => break,
                Err(problem) => {
                    seen += &format!("{}: {problem}\n", objects.line());
                    break;
                }
            }
        }
        expected.assert_eq(&seen);
    }

    #[test]
    fn objects_in_an_array_or_one_after_the_other() {
        check("", expect![[""]]);
        check(" \n[ ]\n", expect![[""]]);
        check(
            "\u{feff}[{},\n{\"a\":\"]}\\\"\"}\n]",
            expect![[r#"
            1: {}
            2: {"a":"]}\""}
        "#]],
        );
        check(
            "{}\r\n{\"é\": [{}]} {}",
            expect![[r#"
            1: {}
            2: {"é": [{}]}
            2: {}
        "#]],
        );
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused() {
        check(
            "[{}",
            expect![[r#"
            1: {}
            1: the file ends inside an array; its end is missing
        "#]],
        );
        check(
            "[{},]",
            expect![[r#"
            1: {}
            1: expected an object, found ']'
        "#]],
        );
        check(
            "[{}{}]",
            expect![[r#"
            1: {}
            1: expected a comma or the end of the array, found '{'
        "#]],
        );
        check("[] []", expect!["1: expected nothing more after the array, found '['\n"]);
        check("\n7", expect!["2: expected an array or an object, found '7'\n"]);
        check("{\"a\":\n", expect!["2: the file ends inside an object; its end is missing\n"]);
        check(b"[\xff", expect!["1: is not text in UTF-8; save it in that encoding\n"]);
        check(b"\xff\xfe[\0{\0", expect!["1: is not text in UTF-8; save it in that encoding\n"]);
        check(b"{\"a\":\"\xfc\"}", expect!["1: is not text in UTF-8; save it in that encoding\n"]);
        check("{\"a\":[[[0]]]}", expect!["1: is nested deeper than 3 levels\n"]);
        check(
            "{\"a\":\"0123456789012345678\"}",
            expect![[r#"
                1: the document is larger than 24 bytes; split it into smaller ones
            "#]],
        );
    }
}
