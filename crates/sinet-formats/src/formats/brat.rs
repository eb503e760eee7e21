//! brat's standoff: the text in `NAME.txt`, its labels in `NAME.ann`; positions in code points, ends exclusive; relations
//! name text-bound annotations by their id.
//!
//! ```text
//! T1⇥Peop 0 3⇥Ada
//! T2⇥Loc 13 19⇥London
//! R1⇥Live_In Arg1:T1 Arg2:T2
//! ```
//!
//! where ⇥ is a tab.
//!
//! Here a collection is one zip archive ([`archive`]). [`read_pair`] reads the two files of one document from elsewhere.

use std::collections::{HashMap, HashSet};

use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem, ReadError, shortened};
use crate::loss_report::{Loss, LossReport};
use crate::names::type_without_spaces;
use crate::options::Options;
use crate::positions::{StatedSpan, TextPositions, Unit, resolve};

pub(crate) mod archive;

/// Reads one document from the contents of its two files; `name` is their name without `.txt` and `.ann`.
///
/// # Errors
/// If the labels do not fit the text or are not of brat's form.
pub fn read_pair(
    name: &str,
    text: String,
    labels: &str,
    options: Options,
) -> Result<(LabelledDocument, LossReport), ReadError> {
    let mut context = Context::new(options);
    context.id = Some(name.to_owned());
    let document = read(name, text, labels, &mut context).and_then(|document| context.checked(document));
    let document = document.map_err(|fault| fault.in_file(&format!("{name}.ann"), 1, None, None))?;
    context.count(&document);
    Ok((document, context.report))
}

fn read(name: &str, text: String, labels: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let (mut stated, mut kinds, mut by_id) = (Vec::new(), Vec::new(), HashMap::new());
    let (mut lines, mut links) = (Vec::new(), Vec::new());
    let mut others = HashSet::new();
    for (number, line) in labels.lines().enumerate() {
        let number = number as u64;
        let bad =
            |expected| Fault { field: None, line: number, problem: Problem::Line { found: shortened(line), expected } };
        if line.trim().is_empty() {
            continue;
        }
        let mut columns = line.splitn(3, '\t');
        let (id, body, text_beside) = (columns.next().unwrap_or_default(), columns.next(), columns.next());
        let report = &mut context.report;
        match id.as_bytes().first() {
            Some(b'T') => {
                let body = body.and_then(|body| body.split_once(' '));
                let (kind, places) = body.ok_or_else(|| bad("an entity, as in `T1⇥Type 0 5⇥text`"))?;
                let pieces: Option<Vec<TextRange>> = places.split(';').map(piece).collect();
                let pieces = pieces.ok_or_else(|| bad("an entity, as in `T1⇥Type 0 5⇥text`"))?;
                let start = pieces.iter().map(|piece| piece.start).min().unwrap_or(0);
                let end = pieces.iter().map(|piece| piece.end).max().unwrap_or(0);
                let whole = pieces.len() == 1;
                report.add(Loss::Discontinuous, usize::from(!whole));
                let text = text_beside.filter(|_| whole).map(str::to_owned);
                if by_id.insert(id, kinds.len()).is_some() {
                    let problem = Problem::Twice { name: id.to_owned() };
                    return Err(Fault { field: None, line: number, problem });
                }
                stated.push(StatedSpan { field: id.to_owned(), range: TextRange { start, end }, text });
                kinds.push(kind.to_owned());
                lines.push(number);
            }
            Some(b'R') => {
                let mut parts = body.unwrap_or_default().split_whitespace();
                let parts = (parts.next(), parts.next().and_then(argument), parts.next().and_then(argument));
                let (Some(kind), Some(head), Some(tail)) = parts else {
                    return Err(bad("a relation, as in `R1⇥Type Arg1:T1 Arg2:T2`"));
                };
                others.insert(id);
                links.push((number, kind, head, tail));
            }
            Some(b'E') => {
                others.insert(id);
                report.add(Loss::Events, 1);
            }
            Some(b'A' | b'M') => report.add(Loss::Attributes, 1),
            Some(b'N') => report.add(Loss::Normalisations, 1),
            Some(b'#') => report.add(Loss::Notes, 1),
            Some(b'*') => report.add(Loss::Coreference, 1),
            _ => return Err(bad("an annotation of brat; they start with T, R, E, A, M, N, # or *")),
        }
    }
    let spans = resolve(&text, &stated, Unit::Expected(OffsetUnit::CodePoints), &mut context.report);
    let spans = spans.map_err(|mut fault| {
        let entity = fault.field.as_deref().and_then(|id| by_id.get(id));
        fault.line = entity.map_or(0, |&entity| lines[entity]);
        fault
    })?;
    let mut relations = Vec::new();
    for (line, kind, head, tail) in links {
        match (by_id.get(head), by_id.get(tail)) {
            (Some(&head), Some(&tail)) => {
                let kind = kind.to_owned();
                relations.push(LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person });
            }
            _ => {
                let missing = [head, tail].into_iter().find(|end| !by_id.contains_key(end) && !others.contains(end));
                if let Some(name) = missing {
                    let problem = Problem::Unknown { what: "annotation", name: name.to_owned() };
                    return Err(Fault { field: None, line, problem });
                }
                context.report.add(Loss::NoEntity, 1);
            }
        }
    }
    let entities = kinds.into_iter().zip(spans);
    let entities =
        entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    Ok(LabelledDocument { entities: entities.collect(), relations, ..LabelledDocument::new(name, text) })
}

/// `0 5`.
fn piece(text: &str) -> Option<TextRange> {
    let (start, end) = text.trim().split_once(' ')?;
    Some(TextRange { start: start.parse().ok()?, end: end.parse().ok()? })
}

/// The id in `Arg1:T1`.
fn argument(text: &str) -> Option<&str> {
    Some(text.split_once(':')?.1)
}

/// The labels of a document, as in its `.ann` file.
pub(crate) fn labels(document: &LabelledDocument, report: &mut LossReport) -> String {
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let mut lines = String::new();
    for (index, entity) in document.entities.iter().enumerate() {
        let range = positions.range(entity.span);
        let text = positions.text(entity.span).replace(['\t', '\n', '\r'], " ");
        let kind = type_without_spaces(&entity.kind, report);
        lines += &format!("T{}\t{kind} {} {}\t{text}\n", index + 1, range.start, range.end);
    }
    for (index, relation) in document.relations.iter().enumerate() {
        let kind = type_without_spaces(&relation.kind, report);
        lines += &format!("R{}\t{kind} Arg1:T{} Arg2:T{}\n", index + 1, relation.head + 1, relation.tail + 1);
    }
    lines
}
