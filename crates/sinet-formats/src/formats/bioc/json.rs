//! BioC's JSON.
//!
//! ```json
//! {"source": "PubTator", "date": "", "key": "", "infons": {}, "documents": [{"id": "7", "infons": {}, "passages": [
//!   {"offset": 0, "infons": {"type": "title"}, "text": "Ada lives in London", "annotations": [
//!     {"id": "T1", "infons": {"type": "Peop"}, "text": "Ada", "locations": [{"offset": 0, "length": 3}]},
//!     {"id": "T2", "infons": {"type": "Loc"}, "text": "London", "locations": [{"offset": 13, "length": 6}]}],
//!    "sentences": [], "relations": []}],
//!  "annotations": [], "relations": [
//!    {"id": "R1", "infons": {"type": "Live_In"}, "nodes": [{"refid": "T1", "role": "Arg1"}, {"refid": "T2", "role": "Arg2"}]}]}]}
//! ```
//!
//! A file is a collection, whose documents stand in `documents` (in PubTator 3 `PubTator3`), or documents one after the other.

use std::io::BufRead;

use serde_json::{Value, json};
use sinet_text::OffsetUnit;

use super::{Document, labelled};
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::Fault;
use crate::json::collection::Collection;
use crate::json::parse;
use crate::json::shape::Shape;
use crate::options::Limits;
use crate::positions::TextPositions;

/// The fields in which PubTator tells of the article.
const BOOKKEEPING: &[&str] = &[
    "_id",
    "pmid",
    "pmcid",
    "meta",
    "date",
    "journal",
    "authors",
    "year",
    "created",
    "accessions",
    "relations_display",
    "relations[].id",
    "passages[].relations[].id",
    "passages[].sentences[].relations[].id",
];

/// The documents of a file.
pub(crate) struct Documents<R>(Collection<R>);

/// The evidence of this format in the shape of a file.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let is_collection = ["documents[].passages", "PubTator3[].passages"].iter().any(|path| shape.has(path));
    (is_collection || shape.has("passages[].offset")).then_some("`passages` with an `offset`")
}

impl<R: BufRead> Documents<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self(Collection::new(input, &["documents", "PubTator3"], limits))
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
        let object = match self.0.next() {
            Ok(Some(object)) => object,
            Ok(None) => return (self.0.line(), Ok(None)),
            Err(problem) => return (self.0.line(), Err(problem.into())),
        };
        *begun += 1;
        context.id = None;
        let document = parse::<Document>(&object.json, BOOKKEEPING, context);
        (object.line, document.and_then(|document| labelled(document, context)).map(Some))
    }
}

/// The text before, between and after the documents of a file.
pub(crate) const FRAME: [&str; 3] =
    ["{\"source\":\"SINET\",\"date\":\"\",\"key\":\"\",\"infons\":{},\"documents\":[\n", ",\n", "\n]}\n"];

pub(crate) fn write(document: &LabelledDocument) -> Value {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let annotations = document.entities.iter().enumerate().map(|(index, entity)| {
        let range = positions.range(entity.span);
        json!({
            "id": format!("T{}", index + 1),
            "infons": {"type": entity.kind},
            "text": positions.text(entity.span),
            "locations": [{"offset": range.start, "length": range.end - range.start}],
        })
    });
    let relations = document.relations.iter().enumerate().map(|(index, relation)| {
        let node = |end: usize, role: &str| json!({"refid": format!("T{}", end + 1), "role": role});
        json!({
            "id": format!("R{}", index + 1),
            "infons": {"type": relation.kind},
            "nodes": [node(relation.head, "Arg1"), node(relation.tail, "Arg2")],
        })
    });
    json!({
        "id": document.id,
        "infons": {},
        "passages": [{
            "offset": 0,
            "infons": {},
            "text": document.text,
            "sentences": [],
            "annotations": annotations.collect::<Vec<_>>(),
            "relations": [],
        }],
        "annotations": [],
        "relations": relations.collect::<Vec<_>>(),
    })
}
