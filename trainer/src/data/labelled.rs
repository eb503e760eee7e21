//! Files of labelled documents, in any format that can be recognised.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use sinet_formats::sniff::HEAD_BYTES;
use sinet_formats::{Format, Options, Reader, sniff};

use crate::Error;
use crate::error::DataError;

/// A file, an archive or a folder that is open.
pub struct Labelled {
    /// What it was recognised as, and by which evidence, a sentence; `None` where its format was named, and for a folder.
    pub recognition: Option<String>,
    /// Its documents, one at a time.
    pub documents: Reader<Box<dyn BufRead>>,
}

/// Opens a file in `format`, or else in the one that it is recognised to have; or all files of a folder and of those in it.
///
/// # Errors
///
/// [`Error::Read`] if it cannot be read, [`Error::Data`] if its format is unknown or can only be written, or is named for the
/// files of a folder, [`Error::Documents`] if the files of a folder do not belong together.
pub fn open(path: &Path, format: Option<Format>, options: Options) -> Result<Labelled, Error> {
    if path.is_dir() {
        return open_folder(path, format, options);
    }
    let mut file = File::open(path).map_err(Error::reading(path))?;
    let mut head = Vec::new();
    (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(Error::reading(path))?;
    let (format, recognition) = match format {
        Some(format) => (format, None),
        None => {
            let sniffed = sniff(&head).map_err(Error::data(path))?;
            (sniffed.format, Some(format!("{} was read as {}: {}.", path.display(), sniffed.format, sniffed.reason)))
        }
    };
    if !format.can_be_read() {
        return Err(Error::data(path)(DataError::WriteOnly(format)));
    }
    let input: Box<dyn BufRead> = Box::new(Cursor::new(head).chain(BufReader::new(file)));
    Ok(Labelled { recognition, documents: Reader::new(format, input, path.display().to_string(), options) })
}

fn open_folder(folder: &Path, _format: Option<Format>, _options: Options) -> Result<Labelled, Error> {
    Err(Error::data(folder)(DataError::FormatOfFolder))
}
