//! Triples as a table: one row a relation. Positions in code points, ends exclusive. Written only.

use csv::Writer;
use sinet_text::OffsetUnit;

use crate::document::{LabelledDocument, Provenance};
use crate::loss_report::{Loss, LossReport};
use crate::positions::TextPositions;

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
    let positions = TextPositions::of(document, OffsetUnit::CodePoints);
    let mut table = Writer::from_writer(Vec::new());
    let mut rows = Vec::new();
    if first {
        rows.push(COLUMNS.iter().map(|&name| name.to_owned()).collect());
    }
    let mut related = vec![false; document.entities.len()];
    for relation in &document.relations {
        let mut row = vec![spreadsheet_safe(&document.id, report)];
        for end in [relation.head, relation.tail] {
            related[end] = true;
            let entity = &document.entities[end];
            let range = positions.range(entity.span);
            row.push(spreadsheet_safe(positions.text(entity.span), report));
            row.push(spreadsheet_safe(&entity.kind, report));
            row.extend([range.start.to_string(), range.end.to_string()]);
            if end == relation.head && row.len() == 5 {
                row.push(spreadsheet_safe(&relation.kind, report));
            }
        }
        row.push("code_points".to_owned());
        row.push(relation.score.map(|score| score.to_string()).unwrap_or_default());
        row.push(match relation.provenance {
            Provenance::Person => "person".to_owned(),
            Provenance::Model => "model".to_owned(),
        });
        rows.push(row);
    }
    report.add(Loss::Unrelated, related.iter().filter(|&&related| !related).count());
    for row in rows {
        table.write_record(row).expect("a row has as many columns as the first, and memory takes all");
    }
    table.into_inner().expect("memory takes all")
}

/// A cell that no spreadsheet takes for a formula: `'` stands before one that it would.
fn spreadsheet_safe(cell: &str, report: &mut LossReport) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    report.add(Loss::QuotedCells, usize::from(is_formula));
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}
