//! A file line by line, with a bound on each.

use std::io::{BufRead, Read};

use crate::error::Problem;

/// The lines of a file.
pub(crate) struct LineReader<R> {
    input: R,
    number: u64,
    buffer: Vec<u8>,
    again: bool,
}

impl<R: BufRead> LineReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, number: 0, buffer: Vec::new(), again: false }
    }

    /// The number of the line that is read, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Goes to the next line; false at the end of the file.
    pub(crate) fn advance(&mut self, limit: usize) -> Result<bool, Problem> {
        if std::mem::take(&mut self.again) {
            return Ok(true);
        }
        self.buffer.clear();
        self.number += 1;
        (&mut self.input).take(limit as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if self.buffer.len() > limit {
            return Err(Problem::TooLarge { what: "the line", limit });
        }
        Ok(!self.buffer.is_empty())
    }

    /// The line without its end, and without the mark of the encoding before the first.
    pub(crate) fn line(&self) -> Result<&str, Problem> {
        let line = std::str::from_utf8(&self.buffer).map_err(|_| Problem::NotUtf8)?;
        let line = line.trim_end_matches(['\n', '\r']);
        Ok(if self.number == 1 { line.trim_start_matches('\u{feff}') } else { line })
    }

    /// Makes the next advance stay on this line.
    pub(crate) fn repeat(&mut self) {
        self.again = true;
    }
}
