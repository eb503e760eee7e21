//! TACRED's JSON, also of Re-TACRED and what has its form: a list of sentences with one pair of entities each; positions in
//! words, ends inclusive.
//!
//! ```json
//! [{"id": "e7", "docid": "d", "relation": "per:city_of_birth", "token": ["Ada", "came", "from", "London"],
//!   "subj_start": 0, "subj_end": 0, "subj_type": "PERSON", "obj_start": 3, "obj_end": 3, "obj_type": "CITY"}]
//! ```
//!
//! Pairs that follow each other with the same words and the same `docid` are of one sentence, which becomes one document. A pair
//! whose relation is `no_relation` keeps its entities: somebody has judged it.

use std::io::BufRead;

use serde::Deserialize;
use sinet_text::WordRange;

use crate::builder::{DocumentBuilder, WordBounds};
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::growing::{Growing, Unfinished};
use crate::json::lenient::{Name, WordNumber};
use crate::json::objects::JsonObject;
use crate::json::parse;
use crate::json::shape::Shape;
use crate::loss_report::Loss;
use crate::options::{Ends, Limits};

/// The names of no relation.
const NO_RELATION: &[&str] = &["no_relation", "NA", "N/A", "no relation"];

/// The documents of a file.
pub(crate) struct Sentences<R>(Growing<R, Words>);

/// The words of a sentence, and its document: pairs with the same belong to it.
struct Words {
    tokens: Vec<String>,
    docid: String,
}

#[derive(Deserialize)]
#[serde(expecting = "a sentence with `token`, `subj_start`, `obj_start` and `relation`")]
struct Pair {
    #[serde(default)]
    id: Name,
    #[serde(default)]
    docid: Name,
    relation: Name,
    #[serde(alias = "tokens")]
    token: Vec<String>,
    subj_start: WordNumber,
    subj_end: WordNumber,
    obj_start: WordNumber,
    obj_end: WordNumber,
    #[serde(default)]
    subj_type: Name,
    #[serde(default)]
    obj_type: Name,
}

/// The evidence of this format in the shape of a file.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    (shape.has("subj_start") && shape.has("obj_start")).then_some("`subj_start` and `obj_start`")
}

impl<R: BufRead> Sentences<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self(Growing::new(input, limits))
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        self.0.goes_on()
    }

    /// The next document, with the line that it or what is wrong starts on.
    pub(crate) fn next(
        &mut self,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        self.0.next(|record, last| take(record, last, begun, context))
    }
}

/// Takes in a pair; returns the sentence before it if that is whole.
fn take(
    record: &JsonObject,
    last: &mut Option<Unfinished<Words>>,
    begun: &mut u64,
    context: &mut Context,
) -> Result<Option<Unfinished<Words>>, Fault> {
    let pair: Pair = parse(&record.json, &[], context).inspect_err(|_| *begun += 1)?;
    let is_more =
        |Words { tokens, docid }: &Words| !docid.is_empty() && *docid == pair.docid.0 && *tokens == pair.token;
    if let Some(last) = last.as_mut().filter(|last| is_more(&last.mark)) {
        add(&mut last.builder, &pair, context)?;
        return Ok(None);
    }
    *begun += 1;
    let id = if pair.docid.0.is_empty() { &pair.id.0 } else { &pair.docid.0 };
    context.id = Some(id.clone());
    if pair.token.is_empty() {
        return Err(Fault::at("token", Problem::Missing("word; remove the sentence")));
    }
    let mut builder = DocumentBuilder::new(id.clone());
    for word in &pair.token {
        builder.push(word);
    }
    builder.end_sentence();
    add(&mut builder, &pair, context)?;
    let mark = Words { tokens: pair.token, docid: pair.docid.0 };
    Ok(last.replace(Unfinished { builder, line: record.line, mark }))
}

fn add(builder: &mut DocumentBuilder, pair: &Pair, context: &mut Context) -> Result<(), Fault> {
    let words = WordRange { start: 0, end: pair.token.len() };
    let bounds = WordBounds { by_format: Ends::Inclusive, by_user: context.options.ends, words };
    let place = |start: WordNumber, end: WordNumber, name: &'static str| {
        let range = bounds.range(start.0, end.0, |end| format!("{name}_{end}"))?;
        builder.span(range, || format!("{name}_start"))
    };
    let subject = place(pair.subj_start, pair.subj_end, "subj")?;
    let object = place(pair.obj_start, pair.obj_end, "obj")?;
    let LabelledDocument { entities, relations, .. } = &mut builder.document;
    let mut entity = |span, kind: &Name| {
        let known = entities.iter().position(|known: &LabelledEntity| known.span == span && known.kind == kind.0);
        known.unwrap_or_else(|| {
            let kind = kind.0.clone();
            entities.push(LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
            entities.len() - 1
        })
    };
    let (head, tail) = (entity(subject, &pair.subj_type), entity(object, &pair.obj_type));
    let kind = pair.relation.0.clone();
    if kind.is_empty() {
        context.report.add(Loss::Untyped, 1);
    } else if NO_RELATION.contains(&kind.as_str()) {
        context.report.add(Loss::NoRelation, 1);
    } else {
        relations.push(LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person });
    }
    Ok(())
}
