//! A document and its types as JSON within an attribute, from which script brings a still to life.
//!
//! The JSON is what `sinet predict` prints, as far as a picture needs it, with words in short and the names of the types for
//! readers: `{"text":"…","words":[0,6,1,2],"entities":[{"type":"Method","start":0,"end":6,"score":0.9731}],"relations":[…],
//! "types":{"entities":[["Method","method"]],"relations":[["Conjunction","conjunction",true]]}}`. Offsets are code points.
//! A word is told by how many of them lie between it and the one before, and how many it has; one of several sentences so in words.
//! They are told because finding them again takes tables of Unicode that would be half of the program that draws in a
//! browser. A label has a `source` only where its score, or the lack of one, does not say it: a label with a score is a
//! model's.

use std::fmt::Write;

use sinet_formats::{LabelledDocument, LabelledRelation, Provenance};
use sinet_text::{Offsets, TypeName, Types};

use crate::decimal::short;

/// A document as JSON without any of the characters `'`, `&`, `<`, `>`, nor pairs of braces within texts: an attribute between
/// single quotes holds it as it is, in HTML, in Vue's templates and in MDX.
///
/// Scores are rounded to four decimals.
///
/// # Panics
///
/// If the document does not pass [`LabelledDocument::check`].
pub fn annotation(document: &LabelledDocument, types: &Types) -> String {
    let offsets = Offsets::new(&document.text);
    let at = |byte: usize| offsets.code_point(byte).expect("spans fit the text");
    let told = |score: Option<f32>, provenance: Provenance| {
        let score_said = score.map_or(String::new(), |score| format!(",\"score\":{}", short(score, 4)));
        let by_score = if score.is_some() { Provenance::Model } else { Provenance::Person };
        let source = match provenance {
            _ if provenance == by_score => "",
            Provenance::Person => ",\"source\":\"person\"",
            Provenance::Model => ",\"source\":\"model\"",
        };
        score_said + source
    };
    let words = steps(document.words.iter().map(|word| (at(word.start), at(word.end))));
    let sentences = match &*document.sentences {
        [] | [_] => String::new(),
        several => format!(",\"sentences\":[{}]", steps(several.iter().map(|words| (words.start, words.end)))),
    };
    let entities = document.entities.iter().map(|entity| {
        let (kind, start, end) = (string(&entity.kind), at(entity.span.start), at(entity.span.end));
        format!("{{\"type\":{kind},\"start\":{start},\"end\":{end}{}}}", told(entity.score, entity.provenance))
    });
    let relations = document.relations.iter().map(|relation| {
        let LabelledRelation { head, tail, .. } = relation;
        let (kind, told) = (string(&relation.kind), told(relation.score, relation.provenance));
        format!("{{\"type\":{kind},\"head\":{head},\"tail\":{tail}{told}}}")
    });
    format!(
        "{{\"text\":{},\"words\":[{words}]{sentences},\"entities\":[{}],\"relations\":[{}],\"types\":{} }}",
        string(&document.text),
        joined(entities),
        joined(relations),
        names(document, types)
    )
}

/// The names of the types that a document uses. Those of entities that come before them in the schema are there, too,
/// because a type's place is its colour.
fn names(document: &LabelledDocument, types: &Types) -> String {
    let used_entity = |kind: &TypeName| document.entities.iter().any(|entity| entity.kind == kind.name);
    let used_relation = |kind: &&TypeName| document.relations.iter().any(|relation| relation.kind == kind.name);
    let entity_count = types.entities.iter().rposition(used_entity).map_or(0, |last| last + 1);
    let name = |kind: &TypeName| match (string(&kind.name), string(&kind.verbose)) {
        (name, verbose) if kind.symmetric => format!("[{name},{verbose},true]"),
        (name, verbose) if name == verbose => format!("[{name}]"),
        (name, verbose) => format!("[{name},{verbose}]"),
    };
    let entities = joined(types.entities[..entity_count].iter().map(name));
    let relations = joined(types.relations.iter().filter(used_relation).map(name));
    format!("{{\"entities\":[{entities}],\"relations\":[{relations}]}}")
}

/// Ranges in their order, each as its distance from the one before and its length.
fn steps(ranges: impl Iterator<Item = (usize, usize)>) -> String {
    let mut here = 0;
    let step = |(start, end)| {
        let step = format!("{},{}", start - here, end - start);
        here = end;
        step
    };
    joined(ranges.map(step))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

/// A string of JSON without characters that mean something to HTML or to a template.
fn string(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            '\n' => written += "\\n",
            '&'
            | '<'
            | '>'
            | '\''
            | '{'
            | '}'
            | '`'
            | '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let _ = write!(written, "\\u{:04x}", u32::from(character));
            }
            other => written.push(other),
        }
    }
    written.push('"');
    written
}
