//! The files of a model folder, in memory, and the manifest that vouches for them.

use std::collections::BTreeMap;
#[cfg(not(target_family = "wasm"))]
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Name of the manifest inside a model folder.
pub const MANIFEST: &str = "manifest.json";

/// The most files a manifest may name.
const MAX_FILES: usize = 32;

/// The most bytes that the files of a manifest may hold together.
const MAX_TOTAL_BYTES: u64 = 2 << 30;

/// The contents of `manifest.json`: the size and the hash of every other file of the folder.
///
/// A page reads it first, knows from it what to fetch and how much that is, and checks what has arrived with
/// [`ModelFiles::verify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
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
}

impl FileEntry {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex(&sha256(bytes)) }
    }

    /// Whether these are the file's bytes.
    #[cfg(not(target_family = "wasm"))]
    fn is_of(&self, bytes: &[u8]) -> bool {
        *self == Self::of(bytes)
    }
}

impl Manifest {
    /// Reads a `manifest.json` and checks that it stays within the limits: at most 32 files with plain names,
    /// 2 GiB together.
    ///
    /// # Errors
    ///
    /// [`FolderError::Manifest`] if it is not such a file.
    pub fn parse(json: &[u8]) -> Result<Self, FolderError> {
        let manifest: Self =
            serde_json::from_slice(json).map_err(|error| FolderError::Manifest { reason: error.to_string() })?;
        let fail = |reason| Err(FolderError::Manifest { reason });
        if manifest.files.len() > MAX_FILES {
            return fail(format!("it names {} files, more than {MAX_FILES}", manifest.files.len()));
        }
        for name in manifest.files.keys() {
            if !is_plain(name) {
                return fail(format!("{name:?} is not a plain file name"));
            }
        }
        let total = manifest.files.values().try_fold(0u64, |sum, entry| sum.checked_add(entry.bytes));
        match total {
            Some(total) if total <= MAX_TOTAL_BYTES => Ok(manifest),
            _ => fail(format!("its files hold more than {MAX_TOTAL_BYTES} bytes together")),
        }
    }

    /// The size of all files together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.files.values().map(|entry| entry.bytes).sum()
    }

    /// Checks one file by its bytes' [`sha256`]: it is named here, with this size and hash.
    ///
    /// # Errors
    ///
    /// [`FolderError`], saying what does not fit.
    pub fn check(&self, name: &str, bytes: &[u8], digest: &Digest) -> Result<(), FolderError> {
        let entry = self.files.get(name).ok_or_else(|| FolderError::Unlisted { name: name.to_owned() })?;
        let found = bytes.len() as u64;
        if found != entry.bytes {
            return Err(FolderError::WrongSize { name: name.to_owned(), expected: entry.bytes, found });
        }
        if hex(digest) != entry.sha256 {
            return Err(FolderError::WrongHash { name: name.to_owned() });
        }
        Ok(())
    }

    /// A name for the whole folder: the start of the hash of its manifest, as 16 hexadecimal digits.
    pub fn fingerprint(manifest: &[u8]) -> String {
        hex(&sha256(manifest))[..16].to_owned()
    }
}

/// The files of a model folder by name, [`MANIFEST`] among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelFiles {
    files: BTreeMap<String, Vec<u8>>,
}

impl ModelFiles {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces the one of that name.
    pub fn insert(&mut self, name: impl Into<String>, bytes: Vec<u8>) {
        self.files.insert(name.into(), bytes);
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// [`FolderError::Missing`] if there is none of that name.
    pub fn get(&self, name: &str) -> Result<&[u8], FolderError> {
        self.files.get(name).map(Vec::as_slice).ok_or_else(|| FolderError::Missing { name: name.to_owned() })
    }

    /// Size of all files together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// Checks the files against their manifest: those it names are there, with their size and hash, and no
    /// others.
    ///
    /// # Errors
    ///
    /// [`FolderError`], for the first file that does not fit.
    pub fn verify(self) -> Result<VerifiedFiles, FolderError> {
        let digests = self.files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
        self.verify_with(&digests)
    }

    /// As [`verify`](Self::verify), for a caller with a faster [`sha256`], as browsers have one: the digest of each
    /// file by its name.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify); a file without a digest is [`FolderError::Missing`].
    pub fn verify_with(self, digests: &BTreeMap<String, Digest>) -> Result<VerifiedFiles, FolderError> {
        let manifest = Manifest::parse(self.get(MANIFEST)?)?;
        for name in manifest.files.keys() {
            let digest = digests.get(name).ok_or_else(|| FolderError::Missing { name: name.clone() })?;
            manifest.check(name, self.get(name)?, digest)?;
        }
        match self.files.keys().find(|name| *name != MANIFEST && !manifest.files.contains_key(*name)) {
            Some(name) => Err(FolderError::Unlisted { name: name.clone() }),
            None => Ok(VerifiedFiles(self)),
        }
    }

    /// Writes the manifest of the files as they are now.
    pub fn seal(&mut self) {
        self.files.remove(MANIFEST);
        let files = self.files.iter().map(|(name, bytes)| (name.clone(), FileEntry::of(bytes))).collect();
        let json = serde_json::to_vec_pretty(&Manifest { files }).expect("a manifest is plain JSON");
        self.insert(MANIFEST, json);
    }

    /// Reads the manifest in a folder and the files that it names. Does not [`verify`](Self::verify) them.
    ///
    /// If [`write_dir`](Self::write_dir) was interrupted, the files that it was about to put in their places count.
    ///
    /// # Errors
    ///
    /// [`FolderError::Read`] for a file that cannot be read, [`FolderError::Manifest`] for a bad manifest.
    #[cfg(not(target_family = "wasm"))]
    pub fn read_dir(path: &Path) -> Result<Self, FolderError> {
        let read = |name: &str| {
            let path = path.join(name);
            fs::read(&path).map_err(|source| FolderError::Read { path, source })
        };
        let manifest_bytes = read(MANIFEST)?;
        let manifest = Manifest::parse(&manifest_bytes)?;
        let mut files = Self::new();
        for (name, entry) in &manifest.files {
            let waiting = fs::read(waiting(path, name)).ok().filter(|bytes| entry.is_of(bytes));
            files.insert(name.clone(), waiting.map_or_else(|| read(name), Ok)?);
        }
        files.insert(MANIFEST, manifest_bytes);
        Ok(files)
    }

    /// Writes all files into a folder, which is made if it is not there.
    ///
    /// Whenever this is interrupted, [`read_dir`](Self::read_dir) finds these files, or those that were there before.
    ///
    /// # Errors
    ///
    /// [`FolderError::Write`] for a file that cannot be written.
    #[cfg(not(target_family = "wasm"))]
    pub fn write_dir(&self, path: &Path) -> Result<(), FolderError> {
        let fail = |path: &Path, source| FolderError::Write { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(|source| fail(path, source))?;
        finish(path).map_err(|source| fail(path, source))?;
        self.writes(path).iter().try_for_each(|write| write.run().map_err(|source| fail(write.path(), source)))
    }

    /// The steps of [`write_dir`](Self::write_dir). Every file is written beside its place first. The manifest is the first to
    /// go to its own: from then on the new files count, wherever they lie.
    #[cfg(not(target_family = "wasm"))]
    fn writes(&self, path: &Path) -> Vec<Write<'_>> {
        let beside = self.files.iter().map(|(name, bytes)| Write::Beside(waiting(path, name), bytes));
        let others = self.files.keys().filter(|name| *name != MANIFEST);
        let places = self.files.get_key_value(MANIFEST).map(|(name, _)| name).into_iter().chain(others);
        let moves = places.map(|name| Write::Move(waiting(path, name), path.join(name)));
        beside.chain(moves).collect()
    }
}

/// Finishes a write that was interrupted when its manifest was in its place, so that the next one may begin.
#[cfg(not(target_family = "wasm"))]
fn finish(folder: &Path) -> io::Result<()> {
    let Some(manifest) = fs::read(folder.join(MANIFEST)).ok().and_then(|json| Manifest::parse(&json).ok()) else {
        return Ok(());
    };
    for (name, entry) in &manifest.files {
        let waiting = waiting(folder, name);
        if fs::read(&waiting).is_ok_and(|bytes| entry.is_of(&bytes)) {
            fs::rename(waiting, folder.join(name))?;
        }
    }
    Ok(())
}

/// The place of a file that is written, and waits for its turn to replace the one of its name.
#[cfg(not(target_family = "wasm"))]
fn waiting(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.new"))
}

/// One step on the way of a file into a folder.
#[cfg(not(target_family = "wasm"))]
enum Write<'a> {
    Beside(PathBuf, &'a [u8]),
    Move(PathBuf, PathBuf),
}

#[cfg(not(target_family = "wasm"))]
impl Write<'_> {
    fn path(&self) -> &Path {
        match self {
            Self::Beside(path, _) | Self::Move(_, path) => path,
        }
    }

    fn run(&self) -> io::Result<()> {
        match self {
            Self::Beside(path, bytes) => {
                let mut file = File::create(path)?;
                file.write_all(bytes)?;
                file.sync_all()
            }
            Self::Move(from, to) => fs::rename(from, to),
        }
    }
}

/// The files of a model folder that are what their manifest says.
#[derive(Debug, Clone)]
pub struct VerifiedFiles(ModelFiles);

impl VerifiedFiles {
    /// The files.
    pub fn files(&self) -> &ModelFiles {
        &self.0
    }
}

/// A SHA-256.
pub type Digest = [u8; 32];

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

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

/// Whether a name is safe to append to a folder or a URL.
fn is_plain(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.len() <= 100 && name != MANIFEST && name.chars().all(allowed) && name.starts_with(|c: char| c != '.')
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn sealed() -> ModelFiles {
        let mut files = ModelFiles::new();
        files.insert("config.json", b"{}".to_vec());
        files.insert("model.safetensors", vec![1, 2, 3]);
        files.seal();
        files
    }

    #[test]
    fn hashes_as_sha256sum_does() {
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_sealed_folder_is_verified() {
        let files = sealed().verify().unwrap();
        assert_eq!(Manifest::parse(files.files().get(MANIFEST).unwrap()).unwrap().total_bytes(), 5);
    }

    #[test]
    fn digests_from_elsewhere_count_as_well() {
        let digests: BTreeMap<_, _> =
            sealed().files.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
        assert_eq!(sealed().verify_with(&digests).unwrap().files(), &sealed());
        let wrong = BTreeMap::from([("config.json".to_owned(), sha256(b"[]"))]);
        assert!(matches!(sealed().verify_with(&wrong), Err(FolderError::WrongHash { .. })));
        assert!(matches!(sealed().verify_with(&BTreeMap::new()), Err(FolderError::Missing { .. })));
    }

    #[test]
    fn a_changed_folder_is_refused() {
        let check = |change: fn(&mut ModelFiles), expected: Expect| {
            let mut files = sealed();
            change(&mut files);
            expected.assert_eq(&files.verify().unwrap_err().to_string());
        };
        check(
            |files| files.insert("config.json", b"[]".to_vec()),
            expect![
                "config.json is not the file that manifest.json names: its SHA-256 differs; download the model again"
            ],
        );
        check(
            |files| files.insert("model.safetensors", vec![1, 2]),
            expect!["model.safetensors has 2 bytes, manifest.json says 3; download the model again"],
        );
        check(
            |files| files.insert("extra.bin", vec![]),
            expect!["extra.bin is not named in manifest.json; remove it from the model folder"],
        );
        check(
            |files| drop(files.files.remove("config.json")),
            expect!["config.json is missing from the model folder; download the model again"],
        );
        check(
            |files| drop(files.files.remove(MANIFEST)),
            expect!["manifest.json is missing from the model folder; download the model again"],
        );
    }

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
    fn a_folder_comes_back_from_disk() {
        let dir = tempfile::tempdir().unwrap();
        let files = sealed();
        files.write_dir(&dir.path().join("model")).unwrap();
        assert_eq!(ModelFiles::read_dir(&dir.path().join("model")).unwrap(), files);
        let error = ModelFiles::read_dir(dir.path()).unwrap_err();
        assert!(matches!(error, FolderError::Read { .. }), "{error}");
    }

    /// A folder with another configuration.
    fn version(number: u32) -> ModelFiles {
        let mut files = sealed();
        files.insert("config.json", format!(r#"{{"version": {number}}}"#).into_bytes());
        files.insert("selftest.json", number.to_string().into_bytes());
        files.seal();
        files
    }

    /// Writes a folder up to a step, and half of that one.
    fn write_until_killed(files: &ModelFiles, folder: &Path, killed_at: usize) {
        finish(folder).unwrap();
        let writes = files.writes(folder);
        writes[..killed_at].iter().for_each(|write| write.run().unwrap());
        if let Some(Write::Beside(path, bytes)) = writes.get(killed_at) {
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }
    }

    /// B13: a folder that was written over another was neither, if the writer was killed.
    #[test]
    fn a_writer_that_is_killed_leaves_the_old_folder_or_the_new_one() {
        let [first, second, third] = [1, 2, 3].map(version);
        let steps = second.writes(Path::new("")).len();
        let mut found = Vec::new();
        for killed_at in 0..=steps {
            for killed_again_at in 0..=steps {
                let dir = tempfile::tempdir().unwrap();
                first.write_dir(dir.path()).unwrap();
                write_until_killed(&second, dir.path(), killed_at);
                let after = ModelFiles::read_dir(dir.path()).unwrap();
                assert!(after == first || after == second, "killed at step {killed_at}: {after:?}");
                write_until_killed(&third, dir.path(), killed_again_at);
                let at_last = ModelFiles::read_dir(dir.path()).unwrap();
                assert!(at_last == after || at_last == third, "at {killed_at} and {killed_again_at}: {at_last:?}");
                found.push((after == second, at_last == third));
                first.write_dir(dir.path()).unwrap();
                assert_eq!(ModelFiles::read_dir(dir.path()).unwrap(), first);
            }
        }
        assert_eq!((found[0], found[found.len() - 1]), ((false, false), (true, true)));
    }

    proptest! {
        #[test]
        fn plain_names_hold_no_separator(name in ".{0,20}") {
            if is_plain(&name) {
                prop_assert_eq!(std::path::Path::new(&name).components().count(), 1);
                prop_assert!(!name.contains(['/', '\\', ':', '%', '?', '#']));
            }
        }
    }
}
