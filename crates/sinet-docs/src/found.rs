//! A figure's place in a file.

use std::ops::Range;

use crate::error::Problem;
use crate::request::Request;

/// A figure that a file asks for.
#[derive(Debug)]
pub struct Found {
    /// The bytes of the file that the figure takes the place of.
    pub range: Range<usize>,
    /// The line on which it starts, from 1.
    pub line: usize,
    /// The wish, or the reason why it is none.
    pub request: Result<Request, Problem>,
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The file with every figure's place taken by what `draw` gives for it, in one go: all else stays as it is.
pub(crate) fn replaced(text: &str, figures: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
    let (mut written, mut end) = (String::with_capacity(text.len()), 0);
    for (range, figure) in figures {
        written += &text[end..range.start];
        written += &figure;
        end = range.end;
    }
    written + &text[end..]
}
