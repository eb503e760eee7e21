//! Tagsets as `types.json`.
//!
//! That is SpERT's file, which the trainer reads: two maps from a type's name to `short`, `verbose` and `symmetric`. A tagset
//! adds `key`, `tone`, `heads` and `tails` to these, and `of_model` to the maps, which others pass over.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{EntityTag, FILE_BYTES, MOST_TYPES, RelationTag, Sort, TONES, TYPE_KEYS, Tagset, TagsetError};

impl Tagset {
    /// Reads a `types.json`. Without colours and keys, types have those of their places. A key that is taken or means something
    /// else is left out.
    ///
    /// # Errors
    ///
    /// [`TagsetError`] if it is none, or beyond the limits of this module.
    pub fn from_json(json: &str) -> Result<Self, TagsetError> {
        if json.len() > FILE_BYTES {
            return Err(TagsetError::TooLarge);
        }
        let file: File = serde_json::from_str(json).map_err(|error| TagsetError::NoTypes(error.to_string()))?;
        file.try_into()
    }

    /// Writes a `types.json`. The trainer reads it if there is at least one type of each sort.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("types are plain JSON")
    }

    fn read_entities(&mut self, entries: Vec<(String, EntityEntry)>) -> Result<(), TagsetError> {
        let mut keys = Vec::new();
        for (place, (name, entry)) in entries.into_iter().enumerate() {
            self.add(Sort::Entity, &name)?;
            let tag = self.entities.last_mut().expect("it was just added");
            tag.short = words(entry.short, &tag.name)?;
            tag.verbose = words(entry.verbose, &tag.name)?;
            tag.tone = entry.tone.unwrap_or(place % TONES);
            if tag.tone >= TONES {
                return Err(TagsetError::NoTone(tag.tone));
            }
            keys.push(entry.key);
        }
        let keys = usable(keys);
        self.entities.iter_mut().zip(keys).for_each(|(tag, key)| tag.key = key);
        Ok(())
    }

    fn read_relations(&mut self, entries: Vec<(String, RelationEntry)>) -> Result<(), TagsetError> {
        let mut keys = Vec::new();
        for (name, entry) in entries {
            self.add(Sort::Relation, &name)?;
            let (heads, tails) = (self.checked_ends(&entry.heads)?, self.checked_ends(&entry.tails)?);
            let tag = self.relations.last_mut().expect("it was just added");
            tag.short = words(entry.short, &tag.name)?;
            tag.verbose = words(entry.verbose, &tag.name)?;
            (tag.symmetric, tag.heads, tag.tails) = (entry.symmetric, heads, tails);
            keys.push(entry.key);
        }
        let keys = usable(keys);
        self.relations.iter_mut().zip(keys).for_each(|(tag, key)| tag.key = key);
        Ok(())
    }
}

impl From<Tagset> for File {
    fn from(tagset: Tagset) -> Self {
        let entities = tagset.entities.iter().map(|tag| {
            let EntityTag { name, short, verbose, key, tone } = tag;
            let (short, verbose) = (Some(short.clone()), Some(verbose.clone()));
            (name.clone(), EntityEntry { short, verbose, key: key.map(String::from), tone: Some(*tone) })
        });
        let relations = tagset.relations.iter().map(|tag| {
            let RelationTag { name, short, verbose, key, symmetric, heads, tails } = tag.clone();
            let key = key.map(String::from);
            (name, RelationEntry { short: Some(short), verbose: Some(verbose), symmetric, key, heads, tails })
        });
        let [entities_of_model, relations_of_model] = tagset.of_model.clone();
        Self {
            entities: Entries(entities.collect()),
            relations: Entries(relations.collect()),
            of_model: OfModel { entities: entities_of_model, relations: relations_of_model },
        }
    }
}

impl TryFrom<File> for Tagset {
    type Error = TagsetError;

    fn try_from(file: File) -> Result<Self, TagsetError> {
        let mut tagset = Self::default();
        tagset.read_entities(file.entities.0)?;
        tagset.read_relations(file.relations.0)?;
        for (sort, chosen) in [(Sort::Entity, file.of_model.entities), (Sort::Relation, file.of_model.relations)] {
            for (kind, own) in chosen {
                tagset.map(sort, &kind, own.as_deref())?;
            }
        }
        Ok(tagset)
    }
}

/// The keys that types ask for, each for the first type that does. If none asks, each gets one in order.
fn usable(wanted: Vec<Option<String>>) -> Vec<Option<char>> {
    if wanted.iter().all(Option::is_none) {
        return (0..wanted.len()).map(|place| TYPE_KEYS.chars().nth(place)).collect();
    }
    let mut taken = String::new();
    let mut usable = |key: &String| {
        let mut letters = key.chars();
        let (Some(key), None) = (letters.next(), letters.next()) else { return None };
        let is_free = TYPE_KEYS.contains(key) && !taken.contains(key);
        taken.extend(is_free.then_some(key));
        is_free.then_some(key)
    };
    wanted.iter().map(|key| key.as_ref().and_then(&mut usable)).collect()
}

fn words(words: Option<String>, name: &str) -> Result<String, TagsetError> {
    match words {
        Some(words) if !words.trim().is_empty() => super::checked_name(&words),
        _ => Ok(name.to_owned()),
    }
}

/// `types.json` as it is written.
#[derive(Serialize, Deserialize)]
#[serde(expecting = "an object with `entities` and `relations`")]
pub(super) struct File {
    entities: Entries<EntityEntry>,
    #[serde(default)]
    relations: Entries<RelationEntry>,
    #[serde(default, skip_serializing_if = "OfModel::is_empty")]
    of_model: OfModel,
}

#[derive(Serialize, Deserialize)]
struct EntityEntry {
    #[serde(default)]
    short: Option<String>,
    #[serde(default)]
    verbose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default)]
    tone: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct RelationEntry {
    #[serde(default)]
    short: Option<String>,
    #[serde(default)]
    verbose: Option<String>,
    #[serde(default)]
    symmetric: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    heads: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tails: Vec<String>,
}

/// Types of models that are shown under another name (or not at all) than their own.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct OfModel {
    entities: BTreeMap<String, Option<String>>,
    relations: BTreeMap<String, Option<String>>,
}

impl OfModel {
    fn is_empty(&self) -> bool {
        self.entities.is_empty() && self.relations.is_empty()
    }
}

/// A JSON object as a list, so that its order stays and a name that comes twice is seen. It ends at the limit.
struct Entries<E>(Vec<(String, E)>);

impl<E> Default for Entries<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: Serialize> Serialize for Entries<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, entry)| (name, entry)))
    }
}

impl<'de, E: DeserializeOwned> Deserialize<'de> for Entries<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<E>(std::marker::PhantomData<E>);

        impl<'de, E: DeserializeOwned> Visitor<'de> for InOrder<E> {
            type Value = Entries<E>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object with one field per type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<E>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                    if entries.len() > MOST_TYPES {
                        return Err(A::Error::custom(format_args!(
                            "it names more than {MOST_TYPES} types of one sort"
                        )));
                    }
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder(std::marker::PhantomData))
    }
}
