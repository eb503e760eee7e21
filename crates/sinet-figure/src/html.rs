//! A document as one HTML file: pictures, tables, style inside, no script, nothing from elsewhere.

use sinet_formats::{LabelledDocument, Provenance};
use sinet_text::Types;

use crate::drawn::Drawn;
use crate::escaped::escaped;
use crate::faces::FAMILY;
use crate::style::STYLE;
use crate::svg::figure_in;

/// The file: all `sentences`, and tables of everything in `document`.
pub fn html(document: &LabelledDocument, sentences: &[Drawn], types: &Types, title: &str) -> String {
    let title = escaped(title);
    let mut written = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    for (number, drawn) in sentences.iter().enumerate() {
        // Text for those who hear and for searching; the picture says the same.
        let name = format!("Sentence {}, drawn with its entities and relations", number + 1);
        written += &format!("<figure>\n{}</figure>\n", figure_in(drawn, types, &name, FAMILY));
    }
    written += &entities(document, types);
    written += &relations(document, types);
    written += &format!("<h2>Text</h2>\n<p class=\"text\" dir=\"auto\">{}</p>\n", escaped(&document.text));
    written + "</main>\n</body>\n</html>\n"
}

fn entities(document: &LabelledDocument, types: &Types) -> String {
    let rows = document.entities.iter().enumerate().map(|(place, entity)| {
        let text = document.entity_text(place).unwrap_or_default();
        let cells = [text, types.entity(&entity.kind), &told(entity.provenance, entity.score)].map(cell);
        format!("<tr>{}</tr>\n", cells.concat())
    });
    table("Entities", &["Text", "Type", "Score"], rows.collect())
}

fn relations(document: &LabelledDocument, types: &Types) -> String {
    let text = |place| document.entity_text(place).unwrap_or_default();
    let rows = document.relations.iter().map(|relation| {
        let score = told(relation.provenance, relation.score);
        let cells = [text(relation.head), types.relation(&relation.kind), text(relation.tail), &score].map(cell);
        format!("<tr>{}</tr>\n", cells.concat())
    });
    table("Relations", &["From", "Type", "To", "Score"], rows.collect())
}

fn table(caption: &str, columns: &[&str], rows: Vec<String>) -> String {
    let heads: String = columns.iter().map(|column| format!("<th scope=\"col\">{column}</th>")).collect();
    format!(
        "<table>\n<caption>{caption}: {}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
        rows.len(),
        rows.concat()
    )
}

fn cell(text: &str) -> String {
    format!("<td dir=\"auto\">{}</td>", escaped(text))
}

/// A label's provenance and confidence.
fn told(provenance: Provenance, score: Option<f32>) -> String {
    match (provenance, score) {
        (Provenance::Person, _) => "by a person".to_owned(),
        (Provenance::Model, Some(score)) => format!("{score:.2}"),
        (Provenance::Model, None) => "by a model".to_owned(),
    }
}
