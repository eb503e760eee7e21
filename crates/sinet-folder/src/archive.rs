//! A model folder inside a zip archive, which is how people pass one on.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::error::FolderError;
use crate::files::ModelFiles;
use crate::manifest::{MANIFEST, Manifest};

/// The most entries an archive may have.
const MAX_ENTRIES: usize = 1000;

/// The most bytes a manifest may have.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

impl ModelFiles {
    /// Takes a model folder out of a zip archive: the outermost folder that has a [`MANIFEST`], and of that what the
    /// manifest names, chunks joined. Unpacks no more than the sizes that stand there. Does not [`verify`](Self::verify) the files.
    ///
    /// # Errors
    ///
    /// [`FolderError::Archive`] if there is no such folder or the archive is damaged, [`FolderError::Missing`] if a
    /// file is not in it, [`FolderError::Manifest`] for a bad manifest.
    pub fn from_zip(bytes: &[u8]) -> Result<Self, FolderError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
        if archive.len() > MAX_ENTRIES {
            return Err(FolderError::Archive { reason: format!("it has more than {MAX_ENTRIES} entries") });
        }
        let manifest_path = manifest_path(archive.file_names())
            .ok_or_else(|| FolderError::Archive { reason: format!("there is no {MANIFEST} in it") })?
            .to_owned();
        let folder = manifest_path.trim_end_matches(MANIFEST);
        let manifest_bytes = read(&mut archive, &manifest_path, MANIFEST, MAX_MANIFEST_BYTES)?;
        let manifest = Manifest::parse(&manifest_bytes)?;
        let mut files = Self::new();
        for (name, entry) in &manifest.files {
            let mut bytes = Vec::new();
            for part in entry.parts(name) {
                bytes.extend(read(&mut archive, &format!("{folder}{}", part.name), &part.name, part.bytes)?);
            }
            files.insert(name.clone(), bytes);
        }
        files.insert(MANIFEST, manifest_bytes);
        Ok(files)
    }
}

/// The manifest of a model folder among some paths, with `/` between their parts: the outermost.
pub fn manifest_path<'a>(paths: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    paths
        .filter(|path| path.strip_suffix(MANIFEST).is_some_and(|folder| folder.is_empty() || folder.ends_with('/')))
        // macOS adds such files beside those of an archive.
        .filter(|path| !path.starts_with("__MACOSX/"))
        .min_by_key(|path| path.matches('/').count())
}

/// Unpacks one file, but never more than one byte above what is expected: then the check of sizes tells.
fn read(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    path: &str,
    name: &str,
    expected: u64,
) -> Result<Vec<u8>, FolderError> {
    let entry = match archive.by_name(path) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Err(FolderError::Missing { name: name.to_owned() }),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    entry.take(expected + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn unreadable(error: impl std::fmt::Display) -> FolderError {
    FolderError::Archive { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn sealed() -> ModelFiles {
        let mut files = ModelFiles::new();
        files.insert("config.json", b"{}".to_vec());
        files.insert("model.safetensors", vec![7; 10_000]);
        files.seal();
        files
    }

    /// An archive with these files.
    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in files {
            writer.start_file(*path, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn zip_of(files: &ModelFiles, folder: &str) -> Vec<u8> {
        let names = [MANIFEST, "config.json", "model.safetensors"];
        let paths = names.map(|name| format!("{folder}{name}"));
        let entries: Vec<_> =
            paths.iter().zip(names).map(|(path, name)| (path.as_str(), files.get(name).unwrap())).collect();
        zip(&entries)
    }

    #[test]
    fn a_folder_comes_out_of_an_archive() {
        let files = sealed();
        for folder in ["", "model/", "runs/7/model/"] {
            assert_eq!(ModelFiles::from_zip(&zip_of(&files, folder)).unwrap(), files, "{folder}");
        }
    }

    #[test]
    fn chunks_in_an_archive_are_joined() {
        let files = sealed();
        let served = files.clone().verify().unwrap().in_chunks(999);
        let entries: Vec<_> = served.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let found = ModelFiles::from_zip(&zip(&entries)).unwrap().verify().unwrap();
        assert_eq!(found.files().get("model.safetensors").unwrap(), files.get("model.safetensors").unwrap());
    }

    #[test]
    fn the_outermost_manifest_counts() {
        let check = |paths: &[&str], expected| assert_eq!(manifest_path(paths.iter().copied()), expected, "{paths:?}");
        check(&["a/b/manifest.json", "a/manifest.json", "a/c.json"], Some("a/manifest.json"));
        check(&["__MACOSX/manifest.json", "a/manifest.json"], Some("a/manifest.json"));
        check(&["a/my-manifest.json", "manifest.json.txt"], None);
    }

    #[test]
    fn a_bad_archive_is_refused_in_one_sentence() {
        let check = |bytes: &[u8], expected: Expect| {
            expected.assert_eq(&ModelFiles::from_zip(bytes).unwrap_err().to_string());
        };
        check(
            b"not a zip",
            expect!["the archive cannot be used: invalid Zip archive: Could not find EOCD; download the model again"],
        );
        check(
            &zip(&[("readme.txt", b"hello")]),
            expect!["the archive cannot be used: there is no manifest.json in it; download the model again"],
        );
        check(
            &zip(&[(MANIFEST, br#"{"files": {"a.json": {"bytes": 1, "sha256": ""}}}"#)]),
            expect!["a.json is missing from the model folder; download the model again"],
        );
        let mut cut = zip_of(&sealed(), "");
        cut[60] ^= 0xff;
        assert!(matches!(
            ModelFiles::from_zip(&cut).unwrap_err(),
            FolderError::Archive { .. } | FolderError::Manifest { .. }
        ));
    }

    #[test]
    fn no_more_is_unpacked_than_the_manifest_says() {
        let zeros = vec![0; 50_000_000];
        let manifest = br#"{"files": {"a.bin": {"bytes": 10, "sha256": ""}}}"#;
        let bomb = zip(&[(MANIFEST, manifest), ("a.bin", &zeros)]);
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        let files = ModelFiles::from_zip(&bomb).unwrap();
        assert_eq!(files.get("a.bin").unwrap().len(), 11);
        assert!(matches!(files.verify().unwrap_err(), FolderError::WrongSize { found: 11, .. }));
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(position in 0usize..400, value: u8) {
            let mut bytes = zip_of(&sealed(), "");
            let position = position % bytes.len();
            bytes[position] = value;
            ModelFiles::from_zip(&bytes).ok();
        }
    }
}
