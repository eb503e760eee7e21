//! RDF as N-Triples: entities are stretches of text in the vocabulary of NIF, whose `char=` counts code points with the end
//! exclusive; relations are properties between them. Written only.

use sinet_text::OffsetUnit;

use crate::document::LabelledDocument;
use crate::positions::TextPositions;
use crate::rdf::{ENTITY, RELATION, TYPE, iri_part, literal};

const NIF: &str = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#";
const INTEGER: &str = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger";

pub(crate) fn write(document: &LabelledDocument) -> String {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let context = format!("urn:sinet:document:{}", iri_part(&document.id));
    let mut written = String::new();
    let mut names = Vec::with_capacity(document.entities.len());
    for entity in &document.entities {
        let range = positions.range(entity.span);
        let name = format!("{context}#char={},{}", range.start, range.end);
        let text = literal(positions.text(entity.span));
        written += &format!("<{name}> <{TYPE}> <{ENTITY}{}> .\n", iri_part(&entity.kind));
        written += &format!("<{name}> <{NIF}referenceContext> <{context}> .\n");
        written += &format!("<{name}> <{NIF}anchorOf> \"{text}\" .\n");
        written += &format!("<{name}> <{NIF}beginIndex> \"{}\"^^<{INTEGER}> .\n", range.start);
        written += &format!("<{name}> <{NIF}endIndex> \"{}\"^^<{INTEGER}> .\n", range.end);
        names.push(name);
    }
    for relation in &document.relations {
        let (head, tail) = (&names[relation.head], &names[relation.tail]);
        written += &format!("<{head}> <{RELATION}{}> <{tail}> .\n", iri_part(&relation.kind));
    }
    written
}
