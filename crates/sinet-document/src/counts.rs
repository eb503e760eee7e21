//! How many labels a document has, by type.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sinet_formats::Provenance;

use crate::document::Labels;
use crate::tagset::Sort;

/// Labels by type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Of entities.
    pub entities: BTreeMap<String, Count>,
    /// Of relations.
    pub relations: BTreeMap<String, Count>,
}

/// Labels of one type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// By a person.
    pub person: usize,
    /// By a model alone.
    pub model: usize,
}

impl Count {
    /// By a person or a model.
    pub fn all(self) -> usize {
        self.person.saturating_add(self.model)
    }

    fn add(&mut self, other: Self) {
        self.person = self.person.saturating_add(other.person);
        self.model = self.model.saturating_add(other.model);
    }
}

impl Counts {
    /// Counts labels.
    pub fn of_labels(labels: &Labels) -> Self {
        let mut counts = Self::default();
        let one = |provenance| match provenance {
            Provenance::Person => Count { person: 1, model: 0 },
            Provenance::Model => Count { person: 0, model: 1 },
        };
        for entity in &labels.entities {
            counts.entities.entry(entity.kind.clone()).or_default().add(one(entity.provenance));
        }
        for relation in &labels.relations {
            counts.relations.entry(relation.kind.clone()).or_default().add(one(relation.provenance));
        }
        counts
    }

    /// Adds those of another document.
    pub fn add(&mut self, other: &Self) {
        for (counts, others) in [(&mut self.entities, &other.entities), (&mut self.relations, &other.relations)] {
            for (kind, &count) in others {
                counts.entry(kind.clone()).or_default().add(count);
            }
        }
    }

    /// Of entities or relations.
    pub fn of(&self, sort: Sort) -> &BTreeMap<String, Count> {
        match sort {
            Sort::Entity => &self.entities,
            Sort::Relation => &self.relations,
        }
    }

    /// Of one type.
    pub fn of_type(&self, sort: Sort, kind: &str) -> Count {
        self.of(sort).get(kind).copied().unwrap_or_default()
    }
}
