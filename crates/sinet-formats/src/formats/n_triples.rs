//! RDF as N-Triples: entities are stretches of text in the vocabulary of NIF, whose `char=` counts code points with the end
//! exclusive; relations are properties between them. Written only.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sinet_text::OffsetUnit;

use crate::document::LabelledDocument;
use crate::positions::TextPositions;

const NIF: &str = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const INTEGER: &str = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger";
/// The characters that are escaped in a part of an IRI: all but those that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn write(document: &LabelledDocument) -> String {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let context = format!("urn:sinet:document:{}", escaped(&document.id));
    let mut written = String::new();
    let mut names = Vec::with_capacity(document.entities.len());
    for entity in &document.entities {
        let range = positions.range(entity.span);
        let name = format!("{context}#char={},{}", range.start, range.end);
        let text = literal(positions.text(entity.span));
        written += &format!("<{name}> <{TYPE}> <urn:sinet:entity:{}> .\n", escaped(&entity.kind));
        written += &format!("<{name}> <{NIF}referenceContext> <{context}> .\n");
        written += &format!("<{name}> <{NIF}anchorOf> \"{text}\" .\n");
        written += &format!("<{name}> <{NIF}beginIndex> \"{}\"^^<{INTEGER}> .\n", range.start);
        written += &format!("<{name}> <{NIF}endIndex> \"{}\"^^<{INTEGER}> .\n", range.end);
        names.push(name);
    }
    for relation in &document.relations {
        let (head, tail) = (&names[relation.head], &names[relation.tail]);
        written += &format!("<{head}> <urn:sinet:relation:{}> <{tail}> .\n", escaped(&relation.kind));
    }
    written
}

fn escaped(name: &str) -> String {
    utf8_percent_encode(name, RESERVED).to_string()
}

/// The text within the quotes of a literal.
fn literal(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            control if control.is_control() => written += &format!("\\u{:04X}", u32::from(control)),
            other => written.push(other),
        }
    }
    written
}
