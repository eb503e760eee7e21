//! The files of a model folder, in memory, and the manifest that vouches for them.
//!
//! ```
//! use sinet_folder::{MAX_CHUNK_BYTES, MANIFEST, Manifest, ModelFiles};
//!
//! let mut files = ModelFiles::new();
//! files.insert("model.safetensors", vec![7; 20 << 20]);
//! files.seal();
//! let verified = files.verify()?;
//!
//! // Some hosts serve no file above 20 MiB, so large ones go there in chunks.
//! let served = verified.in_chunks(MAX_CHUNK_BYTES);
//! assert_eq!(served["model.safetensors.2"].len(), 4 << 20);
//! let manifest = Manifest::parse(&served[MANIFEST])?;
//! assert_eq!(manifest.parts().count(), 3);
//! # Ok::<(), sinet_folder::FolderError>(())
//! ```
//!
//! A [`Manifest`] has the size and the hash of every file; [`ModelFiles`] are the files, read from a folder or out of a zip
//! ([`archive`]) and checked by [`ModelFiles::verify`]. Start at [`Manifest`].
//!
//! The crate knows no tensor. A folder is data from a stranger: nothing in it causes a panic, and limits bound what it takes.

pub mod archive;
mod chunks;
mod error;
mod files;
mod hash;
mod manifest;

pub use chunks::MAX_CHUNK_BYTES;
pub use error::FolderError;
pub use files::{ModelFiles, VerifiedFiles};
pub use hash::{Digest, sha256};
pub use manifest::{Chunk, FileEntry, MANIFEST, Manifest, Part};
