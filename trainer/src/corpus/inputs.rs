//! The files of a corpus.

use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};
use sinet_arrow::files::FileKind;

use crate::Error;
use crate::error::DataError;
use crate::files::entries;

/// The path that stands for standard input, a text a line.
pub const STANDARD_INPUT: &str = "-";

/// A file of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its path.
    pub path: PathBuf,
    /// Its path below the folder that was named, or its name.
    pub name: PathBuf,
    /// How its texts are held.
    pub kind: InputKind,
}

/// How a file holds texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A text a line.
    Lines,
    /// A JSON object with a text a line.
    JsonLines,
    /// Columns, one of them with texts.
    Columns(FileKind),
}

impl InputKind {
    /// What the end of a name says; a text a line where it says nothing.
    pub fn of(path: &Path) -> Self {
        match FileKind::of(path) {
            Some(kind) => Self::Columns(kind),
            None if extension(path).is_some_and(|end| end == "jsonl" || end == "ndjson") => Self::JsonLines,
            None => Self::Lines,
        }
    }
}

/// The files that paths name: a file itself; of a folder and those in it all whose name ends as a file of texts does (`.txt`,
/// `.jsonl`, `.ndjson`, `.parquet`, `.arrow` and so on); all that a pattern with `*`, `?` or `[` fits. Sorted in each.
///
/// # Errors
///
/// [`Error::Read`] for what is not there, [`Error::Data`] for a folder or a pattern without such a file.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::new();
    for path in paths {
        let before = inputs.len();
        if path.as_os_str() == STANDARD_INPUT {
            inputs.push(Input { path: path.clone(), name: "standard-input".into(), kind: InputKind::Lines });
        } else if path.is_dir() {
            add_folder(path, Path::new(""), &mut inputs)?;
        } else if !path.exists()
            && let Some(pattern) = path.to_str().filter(|path| path.contains(['*', '?', '[']))
        {
            // As a shell does it.
            let options = MatchOptions {
                require_literal_separator: true,
                require_literal_leading_dot: true,
                ..MatchOptions::new()
            };
            let found = glob_with(pattern, options);
            let found = found.map_err(|error| Error::data(path)(DataError::Value(error.to_string())))?;
            for path in found {
                let path = path.map_err(|error| {
                    let path = error.path().to_owned();
                    Error::reading(&path)(error.into())
                })?;
                if path.is_file() {
                    inputs.push(input(&path, Path::new("")));
                }
            }
        } else {
            // Whether it can be read is seen when it is opened; that it is there, before anything is written.
            fs::metadata(path).map_err(Error::reading(path))?;
            inputs.push(input(path, Path::new("")));
        }
        if inputs.len() == before {
            return Err(Error::data(path)(DataError::NoTexts));
        }
    }
    Ok(inputs)
}

fn input(path: &Path, below: &Path) -> Input {
    let name = below.join(path.file_name().unwrap_or(path.as_os_str()));
    Input { path: path.to_owned(), name, kind: InputKind::of(path) }
}

/// Links to folders are not followed, since they may lead in a circle.
fn add_folder(folder: &Path, below: &Path, inputs: &mut Vec<Input>) -> Result<(), Error> {
    for entry in entries(folder)? {
        let path = entry.path();
        // Spark and others write notes of their own beside the data, such as `_SUCCESS` and `.part.crc`.
        if entry.file_name().to_string_lossy().starts_with(['_', '.']) {
            continue;
        }
        if entry.file_type().map_err(Error::reading(&path))?.is_dir() {
            add_folder(&path, &below.join(entry.file_name()), inputs)?;
        } else if path.is_file() && is_of_texts(&path) {
            inputs.push(input(&path, below));
        }
    }
    Ok(())
}

fn is_of_texts(path: &Path) -> bool {
    InputKind::of(path) != InputKind::Lines || extension(path).is_some_and(|end| end == "txt")
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_folders_and_patterns_are_found_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("year=2025")).unwrap();
        fs::create_dir_all(at("_temporary")).unwrap();
        for name in
            ["b.parquet", "a.jsonl", "year=2025/c.txt", "_SUCCESS", ".b.parquet.crc", "_temporary/d.parquet", "e.png"]
        {
            fs::write(at(name), "").unwrap();
        }
        let names = |paths: &[PathBuf]| -> Vec<String> {
            find(paths).unwrap().iter().map(|input| input.name.display().to_string()).collect()
        };
        assert_eq!(names(&[folder.path().to_owned()]), ["a.jsonl", "b.parquet", "year=2025/c.txt"]);
        assert_eq!(names(&[at("*.p*")]), ["b.parquet", "e.png"]);
        assert_eq!(names(&[at("e.png")]), ["e.png"]);
        let kinds = find(&[folder.path().to_owned()]).unwrap().into_iter().map(|input| input.kind);
        let wanted = [InputKind::JsonLines, InputKind::Columns(FileKind::Parquet), InputKind::Lines];
        assert_eq!(kinds.collect::<Vec<_>>(), wanted);
        assert_eq!(find(&[at("nothing")]).unwrap_err().exit_code(), 1);
        for empty in ["_temporary", "*.csv"] {
            let error = find(&[at(empty)]).map(|inputs| inputs.len());
            // What is in a folder of that name counts once it is named itself.
            assert!(matches!((empty, &error), ("_temporary", Ok(1)) | ("*.csv", Err(_))), "{error:?}");
        }
    }
}
