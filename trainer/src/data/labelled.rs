//! Files of labelled documents, in any format that can be recognised.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use sinet_formats::sniff::HEAD_BYTES;
use sinet_formats::{Format, NamedFile, Options, Reader, sniff};

use crate::Error;
use crate::error::DataError;
use crate::files::entries;

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

fn open_folder(folder: &Path, format: Option<Format>, options: Options) -> Result<Labelled, Error> {
    // brat's labels are only read from folders and archives anyway.
    if format.is_some_and(|format| format != Format::Brat) {
        return Err(Error::data(folder)(DataError::FormatOfFolder));
    }
    let mut files = Vec::new();
    add_files(folder, "", &mut files)?;
    let documents = Reader::of_files(files, folder.display().to_string(), options)?;
    Ok(Labelled { recognition: None, documents })
}

/// Adds the files of a folder and of those in it, by name. Links to folders are not followed, since they may lead in a circle.
fn add_files(folder: &Path, prefix: &str, files: &mut Vec<NamedFile>) -> Result<(), Error> {
    for entry in entries(folder)? {
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(Error::reading(&path))?.is_dir() {
            add_files(&path, &format!("{name}/"), files)?;
        } else if path.is_file() {
            files.push(NamedFile::new(name, move || Ok(Box::new(BufReader::new(File::open(path)?)))));
        }
    }
    Ok(())
}
