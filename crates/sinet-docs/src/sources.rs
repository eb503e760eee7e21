//! The sources of a docs folder: its files of Markdown, HTML and reStructuredText, or with Markdown in them, and the figures that they ask for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Problem};
use crate::found::Found;
use crate::{enclosed, html, markdown, rst};

/// Largest file of sources, in bytes.
pub const LARGEST_SOURCE: u64 = 16 << 20;

/// Folders that hold what programs have made.
const BUILT: [&str; 9] = ["_build", "_site", "book", "build", "dist", "node_modules", "public", "site", "target"];

/// A kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Markdown, and what is much like it.
    Markdown,
    /// HTML.
    Html,
    /// reStructuredText.
    Rst,
    /// Rust, with Markdown in its doc comments.
    Rust,
    /// A Jupyter notebook, with Markdown in its cells.
    Notebook,
}

impl Language {
    /// The language of a file, by the end of its name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "md" | "markdown" | "mdx" | "qmd" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "rst" => Some(Self::Rst),
            "rs" => Some(Self::Rust),
            "ipynb" => Some(Self::Notebook),
            _ => None,
        }
    }

    /// The figures in a text. `models` are the names that a word can be.
    pub fn find(self, text: &str, models: &BTreeSet<String>) -> Vec<Found> {
        match self {
            Self::Markdown => markdown::find(text, models),
            Self::Html => html::read(text, models).figures,
            Self::Rst => rst::find(text, models),
            Self::Rust => enclosed::in_rust(text, models),
            Self::Notebook => enclosed::in_notebook(text, models),
        }
    }
}

/// The sources below `folder`, in the order of their names: `within` the named folders and files, if any is named, and
/// without those to `skip` and folders that programs have made.
pub fn files(folder: &Path, within: &[String], skip: &[String]) -> (Vec<PathBuf>, Vec<Error>) {
    let mut walk = Walk { skip: skip.iter().map(|path| normal(&folder.join(path))).collect(), ..Walk::default() };
    match within {
        [] => walk.folder(folder),
        within => within.iter().for_each(|path| walk.path(&folder.join(path), true)),
    }
    (walk.files, walk.errors)
}

/// All HTML below `folder`, whatever has made it.
pub fn pages(folder: &Path) -> (Vec<PathBuf>, Vec<Error>) {
    let mut walk = Walk { is_site: true, ..Walk::default() };
    walk.folder(folder);
    walk.files.retain(|file| Language::of(file) == Some(Language::Html));
    (walk.files, walk.errors)
}

/// Reads a source, whose size is bounded.
///
/// # Errors
/// If it cannot be read, is too large or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Error> {
    let bytes = fs::metadata(path).map_err(|error| Error::in_file(path, Problem::Read(error)))?.len();
    if bytes > LARGEST_SOURCE {
        return Err(Error::in_file(path, Problem::TooLarge { bytes, limit: LARGEST_SOURCE }));
    }
    let bytes = fs::read(path).map_err(|error| Error::in_file(path, Problem::Read(error)))?;
    String::from_utf8(bytes).map_err(|_| Error::in_file(path, Problem::NotUtf8))
}

#[derive(Default)]
struct Walk {
    skip: Vec<PathBuf>,
    is_site: bool,
    files: Vec<PathBuf>,
    errors: Vec<Error>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.errors.push(Error::in_file(folder, Problem::Read(error))),
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_built = !self.is_site && BUILT.contains(&&*name) && path.is_dir();
            if !name.starts_with('.') && !is_built {
                self.path(&path, false);
            }
        }
    }

    fn path(&mut self, path: &Path, is_named: bool) {
        // A link may lead round in a circle.
        if self.skip.contains(&normal(path)) || (!is_named && path.is_symlink() && path.is_dir()) {
            return;
        }
        if path.is_dir() {
            self.folder(path);
        } else if Language::of(path).is_some() {
            self.files.push(path.to_owned());
        } else if is_named && !path.exists() {
            let error = std::io::Error::from(std::io::ErrorKind::NotFound);
            self.errors.push(Error::in_file(path, Problem::Read(error)));
        }
    }
}

/// A path without `.` in it, so that two ways to write it are equal.
fn normal(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}
