//! Values as files really have them: `null` for an empty list, a number in quotes, a number for a name.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A list, which `null` leaves empty.
#[derive(Debug)]
pub(crate) struct List<T>(pub Vec<T>);

/// A name or a type: text, or a number in digits; `null` is the empty name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Name(pub String);

/// A word: read as a [`Name`] is, but left where it stands, unless it has escapes. Files have more of them than of all else.
#[derive(Debug)]
pub(crate) struct Word<'j>(pub Cow<'j, str>);

/// A score, if there is one. What is no number is NaN, which is no probability.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score(pub Option<f32>);

/// A place in a list of words, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct WordNumber(pub usize);

/// A place in a list of entities, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EntityNumber(pub usize);

/// A place in a text, from 0, in the unit of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Position(pub usize);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default()))
    }
}

impl<'de> Deserialize<'de> for WordNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole("a word's number")).map(Self)
    }
}

impl<'de> Deserialize<'de> for EntityNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole("an entity's number")).map(Self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole("a position in the text")).map(Self)
    }
}

/// A whole number from 0, also in quotes or with a point and zeros.
struct Whole(&'static str);

impl Visitor<'_> for Whole {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<usize, E> {
        usize::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<usize, E> {
        usize::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<usize, E> {
        // Above this, floats skip whole numbers.
        const EXACT: f64 = (1u64 << 53) as f64;
        if number.fract() == 0.0 && (0.0..EXACT).contains(&number) {
            return Ok(number as usize);
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        text.trim().parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Naming).map(|name| Self(name.into_owned()))
    }
}

impl<'de: 'j, 'j> Deserialize<'de> for Word<'j> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Naming).map(Self)
    }
}

struct Naming;

impl<'de> Visitor<'de> for Naming {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_bool<E>(self, name: bool) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_string()))
    }

    fn visit_u64<E>(self, name: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_string()))
    }

    fn visit_i64<E>(self, name: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_string()))
    }

    fn visit_f64<E>(self, name: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_string()))
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scoring;

        impl<'de> Visitor<'de> for Scoring {
            type Value = Score;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a score from 0 to 1")
            }

            fn visit_f64<E>(self, score: f64) -> Result<Score, E> {
                Ok(Score(Some(score as f32)))
            }

            fn visit_u64<E>(self, score: u64) -> Result<Score, E> {
                Ok(Score(Some(score as f32)))
            }

            fn visit_i64<E>(self, score: i64) -> Result<Score, E> {
                Ok(Score(Some(score as f32)))
            }

            fn visit_str<E>(self, score: &str) -> Result<Score, E> {
                let score = score.trim().trim_end_matches('%').trim_end();
                Ok(Score((!score.is_empty()).then(|| score.parse().unwrap_or(f32::NAN))))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Score, E> {
                Ok(Score(Some(f32::NAN)))
            }

            fn visit_unit<E>(self) -> Result<Score, E> {
                Ok(Score(None))
            }
        }

        deserializer.deserialize_any(Scoring)
    }
}

/// An object, or a text or number in its place.
#[derive(Debug)]
pub(crate) enum Given<T> {
    Whole(T),
    Named,
}

impl<T> Given<T> {
    /// The object, if it is one.
    pub(crate) fn whole(self) -> Option<T> {
        match self {
            Self::Whole(object) => Some(object),
            Self::Named => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Given<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Given<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields)).map(Given::Whole)
            }

            fn visit_str<E>(self, _: &str) -> Result<Given<T>, E> {
                Ok(Given::Named)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Given<T>, E> {
                Ok(Given::Named)
            }
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// The start of a list; further elements are unread.
#[derive(Debug, Clone)]
pub(crate) struct Row<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Start<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Start<T> {
            type Value = Row<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Row<T>, A::Error> {
                start_of(elements).map(Row)
            }
        }

        deserializer.deserialize_seq(Start(PhantomData))
    }
}

fn start_of<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(mut elements: A) -> Result<T, A::Error> {
    let start = T::deserialize(SeqAccessDeserializer::new(&mut elements))?;
    while elements.next_element::<IgnoredAny>()?.is_some() {}
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_names_are_and_left_where_they_stand() {
        let json = r#"["Ada", "", "a\"b\u00e9", 1, -2, 1.5, true, null]"#;
        let words: Vec<Word> = serde_json::from_str(json).unwrap();
        let names: Vec<Name> = serde_json::from_str(json).unwrap();
        assert_eq!(
            words.iter().map(|word| &*word.0).collect::<Vec<_>>(),
            ["Ada", "", "a\"bé", "1", "-2", "1.5", "true", ""]
        );
        assert!(words.iter().zip(&names).all(|(word, name)| *word.0 == name.0));
        assert!(words[..2].iter().all(|word| matches!(word.0, Cow::Borrowed(_))));
    }
}
