//! A document as one HTML file: pictures, tables, style inside, no script, nothing from elsewhere.

use sinet_formats::Provenance;

use super::svg::figure;
use super::{Drawn, escaped};
use crate::document::OpenDocument;
use crate::types::Types;

/// The page's look, as far as a document that stands still needs it.
pub const STYLE: &str = include_str!("export.css");

/// The file.
pub fn html(document: &OpenDocument, sentences: &[Drawn], types: &Types, title: &str) -> String {
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
        written += &format!("<figure>\n{}</figure>\n", figure(drawn, types, &name));
    }
    written += &entities(document, types);
    written += &relations(document, types);
    written += &format!("<h2>Text</h2>\n<p class=\"text\" dir=\"auto\">{}</p>\n", escaped(document.text()));
    written + "</main>\n</body>\n</html>\n"
}

fn entities(document: &OpenDocument, types: &Types) -> String {
    let labels = document.labels();
    let rows = labels.entities.iter().map(|entity| {
        let cells =
            [entity.text.as_str(), types.entity(&entity.kind), &told(entity.provenance, entity.score)].map(cell);
        format!("<tr>{}</tr>\n", cells.concat())
    });
    table("Entities", &["Text", "Type", "Score"], rows.collect())
}

fn relations(document: &OpenDocument, types: &Types) -> String {
    let labels = document.labels();
    let text = |id| labels.entity(id).map_or("", |entity| entity.text.as_str());
    let rows = labels.relations.iter().map(|relation| {
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

fn told(provenance: Provenance, score: Option<f32>) -> String {
    match (provenance, score) {
        (Provenance::Person, _) => "by a person".to_owned(),
        (Provenance::Model, Some(score)) => format!("{score:.2}"),
        (Provenance::Model, None) => "by a model".to_owned(),
    }
}
