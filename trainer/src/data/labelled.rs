//! Files of labelled documents, in any format that can be recognised.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use sinet_formats::sniff::HEAD_BYTES;
use sinet_formats::{Format, Options, Reader, sniff};

use crate::Error;
use crate::error::DataError;

/// A file that is open.
pub struct LabelledFile {
    /// Its format.
    pub format: Format,
    /// The evidence that it was recognised by, unless it was named.
    pub reason: Option<String>,
    /// Its documents, one at a time.
    pub documents: Reader<Box<dyn BufRead>>,
}

/// Opens a file in `format`, or else in the one that it is recognised to have.
///
/// # Errors
///
/// [`Error::Read`] if it cannot be read, [`Error::Data`] if its format is unknown or can only be written.
pub fn open(path: &Path, format: Option<Format>, options: Options) -> Result<LabelledFile, Error> {
    let mut file = File::open(path).map_err(Error::reading(path))?;
    let mut head = Vec::new();
    (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(Error::reading(path))?;
    let (format, reason) = match format {
        Some(format) => (format, None),
        None => {
            let sniffed = sniff(&head).map_err(Error::data(path))?;
            (sniffed.format, Some(sniffed.reason))
        }
    };
    if !format.can_be_read() {
        return Err(Error::data(path)(DataError::WriteOnly(format)));
    }
    let input: Box<dyn BufRead> = Box::new(Cursor::new(head).chain(BufReader::new(file)));
    Ok(LabelledFile { format, reason, documents: Reader::new(format, input, path.display().to_string(), options) })
}
