//! The entities and triples of a whole corpus, counted.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use ahash::AHashMap;
use serde::Serialize;
use sinet_text::annotation::{Entity, Relation};

use crate::Error;
use crate::corpus::answers::{Answers, Said};
use crate::corpus::inputs::find;

/// An entity of the corpus: all mentions of one type whose names are the same but for case and white space.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its type.
    pub kind: String,
    /// The name by which mentions are merged.
    pub key: String,
    /// The name as it stood at its first mention.
    pub name: String,
    /// Its mentions.
    pub mentions: u64,
}

/// A triple of the corpus: how often it was found, by places in [`Stats::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// The head.
    pub head: usize,
    /// The type, a place in [`Stats::kinds`].
    pub kind: usize,
    /// The tail.
    pub tail: usize,
}

/// The counts of a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Texts that were read.
    pub texts: u64,
    /// Of these, those with an entity.
    pub labelled: u64,
    /// Rows without a text.
    pub nothing: u64,
    /// Texts that could not be read.
    pub errors: u64,
    /// Mentions of each entity type.
    pub entities: BTreeMap<String, u64>,
    /// Relations of each type.
    pub relations: BTreeMap<String, u64>,
}

/// The entities and triples of a corpus. Memory grows with the number of different ones, not with that of texts.
#[derive(Debug, Default)]
pub struct Stats {
    /// How many there are.
    pub counts: Counts,
    /// All entities, in the order of their first mention.
    pub nodes: Vec<Node>,
    /// The types of relations, in the order of their first use.
    pub kinds: Vec<String>,
    /// All triples, with how often each was found.
    pub edges: AHashMap<Edge, u64>,
    places: AHashMap<(String, String), usize>,
}

impl Stats {
    /// Counts what `sinet predict` has written: JSON lines, Parquet or Arrow.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] or [`Error::Data`] for the first file that cannot be read or is no such output.
    pub fn of_files(paths: &[PathBuf]) -> Result<Self, Error> {
        let mut stats = Self::default();
        for input in find(paths)? {
            for said in Answers::open(&input)? {
                stats.add(&said?);
            }
        }
        Ok(stats)
    }

    /// Counts what was said of a text.
    pub fn add(&mut self, said: &Said) {
        match said {
            Said::Nothing => self.counts.nothing += 1,
            Said::Error => self.counts.errors += 1,
            Said::Labels(entities, relations) => {
                self.counts.texts += 1;
                self.counts.labelled += u64::from(!entities.is_empty());
                self.add_labels(entities, relations);
            }
        }
    }

    fn add_labels(&mut self, entities: &[Entity], relations: &[Relation]) {
        let places: Vec<usize> = entities.iter().map(|entity| self.add_mention(entity)).collect();
        for relation in relations {
            // A file may come from anywhere.
            let (Some(&head), Some(&tail)) = (places.get(relation.head), places.get(relation.tail)) else { continue };
            *self.counts.relations.entry(relation.kind.clone()).or_default() += 1;
            let kind = self.kinds.iter().position(|kind| *kind == relation.kind).unwrap_or_else(|| {
                self.kinds.push(relation.kind.clone());
                self.kinds.len() - 1
            });
            *self.edges.entry(Edge { head, kind, tail }).or_default() += 1;
        }
    }

    fn add_mention(&mut self, entity: &Entity) -> usize {
        *self.counts.entities.entry(entity.kind.clone()).or_default() += 1;
        let key = normalised(&entity.text);
        let nodes = &mut self.nodes;
        let place = *self.places.entry((entity.kind.clone(), key)).or_insert_with_key(|(kind, key)| {
            let (kind, key, name) = (kind.clone(), key.clone(), entity.text.clone());
            nodes.push(Node { kind, key, name, mentions: 0 });
            nodes.len() - 1
        });
        nodes[place].mentions += 1;
        place
    }

    /// The counts and the `most` frequent entities and triples; of those as frequent, in the order of their names.
    pub fn summary(&self, most: usize) -> Summary {
        let mut nodes: Vec<&Node> = self.nodes.iter().collect();
        nodes.sort_by(|a, b| (b.mentions, &a.key, &a.kind).cmp(&(a.mentions, &b.key, &b.kind)));
        let triple = |edge: &Edge, found: u64| {
            let [head, tail] = [edge.head, edge.tail].map(|place| Name::of(&self.nodes[place]));
            FoundTriple { head, kind: self.kinds[edge.kind].clone(), tail, found }
        };
        let mut edges: Vec<_> = self.edges.iter().collect();
        let key = |edge: &Edge| (&self.nodes[edge.head].key, &self.kinds[edge.kind], &self.nodes[edge.tail].key, *edge);
        edges.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| key(a).cmp(&key(b))));
        Summary {
            counts: self.counts.clone(),
            different_entities: self.nodes.len(),
            different_triples: self.edges.len(),
            frequent_entities: nodes
                .iter()
                .take(most)
                .map(|node| FoundEntity { name: Name::of(node), found: node.mentions })
                .collect(),
            frequent_triples: edges.iter().take(most).map(|(edge, found)| triple(edge, **found)).collect(),
        }
    }
}

/// A name by which mentions are merged: lower case, one space for all white space.
fn normalised(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The counts of a corpus, and what is most frequent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// How many there are.
    #[serde(flatten)]
    pub counts: Counts,
    /// Entities whose names or types differ.
    pub different_entities: usize,
    /// Triples that differ.
    pub different_triples: usize,
    /// The most frequent entities.
    pub frequent_entities: Vec<FoundEntity>,
    /// The most frequent triples.
    pub frequent_triples: Vec<FoundTriple>,
}

/// An entity by name and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Name {
    /// Its name as it stood at its first mention.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// An entity and how often it was mentioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundEntity {
    /// The entity.
    #[serde(flatten)]
    pub name: Name,
    /// Its mentions.
    pub found: u64,
}

/// A triple and how often it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundTriple {
    /// The head.
    pub head: Name,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The tail.
    pub tail: Name,
    /// Relations.
    pub found: u64,
}

impl Name {
    fn of(node: &Node) -> Self {
        Self { name: node.name.clone(), kind: node.kind.clone() }
    }
}

impl Summary {
    /// A table for people.
    pub fn table(&self) -> String {
        let Counts { texts, labelled, nothing, errors, entities, relations } = &self.counts;
        // Writing to a String cannot fail.
        let mut table = format!("{texts} texts, {labelled} with labels\n");
        if nothing + errors > 0 {
            let _ = writeln!(table, "{nothing} rows without a text, {errors} texts that could not be read");
        }
        for (title, counts, different) in
            [("entities", entities, self.different_entities), ("relations", relations, self.different_triples)]
        {
            let all = counts.values().sum::<u64>();
            let _ = writeln!(table, "\n{all:>10} {title}, {different} different");
            for (kind, count) in counts {
                let _ = writeln!(table, "{count:>10} {kind}");
            }
        }
        if !self.frequent_entities.is_empty() {
            table.push_str("\nThe most frequent entities\n");
        }
        for FoundEntity { name: Name { name, kind }, found } in &self.frequent_entities {
            let _ = writeln!(table, "{found:>10} {} ({kind})", printed(name));
        }
        if !self.frequent_triples.is_empty() {
            table.push_str("\nThe most frequent triples\n");
        }
        for FoundTriple { head, kind, tail, found } in &self.frequent_triples {
            let [head, tail] = [head, tail].map(|end| format!("{} ({})", printed(&end.name), end.kind));
            let _ = writeln!(table, "{found:>10} {head}, {kind}, {tail}");
        }
        table
    }
}

/// A name without characters that would move the ones behind it.
fn printed(name: &str) -> String {
    name.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use sinet_text::annotation::{TextRange, WordRange};

    use super::*;

    fn entity(kind: &str, text: &str) -> Entity {
        let (range, words) = (TextRange { start: 0, end: 1 }, WordRange { start: 0, end: 1 });
        Entity { kind: kind.to_owned(), range, words, text: text.to_owned(), score: 0.5 }
    }

    fn relation(head: usize, kind: &str, tail: usize) -> Relation {
        Relation { kind: kind.to_owned(), head, tail, score: 0.5 }
    }

    #[test]
    fn mentions_are_merged_by_name_and_type() {
        let mut stats = Stats::default();
        let first = vec![entity("Method", "Beam  Search"), entity("Task", "parsing"), entity("Task", "beam search")];
        stats.add(&Said::Labels(first, vec![relation(0, "Used-for", 1), relation(0, "Used-for", 9)]));
        let second = vec![entity("Task", "Parsing"), entity("Method", "beam search")];
        stats.add(&Said::Labels(second, vec![relation(1, "Used-for", 0)]));
        stats.add(&Said::Labels(Vec::new(), Vec::new()));
        stats.add(&Said::Nothing);
        stats.add(&Said::Error);
        let summary = stats.summary(2);
        let counts = &summary.counts;
        assert_eq!((counts.texts, counts.labelled, counts.nothing, counts.errors), (3, 2, 1, 1));
        assert_eq!(counts.entities, BTreeMap::from([("Method".to_owned(), 2), ("Task".to_owned(), 3)]));
        assert_eq!((summary.different_entities, summary.different_triples), (3, 1));
        let name = |name: &str, kind: &str| Name { name: name.to_owned(), kind: kind.to_owned() };
        let [search, parsing] = [name("Beam  Search", "Method"), name("parsing", "Task")];
        let found = |name: &Name| FoundEntity { name: name.clone(), found: 2 };
        assert_eq!(summary.frequent_entities, [found(&search), found(&parsing)]);
        assert_eq!(
            summary.frequent_triples,
            [FoundTriple { head: search, kind: "Used-for".to_owned(), tail: parsing, found: 2 }]
        );
        assert!(summary.table().contains("         2 Beam  Search (Method), Used-for, parsing (Task)"));
    }
}
