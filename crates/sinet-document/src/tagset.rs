//! A person's own types.
//!
//! A [`Tagset`] is what the documents of a set may be labelled with: types of entities and of relations, each with words for
//! readers, a key, and for entities a colour. It says which entities a relation may join ([`Tagset::allows`]) and under which
//! of its types a model's labels are shown ([`Tagset::of_model`]). It changes by a [`TagsetEdit`], each of which can be taken
//! back ([`TagsetHistory`]); [`OpenDocument::follow`](crate::OpenDocument::follow) has the labels of a document follow.

mod edit;
mod file;
mod history;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sinet_text::{TypeName, Types};

use crate::counts::Counts;

pub use edit::TagsetEdit;
pub use history::TagsetHistory;

/// The keys that can choose a type: digits, then the letters that mean nothing else in a text.
pub const TYPE_KEYS: &str = "123456789abcdefgijklmnopqstuvxyz";
/// The number of colours, each with a dash of its own. A tone is a number below it.
pub const TONES: usize = 8;
/// The most types of entities, and of relations.
pub const MOST_TYPES: usize = 256;
/// The most characters of a type's name, and of its words for readers.
pub const NAME_CHARACTERS: usize = 200;
/// The most bytes of a file of types.
pub const FILE_BYTES: usize = 1_000_000;

/// Types of entities and of relations. Names are unique among each, and so are keys.
///
/// ```
/// use sinet_document::tagset::{Sort, Tagset};
///
/// let tagset = Tagset::from_json(
///     r#"{"entities": {"Person": {}, "City": {"verbose": "Town or city"}},
///         "relations": {"lives_in": {"heads": ["Person"], "tails": ["City"]}}}"#,
/// )?;
/// assert_eq!(tagset.words(Sort::Entity, "City"), "Town or city");
/// let reason = tagset.allows("lives_in", "City", "Person").unwrap_err();
/// assert_eq!(reason, "“lives_in” goes from Person to Town or city, not from Town or city to Person.");
/// # Ok::<(), sinet_document::tagset::TagsetError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "file::File", into = "file::File")]
pub struct Tagset {
    entities: Vec<EntityTag>,
    relations: Vec<RelationTag>,
    /// Types of models that are not shown under their own name: the own type for each, or none.
    of_model: [BTreeMap<String, Option<String>>; 2],
}

/// A type of entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    /// Its name in the data.
    pub name: String,
    /// Its name for narrow places.
    pub short: String,
    /// Its name for readers.
    pub verbose: String,
    /// The key that chooses it, one of [`TYPE_KEYS`].
    pub key: Option<char>,
    /// Its colour and dash, below [`TONES`].
    pub tone: usize,
}

/// A type of relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationTag {
    /// Its name in the data.
    pub name: String,
    /// Its name for narrow places.
    pub short: String,
    /// Its name for readers.
    pub verbose: String,
    /// The key that chooses it, one of [`TYPE_KEYS`].
    pub key: Option<char>,
    /// Whether head and tail can be exchanged.
    pub symmetric: bool,
    /// The entity types that it may go out from; any if there are none.
    pub heads: Vec<String>,
    /// The entity types that it may go to; any if there are none.
    pub tails: Vec<String>,
}

/// Labels of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Entities.
    Entity,
    /// Relations.
    Relation,
}

impl std::fmt::Display for Sort {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Entity => "entity",
            Self::Relation => "relation",
        })
    }
}

/// Why types cannot be read or changed. They are as they were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagsetError {
    /// A file is too large.
    #[error("This file is too large for a types.json; one has at most 1 MB.")]
    TooLarge,
    /// A file is no `types.json`.
    #[error("This is no types.json: {0}.")]
    NoTypes(String),
    /// There are too many types.
    #[error("There can be {MOST_TYPES} {0} types; remove or merge some.")]
    TooMany(Sort),
    /// A type has no name.
    #[error("A type needs a name.")]
    NoName,
    /// A name is too long.
    #[error("A type's name has at most {NAME_CHARACTERS} characters.")]
    LongName,
    /// A name has control characters.
    #[error("A type's name has no line breaks and no other control characters.")]
    ControlCharacter,
    /// A name comes twice.
    #[error("There is another {sort} type “{name}”; choose another name, or merge the two.")]
    There {
        /// Of entities or relations.
        sort: Sort,
        /// The name.
        name: String,
    },
    /// There is no such type.
    #[error("There is no {sort} type “{name}”.")]
    Unknown {
        /// Of entities or relations.
        sort: Sort,
        /// The name.
        name: String,
    },
    /// A type is to be merged into itself.
    #[error("A type cannot be merged with itself.")]
    Itself,
    /// A key is another type's.
    #[error("The key {} is that of “{name}”; choose another.", key.to_uppercase())]
    KeyTaken {
        /// The key.
        key: char,
        /// The type that has it.
        name: String,
    },
    /// A key means something else.
    #[error("The key “{0}” cannot choose a type; these can: {TYPE_KEYS}.")]
    NoKey(char),
    /// There is no such colour.
    #[error("The colours of types are 0 to 7, and {0} is none of them.")]
    NoTone(usize),
}

impl Tagset {
    /// The types that a model knows, with the keys and colours that they have without a tagset.
    ///
    /// # Errors
    ///
    /// [`TagsetError`] if names do not fit.
    pub fn of_types(types: &Types) -> Result<Self, TagsetError> {
        let mut tagset = Self::default();
        for TypeName { name, verbose, .. } in &types.entities {
            tagset.add(Sort::Entity, name)?;
            tagset.apply(&TagsetEdit::Reword { sort: Sort::Entity, name: name.clone(), verbose: verbose.clone() })?;
        }
        for TypeName { name, verbose, symmetric } in &types.relations {
            tagset.add(Sort::Relation, name)?;
            tagset.apply(&TagsetEdit::Reword { sort: Sort::Relation, name: name.clone(), verbose: verbose.clone() })?;
            tagset.apply(&TagsetEdit::SetSymmetric { name: name.clone(), symmetric: *symmetric })?;
        }
        Ok(tagset)
    }

    /// The types that labels have, the most frequent ones first.
    ///
    /// # Errors
    ///
    /// [`TagsetError`] if there are too many, or their names do not fit.
    pub fn of_labels(counts: &Counts) -> Result<Self, TagsetError> {
        let mut tagset = Self::default();
        for sort in [Sort::Entity, Sort::Relation] {
            let mut kinds: Vec<_> = counts.of(sort).iter().collect();
            kinds.sort_by_key(|(_, count)| std::cmp::Reverse(count.all()));
            for (kind, _) in kinds {
                tagset.add(sort, kind)?;
            }
        }
        Ok(tagset)
    }

    /// These types, then those of another tagset whose names they do not have.
    ///
    /// # Errors
    ///
    /// [`TagsetError::TooMany`] if they are too many together.
    pub fn and(mut self, other: &Self) -> Result<Self, TagsetError> {
        for tag in &other.entities {
            if !self.has(Sort::Entity, &tag.name) {
                self.room_for_another(Sort::Entity)?;
                let (key, tone) = (self.free_key(Sort::Entity, tag.key), self.free_tone());
                self.entities.push(EntityTag { key, tone, ..tag.clone() });
            }
        }
        for tag in &other.relations {
            if !self.has(Sort::Relation, &tag.name) {
                self.room_for_another(Sort::Relation)?;
                let key = self.free_key(Sort::Relation, tag.key);
                self.relations.push(RelationTag { key, ..tag.clone() });
            }
        }
        Ok(self)
    }

    /// Types of entities, in the order of the palette.
    pub fn entities(&self) -> &[EntityTag] {
        &self.entities
    }

    /// Types of relations, in the order of the palette.
    pub fn relations(&self) -> &[RelationTag] {
        &self.relations
    }

    /// The type of entity of that name.
    pub fn entity(&self, name: &str) -> Option<&EntityTag> {
        self.entities.iter().find(|tag| tag.name == name)
    }

    /// The type of relation of that name.
    pub fn relation(&self, name: &str) -> Option<&RelationTag> {
        self.relations.iter().find(|tag| tag.name == name)
    }

    /// Whether there is a type of that name.
    pub fn has(&self, sort: Sort, name: &str) -> bool {
        self.names(sort).any(|known| known == name)
    }

    /// The names of all types of a sort, in the order of the palette.
    pub fn names(&self, sort: Sort) -> impl Iterator<Item = &str> {
        let (entities, relations): (&[EntityTag], &[RelationTag]) = match sort {
            Sort::Entity => (&self.entities, &[]),
            Sort::Relation => (&[], &self.relations),
        };
        entities.iter().map(|tag| tag.name.as_str()).chain(relations.iter().map(|tag| tag.name.as_str()))
    }

    /// A type in words for readers; one that is not here goes by its name.
    pub fn words<'a>(&'a self, sort: Sort, name: &'a str) -> &'a str {
        let words = match sort {
            Sort::Entity => self.entity(name).map(|tag| tag.verbose.as_str()),
            Sort::Relation => self.relation(name).map(|tag| tag.verbose.as_str()),
        };
        words.unwrap_or(name)
    }

    /// The key of a type.
    pub fn key(&self, sort: Sort, name: &str) -> Option<char> {
        match sort {
            Sort::Entity => self.entity(name)?.key,
            Sort::Relation => self.relation(name)?.key,
        }
    }

    /// The type that a key chooses.
    pub fn with_key(&self, sort: Sort, key: char) -> Option<&str> {
        self.names(sort).find(|name| self.key(sort, name) == Some(key))
    }

    /// The types as everybody names them who describes labels.
    pub fn types(&self) -> Types {
        let entities = self.entities.iter().map(|tag| (&tag.name, &tag.verbose, false));
        let relations = self.relations.iter().map(|tag| (&tag.name, &tag.verbose, tag.symmetric));
        let named = |(name, verbose, symmetric): (&String, &String, bool)| TypeName {
            name: name.clone(),
            verbose: verbose.clone(),
            symmetric,
        };
        let tones = self.entities.iter().map(|tag| (tag.name.clone(), tag.tone)).collect();
        Types { entities: entities.map(named).collect(), relations: relations.map(named).collect(), tones }
    }

    /// Whether labels of this type can come from a model that knows some types.
    pub fn is_known_to(&self, model: &Types, sort: Sort, name: &str) -> bool {
        let kinds = match sort {
            Sort::Entity => &model.entities,
            Sort::Relation => &model.relations,
        };
        kinds.iter().any(|kind| self.of_model(sort, &kind.name) == Some(name))
    }

    /// The type under which a model's labels are shown: the one that somebody has chosen for them, else the one of the same
    /// name. `None` if they are hidden.
    pub fn of_model(&self, sort: Sort, kind: &str) -> Option<&str> {
        let own = match self.of_model[sort as usize].get(kind) {
            Some(chosen) => chosen.as_deref()?,
            None => kind,
        };
        self.names(sort).find(|name| *name == own)
    }

    /// Whether a relation may join two entities, all by their types. A type of relation that is not here may join any.
    ///
    /// # Errors
    ///
    /// The reason, in one sentence.
    pub fn allows(&self, kind: &str, head: &str, tail: &str) -> Result<(), String> {
        let Some(tag) = self.relation(kind) else { return Ok(()) };
        let fits = |ends: &[String], kind: &str| ends.is_empty() || ends.iter().any(|end| end == kind);
        let may = |head: &str, tail: &str| fits(&tag.heads, head) && fits(&tag.tails, tail);
        if may(head, tail) || (tag.symmetric && may(tail, head)) {
            return Ok(());
        }
        let [heads, tails] = [&tag.heads, &tag.tails].map(|ends| self.any_of(ends));
        let [head, tail] = [head, tail].map(|kind| self.words(Sort::Entity, kind));
        Err(match tag.symmetric {
            true => format!("“{}” joins {heads} and {tails}, not {head} and {tail}.", tag.verbose),
            false => format!("“{}” goes from {heads} to {tails}, not from {head} to {tail}.", tag.verbose),
        })
    }

    /// Some types of entities in words: “Person”, “Person or Group”, “anything”.
    fn any_of(&self, names: &[String]) -> String {
        let words: Vec<&str> = names.iter().map(|name| self.words(Sort::Entity, name)).collect();
        match words.as_slice() {
            [] => "anything".to_owned(),
            [one] => (*one).to_owned(),
            [some @ .., last] => format!("{} or {last}", some.join(", ")),
        }
    }

    /// Adds a type with a free key, and for entities the colour that is used least.
    fn add(&mut self, sort: Sort, name: &str) -> Result<(), TagsetError> {
        let name = self.new_name(sort, name)?;
        self.room_for_another(sort)?;
        let (short, verbose, key) = (name.clone(), name.clone(), self.free_key(sort, None));
        match sort {
            Sort::Entity => {
                let tone = self.free_tone();
                self.entities.push(EntityTag { name, short, verbose, key, tone });
            }
            Sort::Relation => {
                let (heads, tails) = (Vec::new(), Vec::new());
                self.relations.push(RelationTag { name, short, verbose, key, symmetric: false, heads, tails });
            }
        }
        Ok(())
    }

    /// A name that no type of the sort has yet.
    fn new_name(&self, sort: Sort, name: &str) -> Result<String, TagsetError> {
        let name = checked_name(name)?;
        if self.has(sort, &name) { Err(TagsetError::There { sort, name }) } else { Ok(name) }
    }

    fn room_for_another(&self, sort: Sort) -> Result<(), TagsetError> {
        if self.names(sort).count() < MOST_TYPES { Ok(()) } else { Err(TagsetError::TooMany(sort)) }
    }

    /// A wanted key if no type has it, else the first that is free; `None` if all are taken.
    fn free_key(&self, sort: Sort, wanted: Option<char>) -> Option<char> {
        let is_free = |key: &char| TYPE_KEYS.contains(*key) && self.with_key(sort, *key).is_none();
        wanted.filter(is_free).or_else(|| TYPE_KEYS.chars().find(is_free))
    }

    /// The colour that the fewest types have, the first of these.
    fn free_tone(&self) -> usize {
        let used = |tone: &usize| self.entities.iter().filter(|tag| tag.tone == *tone).count();
        (0..TONES).min_by_key(used).unwrap_or_default()
    }
}

/// A name without white space around it.
fn checked_name(name: &str) -> Result<String, TagsetError> {
    let name = name.trim();
    if name.is_empty() {
        Err(TagsetError::NoName)
    } else if name.chars().count() > NAME_CHARACTERS {
        Err(TagsetError::LongName)
    } else if name.chars().any(char::is_control) {
        Err(TagsetError::ControlCharacter)
    } else {
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests;
