//! Changes of a tagset.

use std::collections::BTreeSet;

use super::{MOST_TYPES, NAME_CHARACTERS, Sort, TONES, TYPE_KEYS, Tagset, TagsetError, checked_name};

/// One change of a tagset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagsetEdit {
    /// All types take the place of all: those of a file, of labels or of a model. Labels stay as they are.
    Replace(Box<Tagset>),
    /// A type comes, after the others.
    Add {
        /// Of entities or relations.
        sort: Sort,
        /// Its name.
        name: String,
    },
    /// A type takes another name, and its labels follow.
    Rename {
        /// Of entities or relations.
        sort: Sort,
        /// Its name.
        name: String,
        /// Its new name.
        to: String,
    },
    /// A type goes, and its labels take another. A relation may then join whatever one of the two could.
    Merge {
        /// Of entities or relations.
        sort: Sort,
        /// The name of the type that goes.
        name: String,
        /// The name of the type that stays.
        into: String,
    },
    /// A type goes, and its labels with it. A relation that could only go out from it, or to it, may then join any.
    Remove {
        /// Of entities or relations.
        sort: Sort,
        /// Its name.
        name: String,
    },
    /// A type takes other words for readers; its name if there are none.
    Reword {
        /// Of entities or relations.
        sort: Sort,
        /// Its name.
        name: String,
        /// The words.
        verbose: String,
    },
    /// A type takes another key, or none.
    SetKey {
        /// Of entities or relations.
        sort: Sort,
        /// Its name.
        name: String,
        /// One of [`TYPE_KEYS`].
        key: Option<char>,
    },
    /// A type of entity takes another colour.
    SetTone {
        /// Its name.
        name: String,
        /// The colour, below [`TONES`].
        tone: usize,
    },
    /// A type of relation loses its direction or gets one.
    SetSymmetric {
        /// Its name.
        name: String,
        /// Whether head and tail can be exchanged.
        symmetric: bool,
    },
    /// A type of relation may join others. Labels stay as they are.
    SetEnds {
        /// Its name.
        name: String,
        /// The entity types that it may go out from; any if there are none.
        heads: Vec<String>,
        /// The entity types that it may go to; any if there are none.
        tails: Vec<String>,
    },
    /// A type takes another place in the palette.
    Move {
        /// Of entities or relations.
        sort: Sort,
        /// Its name.
        name: String,
        /// Its new place, from 0; the last one if it is beyond.
        place: usize,
    },
    /// A model's labels of a type are shown under an own one, or hidden.
    Map {
        /// Of entities or relations.
        sort: Sort,
        /// The model's type.
        kind: String,
        /// The own type; `None` hides the labels.
        to: Option<String>,
    },
}

impl TagsetEdit {
    /// The type whose labels have to follow, if any have.
    pub fn followed_by(&self) -> Option<(Sort, &str)> {
        match self {
            Self::Rename { sort, name, .. } | Self::Merge { sort, name, .. } | Self::Remove { sort, name } => {
                Some((*sort, name))
            }
            _ => None,
        }
    }
}

impl Tagset {
    /// Makes a change.
    ///
    /// # Errors
    ///
    /// [`TagsetError`] if it makes no sense here.
    pub fn apply(&mut self, edit: &TagsetEdit) -> Result<(), TagsetError> {
        match edit {
            TagsetEdit::Replace(tagset) => *self = Self::clone(tagset),
            TagsetEdit::Add { sort, name } => self.add(*sort, name)?,
            TagsetEdit::Rename { sort, name, to } => self.rename(*sort, name, to)?,
            TagsetEdit::Merge { sort, name, into } => self.merge(*sort, name, into)?,
            TagsetEdit::Remove { sort, name } => {
                self.place(*sort, name)?;
                self.drop_type(*sort, name, None);
            }
            TagsetEdit::Reword { sort, name, verbose } => {
                let place = self.place(*sort, name)?;
                let verbose = checked_name(if verbose.trim().is_empty() { name } else { verbose })?;
                match sort {
                    Sort::Entity => self.entities[place].verbose = verbose,
                    Sort::Relation => self.relations[place].verbose = verbose,
                }
            }
            TagsetEdit::SetKey { sort, name, key } => self.set_key(*sort, name, *key)?,
            TagsetEdit::SetTone { name, tone } => {
                let place = self.place(Sort::Entity, name)?;
                if *tone >= TONES {
                    return Err(TagsetError::NoTone(*tone));
                }
                self.entities[place].tone = *tone;
            }
            TagsetEdit::SetSymmetric { name, symmetric } => {
                let place = self.place(Sort::Relation, name)?;
                self.relations[place].symmetric = *symmetric;
            }
            TagsetEdit::SetEnds { name, heads, tails } => {
                let place = self.place(Sort::Relation, name)?;
                let (heads, tails) = (self.checked_ends(heads)?, self.checked_ends(tails)?);
                let tag = &mut self.relations[place];
                (tag.heads, tag.tails) = (heads, tails);
            }
            TagsetEdit::Move { sort, name, place } => {
                let from = self.place(*sort, name)?;
                match sort {
                    Sort::Entity => put_at(&mut self.entities, from, *place),
                    Sort::Relation => put_at(&mut self.relations, from, *place),
                }
            }
            TagsetEdit::Map { sort, kind, to } => self.map(*sort, kind, to.as_deref())?,
        }
        Ok(())
    }

    fn place(&self, sort: Sort, name: &str) -> Result<usize, TagsetError> {
        self.names(sort).position(|known| known == name).ok_or(TagsetError::Unknown { sort, name: name.to_owned() })
    }

    fn rename(&mut self, sort: Sort, name: &str, to: &str) -> Result<(), TagsetError> {
        let place = self.place(sort, name)?;
        if to.trim() == name {
            return Ok(());
        }
        let new = self.new_name(sort, to)?;
        let (known, short, verbose) = match sort {
            Sort::Entity => {
                let tag = &mut self.entities[place];
                (&mut tag.name, &mut tag.short, &mut tag.verbose)
            }
            Sort::Relation => {
                let tag = &mut self.relations[place];
                (&mut tag.name, &mut tag.short, &mut tag.verbose)
            }
        };
        // What was only the name again is the new name now.
        for other in [short, verbose] {
            if other == known {
                other.clone_from(&new);
            }
        }
        known.clone_from(&new);
        self.put_in_place_of(sort, name, Some(&new));
        Ok(())
    }

    fn merge(&mut self, sort: Sort, name: &str, into: &str) -> Result<(), TagsetError> {
        let (gone, stays) = (self.place(sort, name)?, self.place(sort, into)?);
        if gone == stays {
            return Err(TagsetError::Itself);
        }
        if sort == Sort::Relation {
            let other = self.relations[gone].clone();
            let tag = &mut self.relations[stays];
            for (ends, others) in [(&mut tag.heads, other.heads), (&mut tag.tails, other.tails)] {
                if others.is_empty() {
                    ends.clear();
                } else if !ends.is_empty() {
                    ends.extend(others);
                    keep_first_of_each(ends);
                }
            }
        }
        self.drop_type(sort, name, Some(into));
        Ok(())
    }

    fn drop_type(&mut self, sort: Sort, name: &str, successor: Option<&str>) {
        match sort {
            Sort::Entity => self.entities.retain(|tag| tag.name != name),
            Sort::Relation => self.relations.retain(|tag| tag.name != name),
        }
        self.put_in_place_of(sort, name, successor);
    }

    /// Names another type wherever one was named that has gone, or none.
    fn put_in_place_of(&mut self, sort: Sort, name: &str, successor: Option<&str>) {
        let successor = successor.map(str::to_owned);
        if sort == Sort::Entity {
            for ends in self.relations.iter_mut().flat_map(|tag| [&mut tag.heads, &mut tag.tails]) {
                match &successor {
                    Some(new) => ends.iter_mut().filter(|end| *end == name).for_each(|end| end.clone_from(new)),
                    None => ends.retain(|end| end != name),
                }
                keep_first_of_each(ends);
            }
        }
        let chosen = &mut self.of_model[sort as usize];
        for own in chosen.values_mut().filter(|own| own.as_deref() == Some(name)) {
            own.clone_from(&successor);
        }
        // A model's labels of that name were shown under it, unless somebody had chosen otherwise.
        if successor.is_some() && !chosen.contains_key(name) && chosen.len() < MOST_TYPES {
            chosen.insert(name.to_owned(), successor);
        }
        let known: BTreeSet<String> = self.names(sort).map(str::to_owned).collect();
        let by_itself = |kind: &String| known.get(kind);
        self.of_model[sort as usize].retain(|kind, own| own.as_ref() != by_itself(kind));
    }

    fn set_key(&mut self, sort: Sort, name: &str, key: Option<char>) -> Result<(), TagsetError> {
        let place = self.place(sort, name)?;
        let key = key.map(|key| key.to_ascii_lowercase());
        if let Some(key) = key {
            if !TYPE_KEYS.contains(key) {
                return Err(TagsetError::NoKey(key));
            }
            if let Some(other) = self.with_key(sort, key).filter(|other| *other != name) {
                return Err(TagsetError::KeyTaken { key, name: other.to_owned() });
            }
        }
        match sort {
            Sort::Entity => self.entities[place].key = key,
            Sort::Relation => self.relations[place].key = key,
        }
        Ok(())
    }

    pub(super) fn checked_ends(&self, names: &[String]) -> Result<Vec<String>, TagsetError> {
        let unknown = names.iter().find(|name| !self.has(Sort::Entity, name));
        if let Some(name) = unknown {
            return Err(TagsetError::Unknown { sort: Sort::Entity, name: name.clone() });
        }
        let mut names = names.to_vec();
        keep_first_of_each(&mut names);
        Ok(names)
    }

    pub(super) fn map(&mut self, sort: Sort, kind: &str, to: Option<&str>) -> Result<(), TagsetError> {
        if kind.chars().count() > NAME_CHARACTERS {
            return Err(TagsetError::LongName);
        }
        if let Some(own) = to {
            self.place(sort, own)?;
        }
        let is_default = to == Some(kind) || (to.is_none() && !self.has(sort, kind));
        let chosen = &mut self.of_model[sort as usize];
        if is_default {
            chosen.remove(kind);
        } else if chosen.len() < MOST_TYPES || chosen.contains_key(kind) {
            chosen.insert(kind.to_owned(), to.map(str::to_owned));
        } else {
            return Err(TagsetError::TooMany(sort));
        }
        Ok(())
    }
}

fn put_at<T>(items: &mut Vec<T>, from: usize, place: usize) {
    let item = items.remove(from);
    items.insert(place.min(items.len()), item);
}

fn keep_first_of_each(names: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}
