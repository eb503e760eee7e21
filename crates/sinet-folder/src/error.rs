//! Why a model folder cannot be used.

#[cfg(not(target_family = "wasm"))]
use std::{io, path::PathBuf};

use crate::manifest::MANIFEST;

/// Why a model folder cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The manifest cannot be used.
    #[error("{MANIFEST}: {reason}; download the model again")]
    Manifest {
        /// Why not.
        reason: String,
    },
    /// The manifest is of a version that came later.
    #[error("{MANIFEST} is of version {version}, which this program does not know; use a newer one")]
    Newer {
        /// Its version.
        version: u32,
    },
    /// A zip archive holds no model folder.
    #[error("the archive cannot be used: {reason}; download the model again")]
    Archive {
        /// Why not.
        reason: String,
    },
    /// A file is not there.
    #[error("{name} is missing from the model folder; download the model again")]
    Missing {
        /// The file.
        name: String,
    },
    /// A file is there that the manifest does not name.
    #[error("{name} is not named in {MANIFEST}; remove it from the model folder")]
    Unlisted {
        /// The file.
        name: String,
    },
    /// A file is too short or too long.
    #[error("{name} has {found} bytes, {MANIFEST} says {expected}; download the model again")]
    WrongSize {
        /// The file.
        name: String,
        /// Its size in bytes by the manifest.
        expected: u64,
        /// Its size in bytes.
        found: u64,
    },
    /// A file has other contents.
    #[error("{name} is not the file that {MANIFEST} names: its SHA-256 differs; download the model again")]
    WrongHash {
        /// The file.
        name: String,
    },
    /// A file cannot be read.
    #[cfg(not(target_family = "wasm"))]
    #[error("cannot read {}: {source}; is it the folder of a model?", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file cannot be written.
    #[cfg(not(target_family = "wasm"))]
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
