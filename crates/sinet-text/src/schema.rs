//! The types of a task, in SpERT's `types.json` form.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// The entity and relation types of a task, in a fixed order.
///
/// Reads and writes SpERT's `types.json`: two maps from a type's name to its other names, whose order is the
/// order of the network's classes.
///
/// ```
/// let schema: sinet_text::Schema = serde_json::from_str(
///     r#"{"entities": {"Loc": {"short": "Loc", "verbose": "Location"}},
///         "relations": {"Near": {"short": "Near", "verbose": "Near", "symmetric": true}}}"#,
/// )?;
/// assert_eq!(schema.entity_index("Loc"), Some(0));
/// assert_eq!(schema.entity_class("Loc"), Some(1));
/// assert!(schema.relations[0].symmetric);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TypesFile")]
pub struct Schema {
    /// Entity types; class 0 of the network, "no entity", is not among them.
    #[serde(serialize_with = "write_entities")]
    pub entities: Vec<EntityType>,
    /// Relation types.
    #[serde(serialize_with = "write_relations")]
    pub relations: Vec<RelationType>,
}

/// A type of entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityType {
    /// Name in the data.
    pub name: String,
    /// Name for narrow places.
    pub short: String,
    /// Name for readers.
    pub verbose: String,
}

/// A type of relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationType {
    /// Name in the data.
    pub name: String,
    /// Name for narrow places.
    pub short: String,
    /// Name for readers.
    pub verbose: String,
    /// Whether head and tail can be exchanged.
    pub symmetric: bool,
}

/// Why a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A list of types is empty.
    #[error("`{field}` names no type; name at least one")]
    Empty {
        /// `entities` or `relations`.
        field: &'static str,
    },
    /// Two types of one list have the same name.
    #[error("`{field}` names the type {name:?} twice; remove one of them")]
    Duplicate {
        /// `entities` or `relations`.
        field: &'static str,
        /// The name.
        name: String,
    },
}

impl Schema {
    /// A schema of these types, in this order.
    ///
    /// # Errors
    /// If a list is empty or names a type twice.
    pub fn new(entities: Vec<EntityType>, relations: Vec<RelationType>) -> Result<Self, SchemaError> {
        check_names("entities", entities.iter().map(|kind| kind.name.as_str()))?;
        check_names("relations", relations.iter().map(|kind| kind.name.as_str()))?;
        Ok(Self { entities, relations })
    }

    /// Place of an entity type in [`Schema::entities`], from 0.
    pub fn entity_index(&self, name: &str) -> Option<usize> {
        self.entities.iter().position(|kind| kind.name == name)
    }

    /// Class of an entity type in the network, from 1: class 0 is "no entity".
    pub fn entity_class(&self, name: &str) -> Option<usize> {
        self.entity_index(name).map(|index| index + 1)
    }

    /// Place of a relation type in [`Schema::relations`], from 0; the network's class is the same.
    pub fn relation_index(&self, name: &str) -> Option<usize> {
        self.relations.iter().position(|kind| kind.name == name)
    }
}

fn check_names<'n>(field: &'static str, names: impl Iterator<Item = &'n str>) -> Result<(), SchemaError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            let name = name.to_owned();
            return Err(SchemaError::Duplicate { field, name });
        }
    }
    if seen.is_empty() {
        return Err(SchemaError::Empty { field });
    }
    Ok(())
}

/// `types.json` as it is written.
#[derive(Deserialize)]
struct TypesFile {
    entities: Entries,
    relations: Entries,
}

/// A JSON object as a list, so that a name that comes twice is seen and not overwritten.
struct Entries(Vec<(String, Entry)>);

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(default)]
    short: Option<String>,
    #[serde(default)]
    verbose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    symmetric: Option<bool>,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object with one field per type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl TryFrom<TypesFile> for Schema {
    type Error = SchemaError;

    fn try_from(file: TypesFile) -> Result<Self, SchemaError> {
        let entities = file.entities.0.into_iter().map(|(name, entry)| EntityType {
            short: entry.short.unwrap_or_else(|| name.clone()),
            verbose: entry.verbose.unwrap_or_else(|| name.clone()),
            name,
        });
        let relations = file.relations.0.into_iter();
        let relations = relations.map(|(name, entry)| RelationType {
            short: entry.short.unwrap_or_else(|| name.clone()),
            verbose: entry.verbose.unwrap_or_else(|| name.clone()),
            symmetric: entry.symmetric.unwrap_or(false),
            name,
        });
        Schema::new(entities.collect(), relations.collect())
    }
}

fn write_entities<S: Serializer>(kinds: &[EntityType], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kinds.iter().map(|kind| {
        let entry = Entry { short: Some(kind.short.clone()), verbose: Some(kind.verbose.clone()), symmetric: None };
        (&kind.name, entry)
    }))
}

fn write_relations<S: Serializer>(kinds: &[RelationType], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kinds.iter().map(|kind| {
        let entry = Entry {
            short: Some(kind.short.clone()),
            verbose: Some(kind.verbose.clone()),
            symmetric: Some(kind.symmetric),
        };
        (&kind.name, entry)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    const TYPES: &str = r#"{"entities":{"Z":{"short":"z","verbose":"Zed"},"A":{"short":"a","verbose":"Ay"}},"relations":{"R":{"short":"r","verbose":"Ar","symmetric":true}}}"#;

    #[test]
    fn types_json_comes_back_as_it_was() {
        let schema: Schema = serde_json::from_str(TYPES).unwrap();
        assert_eq!(schema.entity_index("A"), Some(1));
        assert_eq!(schema.entity_class("A"), Some(2));
        assert_eq!(schema.entity_index("a"), None);
        assert_eq!(schema.relation_index("R"), Some(0));
        assert_eq!(serde_json::to_string(&schema).unwrap(), TYPES);
    }

    #[test]
    fn names_default_to_the_name_in_the_data() {
        let schema: Schema = serde_json::from_str(r#"{"entities":{"A":{}},"relations":{"R":{}}}"#).unwrap();
        assert_eq!(schema.entities[0].verbose, "A");
        assert_eq!(schema.relations[0].short, "R");
        assert!(!schema.relations[0].symmetric);
    }

    #[track_caller]
    fn check_error(json: &str, expected: Expect) {
        let error = serde_json::from_str::<Schema>(json).unwrap_err();
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn errors_name_the_field() {
        check_error(r#"{"entities":{},"relations":{"R":{}}}"#, expect!["`entities` names no type; name at least one"]);
        check_error(r#"{"entities":{"A":{}},"relations":{}}"#, expect!["`relations` names no type; name at least one"]);
        check_error(
            r#"{"entities":{"A":{},"B":{},"A":{}},"relations":{"R":{}}}"#,
            expect![[r#"`entities` names the type "A" twice; remove one of them"#]],
        );
        check_error(r#"{"entities":{"A":{}}}"#, expect!["missing field `relations` at line 1 column 21"]);
        check_error(
            r#"{"entities":[],"relations":{"R":{}}}"#,
            expect!["invalid type: sequence, expected an object with one field per type at line 1 column 12"],
        );
    }
}
