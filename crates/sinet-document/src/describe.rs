//! Labels in words, for those who hear them.

use sinet_formats::Provenance;
use sinet_text::Types;

use crate::document::{Entity, Labels, Relation};

/// An entity in one sentence.
pub fn describe_entity(types: &Types, entity: &Entity) -> String {
    format!(
        "{} “{}”, {}",
        types.entity(&entity.kind),
        entity.text,
        describe_provenance(entity.provenance, entity.score)
    )
}

/// A relation in one sentence.
pub fn describe_relation(types: &Types, labels: &Labels, relation: &Relation) -> String {
    let text = |id| labels.entity(id).map_or("", |entity| entity.text.as_str());
    let kind = types.relation(&relation.kind);
    let [from, to] = if types.is_symmetric(&relation.kind) { ["between", "and"] } else { ["from", "to"] };
    let provenance = describe_provenance(relation.provenance, relation.score);
    format!("{kind} {from} “{}” {to} “{}”, {provenance}", text(relation.head), text(relation.tail))
}

/// A label's provenance and confidence.
fn describe_provenance(provenance: Provenance, score: Option<f32>) -> String {
    match (provenance, score) {
        (Provenance::Person, _) => "by you".to_owned(),
        (Provenance::Model, Some(score)) => format!("score {score:.2}"),
        (Provenance::Model, None) => "by a model".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation};
    use sinet_text::{ByteSpan, TypeName};

    use super::*;
    use crate::document::OpenDocument;

    #[test]
    fn labels_are_described() {
        let text = "A naïve parser, and a tagger. Trees grow.";
        let entity = |kind: &str, covered: &str| {
            let start = text.find(covered).expect("the text has it");
            let span = ByteSpan { start, end: start + covered.len() };
            LabelledEntity { kind: kind.to_owned(), span, score: Some(0.875), provenance: Provenance::Model }
        };
        let relation = |kind: &str, head, tail, score, provenance| LabelledRelation {
            kind: kind.to_owned(),
            head,
            tail,
            score,
            provenance,
        };
        let labels = OpenDocument::new(LabelledDocument {
            entities: vec![
                entity("Method", "naïve parser"),
                entity("Method", "tagger"),
                entity("Other-Thing", "Trees"),
            ],
            relations: vec![
                relation("Conjunction", 0, 1, Some(0.5), Provenance::Model),
                relation("Used-for", 1, 0, None, Provenance::Person),
            ],
            ..LabelledDocument::new("", text)
        })
        .labels();
        let named =
            |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.replace('-', " "), symmetric };
        let types = Types {
            entities: vec![named("Method", false), named("Other-Thing", false)],
            relations: vec![named("Used-for", false), named("Conjunction", true)],
            ..Types::default()
        };
        expect!["Other Thing “Trees”, score 0.88"].assert_eq(&describe_entity(&types, &labels.entities[2]));
        let relations = labels.relations.iter().map(|it| describe_relation(&types, &labels, it) + "\n");
        expect![[r#"
            Conjunction between “naïve parser” and “tagger”, score 0.50
            Used for from “tagger” to “naïve parser”, by you
        "#]]
        .assert_eq(&relations.collect::<String>());
    }
}
