//! The findings that one reading of a text has and another has not.

use std::collections::BTreeMap;

use sinet_text::annotation::{Annotation, Entity, Relation};
use sinet_text::{Types, WordRange};

/// Two readings of one text, compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// The labels that only the first has.
    pub only_first: Vec<Found>,
    /// The labels that only the second has.
    pub only_second: Vec<Found>,
    /// Entities of both to which they give different types.
    pub retyped: Vec<Retyped>,
}

/// Something that a reading found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// An entity.
    Entity {
        /// Its type, as in the annotation.
        kind: String,
        /// Its text.
        text: String,
    },
    /// A relation.
    Relation {
        /// Its type, as in the annotation.
        kind: String,
        /// The texts of its head and its tail.
        ends: [String; 2],
    },
}

/// An entity with two types.
#[derive(Debug, Clone, PartialEq)]
pub struct Retyped {
    /// Its text.
    pub text: String,
    /// Its type in the first reading and in the second.
    pub kinds: [String; 2],
}

impl Difference {
    /// Compares two readings of the same text, by the words they name.
    pub fn between(first: &Annotation, second: &Annotation) -> Self {
        let mut difference = Self::default();
        let [of_first, of_second] = [first, second].map(entities);
        for (words, entity) in &of_first {
            match of_second.get(words) {
                None => difference.only_first.push(found_entity(entity)),
                Some(other) if other.kind != entity.kind => difference
                    .retyped
                    .push(Retyped { text: entity.text.clone(), kinds: [entity.kind.clone(), other.kind.clone()] }),
                Some(_) => {}
            }
        }
        let new = of_second.iter().filter(|(words, _)| !of_first.contains_key(words));
        difference.only_second.extend(new.map(|(_, entity)| found_entity(entity)));
        let [of_first, of_second] = [first, second].map(relations);
        let missing = |from: &BTreeMap<_, Found>, to: &BTreeMap<_, Found>| -> Vec<Found> {
            from.iter().filter(|(key, _)| !to.contains_key(*key)).map(|(_, found)| found.clone()).collect()
        };
        difference.only_first.extend(missing(&of_first, &of_second));
        difference.only_second.extend(missing(&of_second, &of_first));
        difference
    }

    /// Whether both found the same.
    pub fn is_empty(&self) -> bool {
        self.only_first.is_empty() && self.only_second.is_empty() && self.retyped.is_empty()
    }

    /// The effect of a change of settings, in one sentence; the first reading is the model's own.
    pub fn tell_change(&self) -> String {
        let mut parts = Vec::new();
        if let Some(counted) = count(&self.only_first) {
            parts.push(format!("{counted} gone"));
        }
        if let Some(counted) = count(&self.only_second) {
            parts.push(format!("{counted} new"));
        }
        if !self.retyped.is_empty() {
            parts.push(format!("{} with another type", plural(self.retyped.len(), ["entity", "entities"])));
        }
        if parts.is_empty() { "Nothing changes in this text.".to_owned() } else { format!("{}.", parts.join(", ")) }
    }
}

impl Found {
    /// It in a few words.
    pub fn tell(&self, types: &Types) -> String {
        match self {
            Self::Entity { kind, text } => format!("{} “{text}”", types.entity(kind)),
            Self::Relation { kind, ends: [head, tail] } => {
                let [from, to] = if types.is_symmetric(kind) { ["between", "and"] } else { ["from", "to"] };
                format!("{} {from} “{head}” {to} “{tail}”", types.relation(kind))
            }
        }
    }
}

fn entities(annotation: &Annotation) -> BTreeMap<WordRange, &Entity> {
    annotation.entities.iter().map(|entity| (entity.words, entity)).collect()
}

fn found_entity(entity: &Entity) -> Found {
    Found::Entity { kind: entity.kind.clone(), text: entity.text.clone() }
}

fn relations(annotation: &Annotation) -> BTreeMap<(WordRange, WordRange, &str), Found> {
    let end = |entity: usize| annotation.entities.get(entity);
    let relation = |relation: &'_ Relation| {
        let (head, tail) = (end(relation.head)?, end(relation.tail)?);
        let ends = [head.text.clone(), tail.text.clone()];
        Some((head.words, tail.words, Found::Relation { kind: relation.kind.clone(), ends }))
    };
    (annotation.relations.iter())
        .filter_map(|each| {
            let (head, tail, found) = relation(each)?;
            Some(((head, tail, each.kind.as_str()), found))
        })
        .collect()
}

/// How many entities and relations, in words; nothing for none.
fn count(found: &[Found]) -> Option<String> {
    let entities = found.iter().filter(|found| matches!(found, Found::Entity { .. })).count();
    let relations = found.len() - entities;
    let told = [(entities, ["entity", "entities"]), (relations, ["relation", "relations"])];
    let told: Vec<_> =
        told.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| plural(count, name)).collect();
    (!told.is_empty()).then(|| told.join(" and "))
}

fn plural(count: usize, [one, more]: [&str; 2]) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use sinet_text::TypeName;
    use sinet_text::annotation::{OffsetUnit, TextRange};

    use super::*;

    /// Entities as (word, type), relations as (head, type, tail).
    fn annotation(entities: &[(usize, &str)], relations: &[(usize, &str, usize)]) -> Annotation {
        let text = "a b c d".to_owned();
        let range = |word: usize| TextRange { start: 2 * word, end: 2 * word + 1 };
        Annotation {
            model: "test".to_owned(),
            offset_unit: OffsetUnit::CodePoints,
            words: (0..4).map(range).collect(),
            windows: Vec::new(),
            entities: (entities.iter())
                .map(|&(word, kind)| Entity {
                    kind: kind.to_owned(),
                    range: range(word),
                    words: WordRange { start: word, end: word + 1 },
                    text: text[2 * word..2 * word + 1].to_owned(),
                    score: 0.5,
                })
                .collect(),
            relations: (relations.iter())
                .map(|&(head, kind, tail)| Relation { kind: kind.to_owned(), head, tail, score: 0.5 })
                .collect(),
            text,
        }
    }

    #[track_caller]
    fn check(first: &Annotation, second: &Annotation, expected: Expect) {
        let kind = |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.to_lowercase(), symmetric };
        let types = Types {
            entities: vec![kind("M", false), kind("T", false)],
            relations: vec![kind("U", false), kind("C", true)],
            ..Types::default()
        };
        let difference = Difference::between(first, second);
        let mut lines = vec![difference.tell_change()];
        lines.extend(difference.only_first.iter().map(|found| format!("- {}", found.tell(&types))));
        lines.extend(difference.only_second.iter().map(|found| format!("+ {}", found.tell(&types))));
        lines.extend(
            difference.retyped.iter().map(|Retyped { text, kinds: [from, to] }| format!("{text}: {from} > {to}")),
        );
        expected.assert_eq(&lines.join("\n"));
        assert_eq!(difference.is_empty(), lines.len() == 1);
    }

    #[test]
    fn a_reading_does_not_differ_from_itself() {
        let reading = annotation(&[(0, "M"), (1, "T")], &[(0, "U", 1)]);
        check(&reading, &reading, expect!["Nothing changes in this text."]);
    }

    #[test]
    fn what_goes_comes_and_changes_is_told() {
        let first = annotation(&[(0, "M"), (1, "T"), (2, "M")], &[(0, "U", 1), (1, "C", 2)]);
        let second = annotation(&[(1, "M"), (2, "M"), (3, "T")], &[(1, "U", 0), (0, "C", 1)]);
        check(
            &first,
            &second,
            expect![[r#"
            1 entity and 1 relation gone, 1 entity and 1 relation new, 1 entity with another type.
            - m “a”
            - u from “a” to “b”
            + t “d”
            + u from “c” to “b”
            b: T > M"#]],
        );
        check(
            &annotation(&[], &[]),
            &annotation(&[(0, "M"), (1, "M")], &[(0, "C", 1)]),
            expect![[r#"
            2 entities and 1 relation new.
            + m “a”
            + m “b”
            + c between “a” and “b”"#]],
        );
    }

    #[test]
    fn relations_are_the_same_by_their_words_not_their_numbers() {
        let first = annotation(&[(0, "M"), (1, "T"), (2, "M")], &[(1, "U", 2)]);
        let second = annotation(&[(1, "T"), (2, "M")], &[(0, "U", 1)]);
        check(
            &first,
            &second,
            expect![[r#"
            1 entity gone.
            - m “a”"#]],
        );
    }
}
