//! Names and texts in RDF.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The property of a thing's type.
pub const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
/// The beginning of the name of an entity type; [`iri_part`] of the type follows.
pub const ENTITY: &str = "urn:sinet:entity:";
/// The beginning of the name of a relation type; [`iri_part`] of the type follows.
pub const RELATION: &str = "urn:sinet:relation:";

/// The characters that are escaped in a part of an IRI: all but those that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Any text as a part of an IRI.
pub fn iri_part(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Any text as it stands within the quotes of a literal of N-Triples.
pub fn literal(text: &str) -> String {
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
