//! What can go wrong, and whose fault it is.

use std::fmt::Display;
use std::io;
use std::path::Path;

use sinet_formats::{DatasetError, Problem, ReadError};

/// A failure, in one sentence for the person who called `sinet`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file of the user holds something that cannot be used.
    #[error("{path}: {problem}")]
    Data {
        /// Which.
        path: String,
        /// What, where, and what to do.
        problem: String,
    },
    /// A data set of the user is wrong; the sentence names the file.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        let path = error.place.file.clone();
        // The sentence starts with the file.
        let sentence = error.to_string();
        match error.problem {
            Problem::Io(source) => Self::Io { path, source },
            _ => {
                let problem = sentence.strip_prefix(&path).unwrap_or(&sentence).trim_start_matches([',', ':', ' ']);
                Self::Data { problem: problem.to_owned(), path }
            }
        }
    }
}

impl Error {
    /// Bad data in a file.
    pub fn data(path: &Path, problem: impl Display) -> Self {
        Self::Data { path: path.display().to_string(), problem: problem.to_string() }
    }

    /// Any failure that is not about the user's data.
    pub fn other(problem: impl Display) -> Self {
        Self::Other(problem.to_string())
    }

    /// Names the file in an I/O error.
    pub fn reading<T>(path: &Path, result: io::Result<T>) -> Result<T, Self> {
        result.map_err(|source| Self::Io { path: path.display().to_string(), source })
    }

    /// The process's exit code: 2 for bad data, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Data { .. } | Self::Dataset(_) => 2,
            Self::Io { .. } | Self::Other(_) => 1,
        }
    }
}
