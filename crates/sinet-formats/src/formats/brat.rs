//! brat's standoff: the text in `NAME.txt`, its labels in `NAME.ann`; positions in code points, ends exclusive; relations
//! name text-bound annotations by their id.
//!
//! ```text
//! T1⇥Peop 0 3⇥Ada
//! T2⇥Loc 13 19⇥London
//! R1⇥Live_In Arg1:T1 Arg2:T2
//! ```
//!
//! where ⇥ is a tab. The BioNLP shared tasks keep the labels in two files, `NAME.a1` and `NAME.a2`.
//!
//! A collection is an archive or a folder ([`pairing`]). [`read_pair`] reads the two files of one document from elsewhere.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, ReadError};
use crate::loss_report::{Loss, LossReport};
use crate::names::type_without_spaces;
use crate::options::Options;
use crate::positions::{StatedSpan, TextPositions, Unit, resolve};

mod lines;
pub(crate) mod pairing;
mod roles;
pub(crate) mod writer;

use lines::{Line, Stretch};
pub(crate) use roles::Roles;

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
    let document = read(name, text, labels, &mut Roles::default(), &mut context);
    let document = document.and_then(|document| context.checked(document));
    let document = document.map_err(|fault| fault.in_file(&format!("{name}.ann"), 1, None, None))?;
    context.count(&document);
    Ok((document, context.report))
}

/// Reads a document whose labels are `labels`, those of all its files; `roles` are those of the collection so far.
pub(crate) fn read(
    name: &str,
    text: String,
    labels: &str,
    roles: &mut Roles,
    context: &mut Context,
) -> Result<LabelledDocument, Fault> {
    // Not part of the text; positions that count it are told by the texts beside them.
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let (mut stated, mut kinds, mut lines, mut by_id) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
    let mut links = Vec::new();
    for (number, line) in lines::of(labels) {
        let report = &mut context.report;
        match line.map_err(|expected| expected.at(number))? {
            Line::Entity { id, kind, stretch: Stretch { pieces, text } } => {
                let start = pieces.iter().map(|piece| piece.start).min().unwrap_or(0);
                let end = pieces.iter().map(|piece| piece.end).max().unwrap_or(0);
                let whole = pieces.len() == 1;
                report.add(Loss::Discontinuous, usize::from(!whole));
                let text = text.filter(|text| whole && !text.is_empty());
                if start == end && text.is_none() {
                    report.add(Loss::NoPlace, 1);
                    continue;
                }
                match by_id.entry(id.clone()) {
                    Entry::Vacant(first) => drop(first.insert(kinds.len())),
                    Entry::Occupied(_) => report.add(Loss::RepeatedNames, 1),
                }
                stated.push(StatedSpan { field: id, range: TextRange { start, end }, text });
                kinds.push(kind);
                lines.push(number);
            }
            Line::Relation { kind, arguments } => match roles.ordered(&kind, &arguments, report) {
                Some([head, tail]) => links.push((kind, head, tail)),
                None if arguments.len() > 2 => report.add(Loss::ManyArguments, 1),
                None => report.add(Loss::NoEntity, 1),
            },
            Line::Other(loss) => report.add(loss, 1),
        }
    }
    let spans = resolve(&text, &stated, Unit::Expected(OffsetUnit::CodePoints), &mut context.report);
    let spans = spans.map_err(|mut fault| {
        let entity = stated.iter().position(|span| Some(&span.field) == fault.field.as_ref());
        fault.line = entity.map_or(0, |entity| lines[entity]);
        fault
    })?;
    let mut relations = Vec::new();
    for (kind, head, tail) in links {
        let (Some(&head), Some(&tail)) = (by_id.get(&head), by_id.get(&tail)) else {
            context.report.add(Loss::NoEntity, 1);
            continue;
        };
        relations.push(LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person });
    }
    let entities = kinds.into_iter().zip(spans);
    let entities =
        entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    Ok(LabelledDocument { entities: entities.collect(), relations, ..LabelledDocument::new(name, text) })
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
