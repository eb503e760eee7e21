//! Results on standard output, and sentences for the person on standard error.

use std::fmt::Display;
use std::io::Write;

use serde::Serialize;

use crate::Error;

/// Prints a result as one JSON object, or as a table for people.
///
/// # Errors
///
/// As [`print`].
pub fn show<T: Serialize>(result: &T, as_json: bool, table: impl FnOnce(&T) -> String) -> Result<(), Error> {
    if as_json { print_json(result) } else { print(&table(result)) }
}

/// Prints a result as one JSON object.
///
/// # Errors
///
/// As [`print`].
pub fn print_json<T: Serialize>(result: &T) -> Result<(), Error> {
    print(&serde_json::to_string(result).map_err(|error| Error::Serialize(error.into()))?)
}

/// Prints text and the end of its line.
///
/// # Errors
///
/// [`Error::Output`], also where the reader has gone: `println!` would panic, and the edge of the program knows that this is
/// no failure.
pub fn print(text: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).map_err(Error::Output)
}

/// Writes a line to standard error. A training goes on where nobody reads that any more.
pub fn say(sentence: impl Display) {
    let _ = writeln!(std::io::stderr(), "{sentence}");
}
