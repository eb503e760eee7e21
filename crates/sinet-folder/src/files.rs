//! The files of a model folder, in memory.

use std::collections::BTreeMap;
#[cfg(not(target_family = "wasm"))]
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::error::FolderError;
use crate::hash::{Digest, sha256};
#[cfg(not(target_family = "wasm"))]
use crate::manifest::Part;
use crate::manifest::{FileEntry, MANIFEST, Manifest};

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

    /// Each file, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
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
        let json = serde_json::to_vec_pretty(&Manifest { version: 1, files }).expect("a manifest is plain JSON");
        self.insert(MANIFEST, json);
    }

    /// Reads the manifest in a folder and the files that it names, joining those that lie there in chunks. Does not
    /// [`verify`](Self::verify) them, but each chunk is checked.
    ///
    /// If [`write_dir`](Self::write_dir) was interrupted, the files that it was about to put in their places count.
    ///
    /// # Errors
    ///
    /// [`FolderError::Read`] for a file that cannot be read, [`FolderError::Manifest`] for a bad manifest; for a bad chunk as
    /// [`Part::check`].
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
            let waiting = fs::read(waiting(path, name)).ok().filter(|bytes| is_of(&entry.whole(name), bytes));
            let bytes = match waiting {
                Some(bytes) => bytes,
                // A folder that was read from chunks and written again has the whole file.
                None if path.join(name).exists() => read(name)?,
                None => joined(entry.parts(name), read)?,
            };
            files.insert(name.clone(), bytes);
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

/// A file from what lies in the folder for it.
#[cfg(not(target_family = "wasm"))]
fn joined<'a>(
    parts: impl Iterator<Item = Part<'a>>,
    read: impl Fn(&str) -> Result<Vec<u8>, FolderError>,
) -> Result<Vec<u8>, FolderError> {
    let mut joined = Vec::new();
    for part in parts {
        let bytes = read(&part.name)?;
        if part.name != part.file {
            part.check(&bytes, &sha256(&bytes))?;
        }
        joined.extend(bytes);
    }
    Ok(joined)
}

/// Whether these are the bytes of a file.
#[cfg(not(target_family = "wasm"))]
fn is_of(part: &Part<'_>, bytes: &[u8]) -> bool {
    part.check(bytes, &sha256(bytes)).is_ok()
}

/// Finishes a write that was interrupted when its manifest was in its place, so that the next one may begin.
#[cfg(not(target_family = "wasm"))]
fn finish(folder: &Path) -> io::Result<()> {
    let Some(manifest) = fs::read(folder.join(MANIFEST)).ok().and_then(|json| Manifest::parse(&json).ok()) else {
        return Ok(());
    };
    for (name, entry) in &manifest.files {
        let waiting = waiting(folder, name);
        if fs::read(&waiting).is_ok_and(|bytes| is_of(&entry.whole(name), &bytes)) {
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn sealed() -> ModelFiles {
        let mut files = ModelFiles::new();
        files.insert("config.json", b"{}".to_vec());
        files.insert("model.safetensors", vec![1, 2, 3]);
        files.seal();
        files
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
}
