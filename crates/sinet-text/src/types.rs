//! The types of entities and relations, as readers see them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::schema::Schema;

/// The types that a model knows. A document may have others, which go by their own names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Types {
    /// Of entities, in the schema's order.
    pub entities: Vec<TypeName>,
    /// Of relations, in the schema's order.
    pub relations: Vec<TypeName>,
    /// The colours that somebody has chosen for entity types, by number. The others have those of their places.
    pub tones: BTreeMap<String, usize>,
}

impl Types {
    /// An entity's type in words for readers.
    pub fn entity<'a>(&'a self, kind: &'a str) -> &'a str {
        verbose(&self.entities, kind)
    }

    /// A relation's type in words for readers.
    pub fn relation<'a>(&'a self, kind: &'a str) -> &'a str {
        verbose(&self.relations, kind)
    }

    /// Whether a relation of this type has no direction.
    pub fn is_symmetric(&self, kind: &str) -> bool {
        self.relations.iter().any(|known| known.name == kind && known.symmetric)
    }
}

impl From<&Schema> for Types {
    /// The types of a model, with the colours of their places.
    fn from(schema: &Schema) -> Self {
        let named = |name: &str, verbose: &str, symmetric| TypeName {
            name: name.to_owned(),
            verbose: verbose.to_owned(),
            symmetric,
        };
        Self {
            entities: schema.entities.iter().map(|kind| named(&kind.name, &kind.verbose, false)).collect(),
            relations: schema.relations.iter().map(|kind| named(&kind.name, &kind.verbose, kind.symmetric)).collect(),
            tones: BTreeMap::new(),
        }
    }
}

/// A type's name in the data and its name for readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeName {
    /// As in the annotation.
    pub name: String,
    /// For people.
    pub verbose: String,
    /// Whether a relation of this type has no direction (always false for entities).
    pub symmetric: bool,
}

fn verbose<'a>(types: &'a [TypeName], kind: &'a str) -> &'a str {
    types.iter().find(|known| known.name == kind).map_or(kind, |known| &known.verbose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_types_go_by_their_names() {
        let named = |name: &str, verbose: &str, symmetric| TypeName {
            name: name.to_owned(),
            verbose: verbose.to_owned(),
            symmetric,
        };
        let types = Types {
            entities: vec![named("Loc", "Location", false), named("Org", "Organisation", false)],
            relations: vec![named("Near", "is near", true)],
            ..Types::default()
        };
        assert_eq!([types.entity("Org"), types.entity("Date")], ["Organisation", "Date"]);
        assert_eq!([types.relation("Near"), types.relation("Far")], ["is near", "Far"]);
        assert!(types.is_symmetric("Near") && !types.is_symmetric("Far"));
    }
}
