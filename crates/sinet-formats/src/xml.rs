//! XML as the formats that are written in it share it: one element or text at a time, within limits.
//!
//! Document types are passed over, and only XML's own five entities are known, so that nothing in a file can grow or reach
//! outside it.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use crate::error::{Problem, shortened};
use crate::options::Limits;

/// The elements of an XML file, in the order of the file.
///
/// A caller that has got an element from [`XmlElements::child`] must read it to its end: with `child` until that gives `None`,
/// with [`XmlElements::text`] or with [`XmlElements::skip`].
pub(crate) struct XmlElements<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    limits: Limits,
    /// Elements that are open.
    depth: usize,
}

/// The start of an element.
pub(crate) struct Element {
    /// Its name, with its prefix.
    pub name: String,
    attributes: Vec<(String, String)>,
}

enum Part {
    Start(Element),
    Text(String),
    End,
    EndOfFile,
}

impl Element {
    /// The attribute called `name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All attributes, in the order of the file.
    pub(crate) fn into_attributes(self) -> Vec<(String, String)> {
        self.attributes
    }
}

impl<R: BufRead> XmlElements<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        let input = Bounded { input, line: 1, left: limits.document_bytes, is_exceeded: false };
        let mut reader = Reader::from_reader(input);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), limits, depth: 0 }
    }

    /// The line that is being read, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.reader.get_ref().line
    }

    /// Begins a document, for which [`Limits::document_bytes`] hold.
    pub(crate) fn begin_document(&mut self) {
        self.reader.get_mut().left = self.limits.document_bytes;
    }

    /// The next element within the one that was begun last, and `None` at its end. Text between elements is passed over.
    pub(crate) fn child(&mut self) -> Result<Option<Element>, Problem> {
        loop {
            match self.next()? {
                Part::Start(element) => return Ok(Some(element)),
                Part::End | Part::EndOfFile => return Ok(None),
                Part::Text(_) => {}
            }
        }
    }

    /// The text of the element that was begun last, to its end.
    pub(crate) fn text(&mut self) -> Result<String, Problem> {
        let mut whole = String::new();
        loop {
            match self.next()? {
                Part::Text(text) => whole += &text,
                Part::Start(_) => self.skip()?,
                Part::End | Part::EndOfFile => return Ok(whole),
            }
        }
    }

    /// Passes over the rest of the element that was begun last.
    pub(crate) fn skip(&mut self) -> Result<(), Problem> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if matches!(self.next()?, Part::EndOfFile) {
                break;
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Part, Problem> {
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            let event = match event {
                Ok(event) => event,
                Err(error) => {
                    let error = problem(error);
                    let limit = self.limits.document_bytes;
                    return Err(match self.reader.get_ref().is_exceeded {
                        true => Problem::TooLarge { what: "the document", limit },
                        false => error,
                    });
                }
            };
            return Ok(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > self.limits.depth {
                        return Err(Problem::TooDeep { limit: self.limits.depth });
                    }
                    Part::Start(element(&start)?)
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Part::End
                }
                Event::Text(text) => Part::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Part::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().map_err(problem)?;
                    match (character, resolve_predefined_entity(&reference)) {
                        (Some(character), _) => Part::Text(character.to_string()),
                        (None, Some(text)) => Part::Text(text.to_owned()),
                        (None, None) => {
                            let name = shortened(&reference);
                            return Err(Problem::Xml(format!("the entity &{name}; is not one of XML's own")));
                        }
                    }
                }
                Event::Eof if self.depth > 0 => {
                    return Err(Problem::Xml("the file ends inside an element; its end is missing".to_owned()));
                }
                Event::Eof => Part::EndOfFile,
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => continue,
            });
        }
    }
}

fn element(start: &BytesStart) -> Result<Element, Problem> {
    let mut attributes = start.attributes();
    // The check compares each with all before it.
    attributes.with_checks(false);
    let attributes = attributes.map(|attribute| {
        let attribute = attribute.map_err(|error| problem(error.into()))?;
        // XML would make a space of each line end that is written as itself; positions are the same with it kept.
        let value = attribute.value.replace("\r\n", "\n");
        let value = unescape(&value).map_err(|error| problem(error.into()))?.into_owned();
        Ok((attribute.key.into_inner().to_owned(), value))
    });
    Ok(Element { name: start.name().into_inner().to_owned(), attributes: attributes.collect::<Result<_, Problem>>()? })
}

fn problem(error: quick_xml::Error) -> Problem {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => Problem::NotUtf8,
        quick_xml::Error::Io(error) => Problem::Io(io::Error::new(error.kind(), error.to_string())),
        quick_xml::Error::Encoding(_) => Problem::NotUtf8,
        error => Problem::Xml(shortened(&error.to_string().replace('\n', " "))),
    }
}

/// An input that counts lines and ends in an error where a document is larger than it may be.
struct Bounded<R> {
    input: R,
    line: u64,
    left: usize,
    is_exceeded: bool,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let buffer = self.input.fill_buf()?;
        if self.left == 0 && !buffer.is_empty() {
            self.is_exceeded = true;
            return Err(io::Error::other("too large"));
        }
        Ok(&buffer[..buffer.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed has been seen, so that it is there without reading.
        if let Ok(buffer) = self.input.fill_buf() {
            self.line += buffer.iter().take(amount).filter(|&&byte| byte == b'\n').count() as u64;
        }
        self.left = self.left.saturating_sub(amount);
        self.input.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// `text` as it may stand in an element or an attribute; counts the characters that XML cannot hold, for which U+FFFD
/// stands.
pub(crate) fn escaped(text: &str, unwritable: &mut usize) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written += "&amp;",
            '<' => written += "&lt;",
            '>' => written += "&gt;",
            '"' => written += "&quot;",
            '\t' => written += "&#9;",
            '\r' => written += "&#13;",
            '\n' => written.push('\n'),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                *unwritable += 1;
                written.push('\u{fffd}');
            }
            _ => written.push(character),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// The elements within the outermost, each with its attributes and text, and the error.
    #[track_caller]
    fn check(xml: impl AsRef<[u8]>, expected: Expect) {
        let limits = Limits { document_bytes: 140, depth: 3, ..Limits::default() };
        let mut elements = XmlElements::new(io::BufReader::with_capacity(3, xml.as_ref()), limits);
        let mut seen = String::new();
        let mut read = || -> Result<(), Problem> {
            elements.child()?;
            while let Some(element) = elements.child()? {
                seen += &format!("{}: {} {:?} ", elements.line(), element.name, element.attributes);
                seen += &format!("{:?}\n", elements.text()?);
            }
            Ok(())
        };
        if let Err(problem) = read() {
            seen += &format!("{problem}\n");
        }
        expected.assert_eq(&seen);
    }

    #[test]
    fn elements_and_their_text() {
        check(
            "\u{feff}<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'a.dtd'>\n<a>x<b c='1&amp;&#10;2\r\n3'/>\r\n<!-- --><d>&lt;e&#233;\r\n<f>g</f><![CDATA[<h>]]></d></a>",
            expect![[r#"
                4: b [("c", "1&\n2\n3")] ""
                5: d [] "<eé\n<h>"
            "#]],
        );
        check("", expect![""]);
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        check(
            "<a><b></a>",
            expect![[r#"
            1: b [] is not well-formed XML: ill-formed document: expected `</b>`, but `</a>` was found
        "#]],
        );
        check(
            "<a><b>",
            expect![[r#"
            1: b [] is not well-formed XML: the file ends inside an element; its end is missing
        "#]],
        );
        check(
            "<a><b>&x;</b></a>",
            expect![[r#"
            1: b [] is not well-formed XML: the entity &x; is not one of XML's own
        "#]],
        );
        check(
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a><b>&x;</b></a>",
            expect![[r#"
            1: b [] is not well-formed XML: the entity &x; is not one of XML's own
        "#]],
        );
        check(
            "<a><b c='&#0;'/></a>",
            expect![[r#"
            is not well-formed XML: invalid character reference: 0x0 character is not permitted …
        "#]],
        );
        check(
            "<a><b><c><d/></c></b></a>",
            expect![[r#"
            1: b [] is nested deeper than 3 levels
        "#]],
        );
        check(
            format!("<a><b>{}</b></a>", "long ".repeat(40)),
            expect![[r#"
            1: b [] the document is larger than 140 bytes; split it into smaller ones
        "#]],
        );
        check(
            b"<a><b>\xff</b></a>",
            expect![[r#"
            1: b [] is not text in UTF-8; save it in that encoding
        "#]],
        );
    }
}
