//! The manifest of a model folder: what is in it, how large, and with which hashes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chunks::MAX_CHUNK_BYTES;
use crate::error::FolderError;
use crate::hash::{Digest, hex, sha256};

/// Name of the manifest inside a model folder.
pub const MANIFEST: &str = "manifest.json";

/// The newest version of a manifest that is understood: the one that knows chunks.
pub(crate) const VERSION: u32 = 2;

/// The most files a manifest may name.
const MAX_FILES: usize = 32;

/// The most bytes that the files of a manifest may hold together.
const MAX_TOTAL_BYTES: u64 = 2 << 30;

/// The most chunks of all files together.
const MAX_CHUNKS: usize = 1024;

/// The contents of `manifest.json`: the size and the hash of every other file of the folder.
///
/// A page reads it first, knows from it what to fetch and how much that is, and checks what has arrived with
/// [`ModelFiles::verify`](crate::ModelFiles::verify).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// 1, or 2 where a file lies in chunks. A manifest without one is of version 1.
    #[serde(default = "first_version", skip_serializing_if = "is_first_version")]
    pub version: u32,
    /// By plain file name, without folders.
    pub files: BTreeMap<String, FileEntry>,
}

/// The entry of a [`Manifest`] for one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, as 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The chunks in which it lies in the folder, in order; none where it lies there as it is. Those of `NAME` are the files
    /// `NAME.0`, `NAME.1` and so on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunks: Vec<Chunk>,
}

/// A chunk of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, as 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// What lies in a folder: a file, or a chunk of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The file that it belongs to.
    pub file: &'a str,
    /// Its own name in the folder.
    pub name: Cow<'a, str>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, as 64 lower-case hexadecimal digits.
    pub sha256: &'a str,
}

impl Manifest {
    /// Reads a `manifest.json` and checks that it stays within the limits: at most 32 files with plain names,
    /// 2 GiB together, and chunks of at most 8 MiB that are as much as their file.
    ///
    /// # Errors
    ///
    /// [`FolderError::Manifest`] if it is not such a file, [`FolderError::Newer`] if it is of a later version.
    pub fn parse(json: &[u8]) -> Result<Self, FolderError> {
        let manifest: Self =
            serde_json::from_slice(json).map_err(|error| FolderError::Manifest { reason: error.to_string() })?;
        if manifest.version > VERSION {
            return Err(FolderError::Newer { version: manifest.version });
        }
        let fail = |reason| Err(FolderError::Manifest { reason });
        if manifest.files.len() > MAX_FILES {
            return fail(format!("it names {} files, more than {MAX_FILES}", manifest.files.len()));
        }
        for name in manifest.files.keys() {
            if !is_plain(name) {
                return fail(format!("{name:?} is not a plain file name"));
            }
        }
        let total = sum(manifest.files.values().map(|entry| entry.bytes));
        if total.is_none_or(|total| total > MAX_TOTAL_BYTES) {
            return fail(format!("its files hold more than {MAX_TOTAL_BYTES} bytes together"));
        }
        for (name, entry) in &manifest.files {
            if let Some(reason) = entry.unfit_chunks() {
                return fail(format!("the chunks of {name} {reason}"));
            }
        }
        let chunks: usize = manifest.files.values().map(|entry| entry.chunks.len()).sum();
        if chunks > MAX_CHUNKS {
            return fail(format!("it names {chunks} chunks, more than {MAX_CHUNKS}"));
        }
        let mut chunks = manifest.parts().filter(|part| part.name != part.file);
        if let Some(part) = chunks.find(|part| manifest.files.contains_key(&*part.name)) {
            return fail(format!("{} is a file and a chunk", part.name));
        }
        drop(chunks);
        Ok(manifest)
    }

    /// The size of all files together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.files.values().map(|entry| entry.bytes).sum()
    }

    /// All that lies in the folder beside the manifest, the chunks of a file one after the other.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.files.iter().flat_map(|(name, entry)| entry.parts(name))
    }

    /// Checks one file by its bytes' [`sha256`]: it is named here, with this size and hash.
    ///
    /// # Errors
    ///
    /// [`FolderError`], saying what does not fit.
    pub fn check(&self, name: &str, bytes: &[u8], digest: &Digest) -> Result<(), FolderError> {
        let entry = self.files.get(name).ok_or_else(|| FolderError::Unlisted { name: name.to_owned() })?;
        entry.whole(name).check(bytes, digest)
    }

    /// A name for the whole folder: the start of the hash of its manifest, as 16 hexadecimal digits.
    pub fn fingerprint(manifest: &[u8]) -> String {
        hex(&sha256(manifest))[..16].to_owned()
    }
}

impl FileEntry {
    /// The entry of a file that lies in the folder as it is.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex(&sha256(bytes)), chunks: Vec::new() }
    }

    /// What lies in the folder for the file of this name: itself, or its chunks in order.
    pub fn parts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Part<'a>> {
        let whole = self.chunks.is_empty().then(|| self.whole(name));
        let chunks = self.chunks.iter().enumerate().map(move |(index, chunk)| Part {
            file: name,
            name: Cow::Owned(chunk_name(name, index)),
            bytes: chunk.bytes,
            sha256: &chunk.sha256,
        });
        whole.into_iter().chain(chunks)
    }

    /// The file of this name as it is.
    pub(crate) fn whole<'a>(&'a self, name: &'a str) -> Part<'a> {
        Part { file: name, name: Cow::Borrowed(name), bytes: self.bytes, sha256: &self.sha256 }
    }

    /// Why the chunks are not this file's, if there are any.
    fn unfit_chunks(&self) -> Option<&'static str> {
        let mut sizes = self.chunks.iter().map(|chunk| chunk.bytes);
        if sizes.any(|bytes| bytes == 0 || bytes > MAX_CHUNK_BYTES as u64) {
            return Some("are empty or hold more than 8 MiB");
        }
        let differs = sum(self.chunks.iter().map(|chunk| chunk.bytes)) != Some(self.bytes);
        (differs && !self.chunks.is_empty()).then_some("are not as much as the file")
    }
}

impl Chunk {
    /// The entry of a chunk with these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex(&sha256(bytes)) }
    }
}

impl Part<'_> {
    /// Checks its bytes by their [`sha256`].
    ///
    /// # Errors
    ///
    /// [`FolderError::WrongSize`] or [`FolderError::WrongHash`], with its name.
    pub fn check(&self, bytes: &[u8], digest: &Digest) -> Result<(), FolderError> {
        let (name, found) = (self.name.clone().into_owned(), bytes.len() as u64);
        if found != self.bytes {
            return Err(FolderError::WrongSize { name, expected: self.bytes, found });
        }
        if hex(digest) != self.sha256 {
            return Err(FolderError::WrongHash { name });
        }
        Ok(())
    }
}

/// The name in the folder of a chunk of a file, counted from 0.
pub(crate) fn chunk_name(name: &str, index: usize) -> String {
    format!("{name}.{index}")
}

fn first_version() -> u32 {
    1
}

fn is_first_version(version: &u32) -> bool {
    *version == first_version()
}

fn sum(mut numbers: impl Iterator<Item = u64>) -> Option<u64> {
    numbers.try_fold(0u64, u64::checked_add)
}

/// Whether a name is safe to append to a folder or a URL.
fn is_plain(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.len() <= 100 && name != MANIFEST && name.chars().all(allowed) && name.starts_with(|c: char| c != '.')
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_manifest_stays_within_its_limits() {
        let check = |json: String, expected: Expect| {
            expected.assert_eq(&Manifest::parse(json.as_bytes()).unwrap_err().to_string());
        };
        let entry = r#"{"bytes": 1, "sha256": ""}"#;
        check(
            format!(r#"{{"files": {{"../config.json": {entry}}}}}"#),
            expect![[r#"manifest.json: "../config.json" is not a plain file name; download the model again"#]],
        );
        check(
            format!(r#"{{"files": {{"": {entry}}}}}"#),
            expect![[r#"manifest.json: "" is not a plain file name; download the model again"#]],
        );
        let many: Vec<_> = (0..33).map(|i| format!(r#""{i}": {entry}"#)).collect();
        check(
            format!(r#"{{"files": {{{}}}}}"#, many.join(",")),
            expect!["manifest.json: it names 33 files, more than 32; download the model again"],
        );
        check(
            format!(r#"{{"files": {{"a": {{"bytes": {}, "sha256": ""}}, "b": {entry}}}}}"#, u64::MAX),
            expect!["manifest.json: its files hold more than 2147483648 bytes together; download the model again"],
        );
        check(
            "{".to_owned(),
            expect!["manifest.json: EOF while parsing an object at line 1 column 1; download the model again"],
        );
    }

    #[test]
    fn chunks_that_are_not_their_files_are_refused() {
        let check = |version: u32, bytes: u64, chunks: &str, expected: Expect| {
            let a = format!(r#""a": {{"bytes": {bytes}, "sha256": "", "chunks": [{chunks}]}}"#);
            let b = r#""b.0": {"bytes": 1, "sha256": ""}"#;
            let json = format!(r#"{{"version": {version}, "files": {{{a}, {b}}}}}"#);
            expected.assert_eq(&Manifest::parse(json.as_bytes()).unwrap_err().to_string());
        };
        let chunk = |bytes: u64| format!(r#"{{"bytes": {bytes}, "sha256": ""}}"#);
        check(
            2,
            2,
            &chunk(1),
            expect!["manifest.json: the chunks of a are not as much as the file; download the model again"],
        );
        check(
            2,
            9 << 20,
            &chunk(9 << 20),
            expect!["manifest.json: the chunks of a are empty or hold more than 8 MiB; download the model again"],
        );
        check(
            2,
            1,
            &[chunk(1), chunk(0)].join(","),
            expect!["manifest.json: the chunks of a are empty or hold more than 8 MiB; download the model again"],
        );
        check(
            2,
            1025,
            &vec![chunk(1); 1025].join(","),
            expect!["manifest.json: it names 1025 chunks, more than 1024; download the model again"],
        );
        check(
            3,
            1,
            &chunk(1),
            expect!["manifest.json is of version 3, which this program does not know; use a newer one"],
        );
        let json = format!(
            r#"{{"files": {{"b": {{"bytes": 1, "sha256": "", "chunks": [{}]}}, "b.0": {}}}}}"#,
            chunk(1),
            chunk(1)
        );
        expect!["manifest.json: b.0 is a file and a chunk; download the model again"]
            .assert_eq(&Manifest::parse(json.as_bytes()).unwrap_err().to_string());
    }

    proptest! {
        #[test]
        fn plain_names_hold_no_separator(name in ".{0,20}") {
            if is_plain(&name) {
                prop_assert_eq!(std::path::Path::new(&name).components().count(), 1);
                prop_assert!(!name.contains(['/', '\\', ':', '%', '?', '#']));
            }
        }

        #[test]
        fn no_manifest_causes_a_panic(json in ".{0,60}", bytes: u64, size: u64) {
            Manifest::parse(json.as_bytes()).ok();
            let chunked = format!(
                r#"{{"version": 2, "files": {{"a": {{"bytes": {bytes}, "sha256": "",
                    "chunks": [{{"bytes": {size}, "sha256": ""}}, {{"bytes": {bytes}, "sha256": ""}}]}}}}}}"#
            );
            Manifest::parse(chunked.as_bytes()).ok();
        }
    }
}
