//! The records of a JSON file, one at a time: the elements of an array, or values one after the other. A record is an object
//! or a list.
//!
//! `serde_json` reads either all of an array or values without an array around them. Here the bytes of one record are cut
//! out at a time, so that a file of any length needs the memory of its largest record; its grammar is left to
//! `serde_json`.

use std::io::BufRead;

use crate::error::Problem;
use crate::options::Limits;

/// The records of a JSON file.
pub(crate) struct JsonObjects<R> {
    input: R,
    limits: Limits,
    line: u64,
    state: State,
    /// Whether a record so far began and ended on one line, with no array around it.
    by_line: bool,
    /// Whether the start of the next record is known in spite of the last error.
    recovered: bool,
    /// Records that are read before all that comes, in reverse.
    before: Vec<JsonObject>,
    /// The line of the last error, where that is not the line that is being read.
    faulty_line: Option<u64>,
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

/// One record.
pub(crate) struct JsonObject {
    /// Its text, from `{` to `}` or `[` to `]`.
    pub json: String,
    /// The line that it starts on, from 1.
    pub line: u64,
}

impl<R: BufRead> JsonObjects<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self {
            input,
            limits,
            line: 1,
            state: State::Start,
            by_line: false,
            recovered: false,
            before: Vec::new(),
            faulty_line: None,
        }
    }

    /// The line that is being read or that the last error is on, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.faulty_line.unwrap_or(self.line)
    }

    /// Whether the start of the next record is known.
    pub(crate) fn goes_on(&self) -> bool {
        self.state != State::Broken
    }

    /// The next record, or `None` after the last, and after an error from which none can be told.
    pub(crate) fn next(&mut self) -> Result<Option<JsonObject>, Problem> {
        if let Some(record) = self.before.pop() {
            return Ok(Some(record));
        }
        self.recovered = false;
        self.faulty_line = None;
        let next = self.advance();
        if next.is_err() && !self.recovered {
            self.state = State::Broken;
        }
        next
    }

    /// Gives these records, which were found in the last one, before those that come.
    pub(crate) fn put_back(&mut self, records: Vec<String>, line: u64) {
        self.before.extend(records.into_iter().rev().map(|json| JsonObject { json, line }));
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
                (State::Start, b'{') | (State::Values, b'{' | b'[') => {
                    self.state = State::Values;
                    return self.record(b"").map(Some);
                }
                // No list of records, but a record that is a list.
                (State::FirstElement, b'"') => {
                    self.state = State::Values;
                    return self.record(b"[").map(Some);
                }
                (State::FirstElement | State::NextElement, b'{' | b'[') => {
                    self.state = State::AfterElement;
                    return self.record(b"").map(Some);
                }
                // No character begins so; 0 is half of one in UTF-16.
                (_, 0 | 0x80..=0xc1 | 0xf5..) => return Err(Problem::NotUtf8),
                (State::Values, byte) => {
                    if self.by_line {
                        self.pass_over_line()?;
                        self.recovered = true;
                    }
                    return Err(Problem::Json(State::Values.complaint(byte)));
                }
                (state, byte) => return Err(Problem::Json(state.complaint(byte))),
            };
            self.input.consume(1);
        }
    }

    /// The record of which `begun` is read already.
    fn record(&mut self, begun: &[u8]) -> Result<JsonObject, Problem> {
        let (mut record, line) = (begun.to_vec(), self.line);
        let (mut depth, mut in_string, mut escaped) = (begun.len(), false, false);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                self.recovered = self.by_line;
                return Err(Problem::Json(format!("the file ends inside {}; its end is missing", kind(&record))));
            }
            // Where every record has a line, one whose end is missing takes none of the next.
            if self.by_line && self.line > line && record.ends_with(b"\n") && buffer[0] == b'{' {
                self.recovered = true;
                self.faulty_line = Some(line);
                let problem = format!("the line ends inside {}; its end is missing", kind(&record));
                return Err(Problem::Json(problem));
            }
            let mut used = 0;
            let mut closed = false;
            loop {
                if !escaped {
                    let is_plain = if in_string { PLAIN_IN_STRINGS } else { PLAIN_BETWEEN };
                    used += buffer[used..].iter().take_while(|&&byte| is_plain[usize::from(byte)]).count();
                }
                let Some(&byte) = buffer.get(used) else { break };
                used += 1;
                if byte == b'\n' {
                    self.line += 1;
                    if self.by_line {
                        break;
                    }
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
            if record.len() + used > self.limits.document_bytes {
                return Err(Problem::TooLarge { what: "the document", limit: self.limits.document_bytes });
            }
            record.extend_from_slice(&buffer[..used]);
            self.input.consume(used);
            if closed {
                self.by_line |= self.state == State::Values && self.line == line;
                // The record is passed, whatever it holds.
                self.recovered = true;
                let json = String::from_utf8(record).map_err(|_| Problem::NotUtf8)?;
                return Ok(JsonObject { json, line });
            }
        }
    }

    fn pass_over_line(&mut self) -> Result<(), Problem> {
        loop {
            let buffer = self.input.fill_buf()?;
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let used = end.unwrap_or(buffer.len());
            let ends = buffer.is_empty() || end.is_some();
            self.input.consume(used);
            if ends {
                return Ok(());
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

/// The bytes that neither end a string or a line nor change the next.
const PLAIN_IN_STRINGS: &[bool; 256] = &all_but(b"\"\\\n");

/// The bytes between strings that neither open nor close anything, nor end a line.
const PLAIN_BETWEEN: &[bool; 256] = &all_but(b"\"{}[]\n");

const fn all_but(others: &[u8]) -> [bool; 256] {
    let mut is_plain = [true; 256];
    let mut index = 0;
    while index < others.len() {
        is_plain[others[index] as usize] = false;
        index += 1;
    }
    is_plain
}

/// A record by its first byte.
fn kind(json: &[u8]) -> &'static str {
    if json.starts_with(b"[") { "a list" } else { "an object" }
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
        if byte.is_ascii() {
            format!("expected {expected}, found {:?}", char::from(byte))
        } else {
            format!("expected {expected}, found a character beyond ASCII")
        }
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
                    seen += &format!("{}: {}\n", element.line, element.json);
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
