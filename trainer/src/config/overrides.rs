//! Keys of the configuration that the command line sets.

use std::ffi::OsString;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::nearest::with_nearest;
use crate::Error;
use crate::error::DataError;

/// A key of the configuration and its value, as in `train.learning_rate=2e-5`. A value that is no TOML is a string.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    key: String,
    value: Value,
}

impl FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or_else(|| format!("{text} needs a value"))?;
        let value = value.parse().unwrap_or_else(|_| Value::from(value));
        Ok(Self { key: key.to_owned(), value })
    }
}

impl Override {
    /// A key that the program itself sets.
    ///
    /// # Errors
    ///
    /// [`Error::Serialize`] for a value that TOML cannot hold.
    pub fn new(key: &str, value: &impl Serialize) -> Result<Self, Error> {
        let value = Value::try_from(value).map_err(|error| Error::Serialize(error.into()))?;
        Ok(Self { key: key.to_owned(), value })
    }

    /// A configuration with this key set. `aliases` are pairs of another name and its key.
    ///
    /// # Errors
    ///
    /// [`Error::Override`] if there is no such key, or if it cannot have this value.
    pub fn apply<T: Serialize + DeserializeOwned>(&self, config: &T, aliases: &[(&str, &str)]) -> Result<T, Error> {
        let fail = |problem| Error::Override { key: self.key.clone(), problem };
        let mut root = Table::try_from(config).map_err(|error| Error::Serialize(error.into()))?;
        let mut table = &mut root;
        // Beside the key itself, its other name would be a repetition.
        let key = aliases.iter().find(|(alias, _)| *alias == self.key).map_or(self.key.as_str(), |(_, key)| key);
        let mut names = key.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                table.insert(name.to_owned(), self.value.clone());
                break;
            }
            let below = table.entry(name).or_insert_with(|| Table::new().into());
            table = below.as_table_mut().ok_or_else(|| fail(DataError::NoKeys(name.to_owned())))?;
        }
        root.try_into().map_err(|error: toml::de::Error| fail(DataError::Value(with_nearest(error.message()))))
    }
}

/// Spells out the short form of an override, in arguments that begin with the program's name: `--train.lr 2e-5` and
/// `--train.lr=2e-5` become `--set train.lr=2e-5`, where the verb knows of it.
pub fn spell_out(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.into_iter().peekable();
    let mut plain: Vec<_> = arguments.by_ref().take(2).collect();
    let knows = plain
        .get(1)
        .is_some_and(|verb| ["train", "distil", "ablate", "cross-validate"].iter().any(|name| verb == name));
    while let Some(argument) = arguments.next() {
        let key = argument.to_str().and_then(|text| text.strip_prefix("--")).filter(|_| knows);
        match key.map(|key| key.split_once('=').unwrap_or((key, ""))) {
            Some((name, _)) if name.contains('.') => {
                let mut set = OsString::from(key.unwrap_or_default());
                let is_value = |next: &OsString| !next.to_string_lossy().starts_with("--");
                if set.len() == name.len()
                    && let Some(value) = arguments.next_if(is_value)
                {
                    set.push("=");
                    set.push(value);
                }
                plain.extend(["--set".into(), set]);
            }
            _ => plain.push(argument),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_arguments_are_spelled_out() {
        let cases = [
            ("sinet train --train.lr 2e-5 --resume", "sinet train --set train.lr=2e-5 --resume"),
            ("sinet ablate table3 --train.lr=-1 --runs 2", "sinet ablate table3 --set train.lr=-1 --runs 2"),
            (
                "sinet train --a.b --c.d=x=y --output=a.b --config a.toml",
                "sinet train --set a.b --set c.d=x=y --output=a.b --config a.toml",
            ),
            ("sinet cross-validate --a.b c", "sinet cross-validate --set a.b=c"),
            ("sinet distil --a.b c", "sinet distil --set a.b=c"),
            ("sinet predict --a.b c", "sinet predict --a.b c"),
            ("sinet", "sinet"),
        ];
        for (given, expected) in cases {
            let spelled = spell_out(given.split(' ').map(OsString::from));
            assert_eq!(spelled.join(" ".as_ref()), expected, "{given}");
        }
    }

    #[test]
    fn values_are_toml_or_strings() {
        let cases = [
            ("a.b=2e-5", Value::from(2e-5)),
            ("a.b=true", Value::from(true)),
            ("a.b=\"3\"", Value::from("3")),
            ("a.b=hf:owner/name", Value::from("hf:owner/name")),
            ("a.b=", Value::from("")),
        ];
        for (text, value) in cases {
            assert_eq!(text.parse(), Ok(Override { key: "a.b".to_owned(), value }), "{text}");
        }
        assert_eq!("a.b".parse::<Override>(), Err("a.b needs a value".to_owned()));
    }
}
