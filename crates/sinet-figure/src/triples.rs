//! The content of a document in words: a line for each relation, and for each entity that has none.

use sinet_formats::LabelledDocument;
use sinet_text::Types;

use crate::decimal::fixed;

/// The lines: first the relations in the document's order, then the entities without any. `written` writes what comes from
/// the document.
///
/// A relation stands between its entities, "beam search (Method), used for, parser (Method)". One without a direction
/// stands behind both: "parser (Method) and tagger (Method), conjunction".
pub(crate) fn triples(
    document: &LabelledDocument,
    types: &Types,
    scores: bool,
    written: impl Fn(&str) -> String,
) -> Vec<String> {
    let entity = |place: usize| {
        let text = document.entity_text(place).unwrap_or_default();
        format!("{} ({})", written(text), written(types.entity(&document.entities[place].kind)))
    };
    let score =
        |score: Option<f32>| score.filter(|_| scores).map_or(String::new(), |score| format!(", {}", fixed(score, 2)));
    let mut related = vec![false; document.entities.len()];
    let mut lines = Vec::with_capacity(document.relations.len());
    for relation in &document.relations {
        related[relation.head] = true;
        related[relation.tail] = true;
        let (head, tail) = (entity(relation.head), entity(relation.tail));
        let kind = written(types.relation(&relation.kind));
        let line = if types.is_symmetric(&relation.kind) {
            format!("{head} and {tail}, {kind}")
        } else {
            format!("{head}, {kind}, {tail}")
        };
        lines.push(line + &score(relation.score));
    }
    let alone = (0..related.len()).filter(|&place| !related[place]);
    lines.extend(alone.map(|place| entity(place) + &score(document.entities[place].score)));
    lines
}

/// "2 entities, 1 relation".
pub(crate) fn counts(document: &LabelledDocument) -> String {
    let count = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let entities = count(document.entities.len(), "entity", "entities");
    format!("{entities}, {}", count(document.relations.len(), "relation", "relations"))
}
