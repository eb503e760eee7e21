//! Sentences for the person, on standard error.

use std::fmt::Display;
use std::io::Write;

/// Writes a line to standard error. A training goes on where nobody reads that any more.
pub fn say(sentence: impl Display) {
    let _ = writeln!(std::io::stderr(), "{sentence}");
}
