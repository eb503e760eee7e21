//! The agreement of two people, for readers.

use sinet_document::agreement::{Agreement, Matches};
use sinet_text::Types;

/// A measure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// Its value with two decimals; a dash where there is nothing to measure.
    pub value: String,
    /// The counts that it comes from.
    pub counts: String,
}

/// The measures over all documents and types.
pub fn measures(agreement: &Agreement) -> Vec<Measure> {
    let words = match agreement.words.words() {
        1 => "1 word".to_owned(),
        words => format!("{words} words"),
    };
    let kappa =
        Measure { name: "Words: Cohen’s κ".to_owned(), value: figure(agreement.words.value()), counts: words };
    let f1 = [
        ("Entities: F1", agreement.all_entities()),
        ("Entities by boundaries: F1", agreement.entity_boundaries),
        ("Relations: F1", agreement.all_relations()),
        ("Relations by boundaries: F1", agreement.all_relation_boundaries()),
    ];
    std::iter::once(kappa).chain(f1.into_iter().map(|(name, matches)| of(name.to_owned(), matches))).collect()
}

/// F1 of each type: of entities, then of relations, strictly.
pub fn of_types(agreement: &Agreement, types: &Types) -> [Vec<Measure>; 2] {
    let entities = agreement.entities.iter().map(|(kind, matches)| of(types.entity(kind).to_owned(), *matches));
    let relations = agreement.relations.iter().map(|(kind, matches)| of(types.relation(kind).to_owned(), *matches));
    [entities.collect(), relations.collect()]
}

fn of(name: String, matches: Matches) -> Measure {
    let Matches { first, second, both } = matches;
    Measure { name, value: figure(matches.f1()), counts: format!("{both} the same, of {first} and {second}") }
}

fn figure(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_told_with_their_counts() {
        let told = |measure: &Measure| (measure.name.clone(), measure.value.clone(), measure.counts.clone());
        let mut agreement = Agreement::default();
        assert!(measures(&agreement).iter().all(|measure| measure.value == "–"));
        agreement.entities.insert("P".to_owned(), Matches { first: 4, second: 5, both: 2 });
        agreement.entities.insert("L".to_owned(), Matches { first: 1, second: 0, both: 0 });
        let text = |name: &str, value: &str, counts: &str| (name.to_owned(), value.to_owned(), counts.to_owned());
        assert_eq!(told(&measures(&agreement)[1]), text("Entities: F1", "0.40", "2 the same, of 5 and 5"));
        let [entities, relations] = of_types(&agreement, &Types::default());
        assert_eq!(told(&entities[1]), text("P", "0.44", "2 the same, of 4 and 5"));
        assert_eq!(relations, []);
    }
}
