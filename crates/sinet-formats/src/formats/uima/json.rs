//! The JSON of a CAS, version 0.4: an object with all structures in `%FEATURE_STRUCTURES`.
//!
//! ```json
//! {"%TYPES": {}, "%FEATURE_STRUCTURES": [
//!   {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": "Ada lives in London"},
//!   {"%ID": 2, "%TYPE": "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity",
//!    "@sofa": 1, "begin": 0, "end": 3, "value": "Peop"}]}
//! ```

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Cas, Structure, documents};
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem};
use crate::json::shape::Shape;
use crate::json::{name_of, parse};
use crate::loss_report::Loss;

#[derive(Deserialize)]
#[serde(expecting = "a CAS with `%FEATURE_STRUCTURES`")]
struct Written {
    #[serde(rename = "%FEATURE_STRUCTURES")]
    structures: Vec<Map<String, Value>>,
}

/// The evidence of this format in the shape of a file.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    (shape.has("%FEATURE_STRUCTURES") || shape.has("%TYPES")).then_some("`%FEATURE_STRUCTURES` or `%TYPES`")
}

/// The parts of a CAS beside its structures.
const BOOKKEEPING: &[&str] = &["%TYPES", "%VIEWS", "%VERSION", "%FLAGS", "%HEADER"];

/// The document of a CAS, which has one text.
pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let written: Written = parse(json, BOOKKEEPING, context)?;
    let of = |fields: &Map<String, Value>, name: &str| fields.get(name).map(name_of).unwrap_or_default();
    // The references in a list stand for it where it is referred to.
    let lists: HashMap<String, String> = (written.structures.iter())
        .filter(|fields| of(fields, "%TYPE").ends_with("[]"))
        .map(|fields| (of(fields, "%ID"), fields.get("%ELEMENTS").map(value_of).unwrap_or_default()))
        .collect();
    let (mut cas, mut bytes) = (Cas::default(), 0);
    for fields in written.structures {
        let kind = of(&fields, "%TYPE");
        if kind.ends_with("[]") {
            continue;
        }
        let mut features = Vec::with_capacity(fields.len());
        for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with('%')) {
            let value = value_of(value);
            let (name, value) = match name.strip_prefix('@') {
                Some(name) => (name, lists.get(&value).unwrap_or(&value).clone()),
                None => (name.trim_start_matches('#'), value),
            };
            bytes += value.len();
            features.push((name.to_owned(), value));
        }
        let limit = context.options.limits.document_bytes;
        if bytes > limit {
            return Err(Problem::TooLarge { what: "the document", limit }.into());
        }
        let (package, name) = kind.rsplit_once('.').unwrap_or(("", &kind));
        let (package, name) = (package.to_owned(), name.to_owned());
        cas.structures.push(Structure { id: of(&fields, "%ID"), package, name, features });
    }
    let mut documents = documents(&cas, context)?.into_iter();
    let first = documents.next().ok_or(Problem::Missing("text, which `sofaString` should hold"))?;
    let others = documents.count();
    (0..others).for_each(|_| context.report.lose(Loss::UnreadRecords, "a further view"));
    Ok(first)
}

fn value_of(value: &Value) -> String {
    match value {
        Value::Array(values) => values.iter().map(name_of).collect::<Vec<_>>().join(" "),
        Value::Object(_) => String::new(),
        value => name_of(value),
    }
}
