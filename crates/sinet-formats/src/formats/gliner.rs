//! GLiNER's training JSON: positions in words, ends inclusive; relations name entities by their index.
//!
//! ```json
//! [{"tokenized_text": ["Ada", "lives", "in", "London"],
//!   "ner": [[0, 0, "Peop"], [3, 3, "Loc"]], "relations": [[0, 1, "Live_In"]], "id": "7"}]
//! ```
//!
//! `id` is an addition that GLiNER ignores.

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::WordRange;

use crate::builder::{DocumentBuilder, WordBounds};
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::shape::Shape;
use crate::json::{name_of, parse};
use crate::loss_report::{Loss, LossReport};
use crate::options::Ends;
use crate::tokenised::Tokenised;

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[];

#[derive(Deserialize)]
#[serde(expecting = "an example with `tokenized_text` and `ner`")]
struct Example {
    #[serde(default)]
    id: Value,
    tokenized_text: Vec<String>,
    #[serde(default)]
    ner: Vec<(usize, usize, String)>,
    #[serde(default)]
    relations: Vec<(usize, usize, String)>,
}

/// The evidence that a file is GLiNER's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    shape.has("tokenized_text").then_some("`tokenized_text`")
}

pub(crate) fn read(json: &[u8], context: &mut Context) -> Result<LabelledDocument, Fault> {
    let example: Example = parse(json, BOOKKEEPING, context)?;
    let id = name_of(&example.id);
    context.id = Some(id.clone());
    let mut joined = DocumentBuilder::new(id);
    for word in &example.tokenized_text {
        joined.push(word);
    }
    let words = WordRange { start: 0, end: example.tokenized_text.len() };
    let bounds = WordBounds { by_format: Ends::Inclusive, by_user: context.options.ends, words };
    for (index, (start, end, kind)) in example.ner.into_iter().enumerate() {
        let field = |name: &str| format!("ner[{index}].{name}");
        let range = bounds.range(start, end, field)?;
        let span = joined.span(range, || field("start"))?;
        joined.document.entities.push(LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    }
    let count = joined.document.entities.len();
    for (index, (head, tail, kind)) in example.relations.into_iter().enumerate() {
        for (name, end) in [("head", head), ("tail", tail)] {
            if end >= count {
                let problem = Problem::OutOfRange { index: end, count, counted: "entities", hint: "" };
                return Err(Fault::at(format!("relations[{index}].{name}"), problem));
            }
        }
        joined.document.relations.push(LabelledRelation {
            kind,
            head,
            tail,
            score: None,
            provenance: Provenance::Person,
        });
    }
    Ok(joined.document)
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Option<Value> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let words = WordRange { start: 0, end: tokenised.document.words.len() };
    if words.end == 0 {
        report.add(Loss::Wordless, 1);
        report.add(Loss::RelationsOfLost, document.relations.len());
        return None;
    }
    let mut places = Vec::with_capacity(document.entities.len());
    let mut ner = Vec::new();
    for (entity, range) in document.entities.iter().zip(&tokenised.entities) {
        places.push(range.map(|range| {
            ner.push(json!([range.start, range.end - 1, entity.kind]));
            ner.len() - 1
        }));
    }
    let relations = document.relations.iter().filter_map(|relation| {
        let (head, tail) = (places[relation.head], places[relation.tail]);
        report.add(Loss::RelationsOfLost, usize::from(head.is_none() || tail.is_none()));
        Some(json!([head?, tail?, relation.kind]))
    });
    let relations: Vec<Value> = relations.collect();
    let words: Vec<&str> = tokenised.words(words).collect();
    Some(json!({"tokenized_text": words, "ner": ner, "relations": relations, "id": document.id}))
}
