//! A document and its types as JSON within an attribute, from which script brings a still to life.
//!
//! The JSON is what `sinet predict` prints, without what follows from the text, and with the names of the types for
//! readers: `{"text":"…","entities":[{"type":"Method","start":0,"end":6,"score":0.9731}],"relations":[…],
//! "types":{"entities":[["Method","method"]],"relations":[["Conjunction","conjunction",true]]}}`. Offsets are code points.
//! A label has a `source` only where its score, or the lack of one, does not say it: a label with a score is a model's.

use serde_json::Value;
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, Offsets, TypeName, Types};

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
        let score_said = score.map_or(String::new(), |score| format!(",\"score\":{}", (score * 1e4).round() / 1e4));
        let by_score = if score.is_some() { Provenance::Model } else { Provenance::Person };
        let source = match provenance {
            _ if provenance == by_score => "",
            Provenance::Person => ",\"source\":\"person\"",
            Provenance::Model => ",\"source\":\"model\"",
        };
        score_said + source
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
        "{{\"text\":{},\"entities\":[{}],\"relations\":[{}],\"types\":{} }}",
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

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

/// A string of JSON without characters that mean something to HTML or to a template.
fn string(text: &str) -> String {
    let json = serde_json::to_string(text).expect("a string is JSON");
    let mut written = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '&'
            | '<'
            | '>'
            | '\''
            | '{'
            | '}'
            | '`'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                written += &format!("\\u{:04x}", u32::from(character));
            }
            other => written.push(other),
        }
    }
    written
}

/// A fault in the JSON of a still.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotationError {
    /// It is no JSON.
    #[error("the annotation is not JSON: {0}")]
    Json(String),
    /// A field is missing or of another kind.
    #[error("the annotation's {0} is missing or not what it should be")]
    Field(String),
    /// The parts do not fit each other.
    #[error("the annotation does not fit its text: {0}")]
    Unfit(#[from] sinet_formats::DocumentError),
}

/// Reads what [`annotation`] has written, and what `sinet predict` prints.
///
/// # Errors
///
/// If it is no JSON, if a field is missing, or if a span leaves the text or an index its list.
pub fn read_annotation(json: &str) -> Result<(LabelledDocument, Types), AnnotationError> {
    let value: Value = serde_json::from_str(json).map_err(|error| AnnotationError::Json(error.to_string()))?;
    let text = value["text"].as_str().ok_or_else(|| missing("text"))?;
    let offsets = Offsets::new(text);
    let list = |name: &str| match &value[name] {
        Value::Null => Ok(&[][..]),
        list => list.as_array().map(Vec::as_slice).ok_or_else(|| missing(name)),
    };
    let mut document = LabelledDocument::new("", text);
    for (place, entity) in list("entities")?.iter().enumerate() {
        let field = |name: &str| format!("entities[{place}].{name}");
        let at = |name: &str| {
            let place = index(&entity[name]).and_then(|point| offsets.byte_of_code_point(point));
            place.ok_or_else(|| AnnotationError::Field(field(name)))
        };
        let (kind, score, provenance) = label(entity, field)?;
        document.entities.push(LabelledEntity {
            kind,
            span: ByteSpan { start: at("start")?, end: at("end")? },
            score,
            provenance,
        });
    }
    for (place, relation) in list("relations")?.iter().enumerate() {
        let field = |name: &str| format!("relations[{place}].{name}");
        let at = |name: &str| index(&relation[name]).ok_or_else(|| AnnotationError::Field(field(name)));
        let (kind, score, provenance) = label(relation, field)?;
        document.relations.push(LabelledRelation { kind, head: at("head")?, tail: at("tail")?, score, provenance });
    }
    document.check()?;
    let types = &value["types"];
    Ok((document, Types { entities: type_names(&types["entities"])?, relations: type_names(&types["relations"])? }))
}

fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

/// Type, score and maker of a label.
fn label(value: &Value, field: impl Fn(&str) -> String) -> Result<(String, Option<f32>, Provenance), AnnotationError> {
    let missing = |name: &str| AnnotationError::Field(field(name));
    let kind = value["type"].as_str().ok_or_else(|| missing("type"))?;
    let score = match &value["score"] {
        Value::Null => None,
        score => Some(score.as_f64().ok_or_else(|| missing("score"))? as f32),
    };
    let provenance = match value["source"].as_str() {
        Some("person") => Provenance::Person,
        Some("model") => Provenance::Model,
        Some(_) => return Err(missing("source")),
        None if score.is_some() => Provenance::Model,
        None => Provenance::Person,
    };
    Ok((kind.to_owned(), score, provenance))
}

fn type_names(value: &Value) -> Result<Vec<TypeName>, AnnotationError> {
    let types = value.as_array().map_or(&[][..], Vec::as_slice).iter();
    let name = |kind: &Value| {
        let name = kind[0].as_str().ok_or_else(|| missing("types"))?;
        let verbose = kind[1].as_str().unwrap_or(name);
        let symmetric = kind[2].as_bool().unwrap_or(false);
        Ok(TypeName { name: name.to_owned(), verbose: verbose.to_owned(), symmetric })
    };
    types.map(name).collect()
}

fn missing(name: &str) -> AnnotationError {
    AnnotationError::Field(name.to_owned())
}
