//! Triples as a table: one row a relation. Positions in code points, ends exclusive. Written only.

use csv::Writer;
use sinet_text::{OffsetUnit, Offsets, TextRange};

use crate::document::{LabelledDocument, Source};
use crate::loss::{Loss, LossReport};

const COLUMNS: [&str; 13] = [
    "document",
    "head",
    "head_type",
    "head_start",
    "head_end",
    "relation",
    "tail",
    "tail_type",
    "tail_start",
    "tail_end",
    "offset_unit",
    "score",
    "source",
];

/// The rows of a document, under the names of the columns where it is the first.
pub(crate) fn write(document: &LabelledDocument, first: bool, report: &mut LossReport) -> Vec<u8> {
    let offsets = Offsets::new(&document.text);
    let mut table = Writer::from_writer(Vec::new());
    let mut rows = Vec::new();
    if first {
        rows.push(COLUMNS.iter().map(|&name| name.to_owned()).collect());
    }
    let mut related = vec![false; document.entities.len()];
    for relation in &document.relations {
        let mut row = vec![inert(&document.id)];
        for end in [relation.head, relation.tail] {
            related[end] = true;
            let entity = &document.entities[end];
            let range = offsets.range(entity.span, OffsetUnit::CodePoints).unwrap_or(TextRange { start: 0, end: 0 });
            row.push(inert(document.entity_text(end).unwrap_or_default()));
            row.push(inert(&entity.kind));
            row.extend([range.start.to_string(), range.end.to_string()]);
            if end == relation.head && row.len() == 5 {
                row.push(inert(&relation.kind));
            }
        }
        row.push("code_points".to_owned());
        row.push(relation.score.map(|score| score.to_string()).unwrap_or_default());
        row.push(match relation.source {
            Source::Person => "person".to_owned(),
            Source::Model => "model".to_owned(),
        });
        rows.push(row);
    }
    report.add(Loss::Unrelated, related.iter().filter(|&&related| !related).count());
    for row in rows {
        table.write_record(row).expect("a row has as many columns as the first, and memory takes all");
    }
    table.into_inner().expect("memory takes all")
}

/// A cell that no spreadsheet takes for a formula.
fn inert(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}
