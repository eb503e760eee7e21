//! Annotations on standard output.

use std::io::{BufRead, Write};

use burn::tensor::read_sync;
use sinet_infer::Model;
use sinet_text::Annotation;

use crate::Error;

/// Annotates one text.
///
/// # Errors
///
/// [`Error::Other`] if the model cannot read it.
pub fn annotate(model: &Model, text: &str) -> Result<Annotation, Error> {
    Ok(read_sync(model.annotate(text)).map_err(Error::other)?.annotation)
}

/// Annotates every line of `input` and writes one JSON object a line to `output`.
///
/// # Errors
///
/// [`Error::Data`] for a line that is not UTF-8, [`Error::Other`] if the model cannot read one or the output is gone.
pub fn annotate_lines(model: &Model, input: impl BufRead, mut output: impl Write) -> Result<(), Error> {
    for (i, line) in input.lines().enumerate() {
        let at = format!("<standard input>, line {}", i + 1);
        let line = line.map_err(|error| Error::data(at.as_ref(), error))?;
        let json = serde_json::to_string(&annotate(model, &line)?).map_err(Error::other)?;
        writeln!(output, "{json}").map_err(Error::other)?;
    }
    Ok(())
}
