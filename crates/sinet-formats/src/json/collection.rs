//! The documents of a JSON file that holds them in a field of one object, beside what is said of all of them.

use std::io::BufRead;

use super::objects::JsonObject;
use crate::error::Problem;
use crate::options::Limits;

/// The objects in a field of an outer object, one at a time; an object that has no such field stands for itself.
pub(crate) struct Collection<R> {
    input: R,
    /// The fields that may hold the documents.
    fields: &'static [&'static str],
    limits: Limits,
    line: u64,
    state: State,
    /// Whether the outer objects stand in a list that is open.
    in_list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between outer objects.
    Between,
    /// In the field, before an object or the end.
    InField,
    /// In an outer object, after its field.
    AfterField,
    /// After an error: where the next object begins is not known.
    Broken,
}

impl<R: BufRead> Collection<R> {
    pub(crate) fn new(input: R, fields: &'static [&'static str], limits: Limits) -> Self {
        Self { input, fields, limits, line: 1, state: State::Between, in_list: false }
    }

    /// The line that is being read, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the start of the next object is known.
    pub(crate) fn goes_on(&self) -> bool {
        self.state != State::Broken
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
        loop {
            let token = match self.state {
                State::Broken => return Ok(None),
                State::AfterField => {
                    self.skip_rest()?;
                    self.state = State::Between;
                    continue;
                }
                State::Between | State::InField => self.token()?,
            };
            match (self.state, token) {
                (State::Between, None) if !self.in_list => return Ok(None),
                (_, None) => return Err(Problem::Json("the file ends inside a list; its end is missing".to_owned())),
                (State::Between, Some(b'{')) => match self.object(self.fields)? {
                    Some(object) => return Ok(Some(object)),
                    None => self.state = State::InField,
                },
                (_, Some(b'{')) => return self.object(&[]),
                (State::InField, Some(b']')) => {
                    self.input.consume(1);
                    self.state = State::AfterField;
                }
                (State::Between, Some(b'[')) if !self.in_list => {
                    self.input.consume(1);
                    self.in_list = true;
                }
                (State::Between, Some(b']')) if self.in_list => {
                    self.input.consume(1);
                    self.in_list = false;
                }
                (State::InField, Some(b',')) => self.input.consume(1),
                (State::Between, Some(b',')) if self.in_list => self.input.consume(1),
                (_, Some(0 | 0x80..=0xc1 | 0xf5..)) => return Err(Problem::NotUtf8),
                (_, Some(byte)) => {
                    return Err(Problem::Json(format!("expected a document, found {:?}", char::from(byte))));
                }
            }
        }
    }

    /// The whole of an object; `None` as soon as it turns out to have a list in one of `fields`, which is open then.
    fn object(&mut self, fields: &[&str]) -> Result<Option<JsonObject>, Problem> {
        let (mut object, line) = (Vec::new(), self.line);
        let (mut depth, mut string_start, mut last_string) = (0usize, None, 0..0);
        let mut is_field = false;
        while let Some(byte) = self.byte()? {
            object.push(byte);
            let at = object.len();
            if at > self.limits.document_bytes {
                return Err(Problem::TooLarge { what: "the document", limit: self.limits.document_bytes });
            }
            if let Some(start) = string_start {
                match byte {
                    b'\\' => object.extend(self.byte()?),
                    b'"' => {
                        last_string = start..at - 1;
                        string_start = None;
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => string_start = Some(at),
                b':' if depth == 1 => {
                    let name = &object[last_string.clone()];
                    is_field = fields.iter().any(|field| field.as_bytes() == name);
                }
                b'[' if is_field => return Ok(None),
                b'{' | b'[' => {
                    depth += 1;
                    if depth > self.limits.depth {
                        return Err(Problem::TooDeep { limit: self.limits.depth });
                    }
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        let json = String::from_utf8(object).map_err(|_| Problem::NotUtf8)?;
                        return Ok(Some(JsonObject { json, line }));
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => is_field = false,
            }
        }
        Err(Problem::Json("the file ends inside an object; its end is missing".to_owned()))
    }

    /// Passes over the rest of an outer object.
    fn skip_rest(&mut self) -> Result<(), Problem> {
        let (mut depth, mut in_string) = (1usize, false);
        while let Some(byte) = self.byte()? {
            match byte {
                b'\\' if in_string => drop(self.byte()?),
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Problem::Json("the file ends inside an object; its end is missing".to_owned()))
    }

    /// The next byte that is not white space, not consumed.
    fn token(&mut self) -> Result<Option<u8>, Problem> {
        loop {
            let Some(&byte) = self.input.fill_buf()?.first() else { return Ok(None) };
            // A byte order mark is three bytes, the first of the file.
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf) {
                return Ok(Some(byte));
            }
            self.byte()?;
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, Problem> {
        let byte = self.input.fill_buf()?.first().copied();
        if let Some(byte) = byte {
            self.input.consume(1);
            self.line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::io::BufReader;

    #[track_caller]
    fn check(json: &str, expected: Expect) {
        let limits = Limits { document_bytes: 40, depth: 4, ..Limits::default() };
        let mut collection =
            Collection::new(BufReader::with_capacity(3, json.as_bytes()), &["documents", "all"], limits);
        let mut seen = String::new();
        loop {
            match collection.next() {
                Ok(Some(object)) => seen += &format!("{}: {}\n", object.line, object.json),
                Ok(None) => break,
                Err(problem) => seen += &format!("{}: {problem}\n", collection.line()),
            }
        }
        expected.assert_eq(&seen);
    }

    #[test]
    fn objects_stand_in_a_field_or_alone() {
        check(
            "{\"a\": \"documents\", \"documents\" : [{},\n{\"b\": \"]\"}], \"c\": {\"}\": 1}}\n",
            expect![[r#"
            1: {}
            2: {"b": "]"}
        "#]],
        );
        check(
            "\u{feff}{\"all\": [{}]}{\"all\": [{\"b\":[1]}]}",
            expect![[r#"
            1: {}
            1: {"b":[1]}
        "#]],
        );
        check(
            "{\"a\": {\"all\": [1]}}\n{\"all\": 1, \"b\": []}",
            expect![[r#"
            1: {"a": {"all": [1]}}
            2: {"all": 1, "b": []}
        "#]],
        );
        check(
            "[{\"all\": []}, {\"b\": 1}]",
            expect![[r#"
            1: {"b": 1}
        "#]],
        );
        check("", expect![""]);
    }

    #[test]
    fn what_is_no_collection_is_refused() {
        check(
            "{\"all\": [{}",
            expect![[r#"
            1: {}
            1: the file ends inside a list; its end is missing
        "#]],
        );
        check(
            "{\"all\": [{}], \"a",
            expect![[r#"
            1: {}
            1: the file ends inside an object; its end is missing
        "#]],
        );
        check(
            "{\"all\": [1]}",
            expect![[r#"
            1: expected a document, found '1'
        "#]],
        );
        check(
            "[{\"b\": 1}",
            expect![[r#"
            1: {"b": 1}
            1: the file ends inside a list; its end is missing
        "#]],
        );
        check(
            "{\"a\": [[[[]]]]}",
            expect![[r#"
            1: is nested deeper than 4 levels
        "#]],
        );
        check(
            "{\"a\": \"and so on, and so on, and so on, and on\"}",
            expect![[r#"
            1: the document is larger than 40 bytes; split it into smaller ones
        "#]],
        );
        check(
            "a",
            expect![[r#"
            1: expected a document, found 'a'
        "#]],
        );
    }
}
