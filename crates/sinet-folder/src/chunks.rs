//! Large files in chunks, for hosts that serve no large ones.

use std::collections::BTreeMap;

use crate::files::VerifiedFiles;
use crate::manifest::{Chunk, FileEntry, MANIFEST, Manifest, VERSION, chunk_name};

/// The most bytes of a chunk: well below what hosts of static files serve in one.
pub const MAX_CHUNK_BYTES: usize = 8 << 20;

impl VerifiedFiles {
    /// The folder as it is served, by file name: files of more than `limit` bytes are cut into chunks of that size, and the
    /// manifest says so. The same files give the same bytes.
    ///
    /// # Panics
    ///
    /// If `limit` is 0 or more than [`MAX_CHUNK_BYTES`].
    pub fn in_chunks(&self, limit: usize) -> BTreeMap<String, Vec<u8>> {
        assert!((1..=MAX_CHUNK_BYTES).contains(&limit), "chunks of {limit} bytes");
        let mut served = BTreeMap::new();
        let mut entries = BTreeMap::new();
        for (name, bytes) in self.files().iter().filter(|(name, _)| *name != MANIFEST) {
            let mut entry = FileEntry::of(bytes);
            if bytes.len() > limit {
                for (index, chunk) in bytes.chunks(limit).enumerate() {
                    entry.chunks.push(Chunk::of(chunk));
                    served.insert(chunk_name(name, index), chunk.to_vec());
                }
            } else {
                served.insert(name.to_owned(), bytes.to_vec());
            }
            entries.insert(name.to_owned(), entry);
        }
        let manifest = Manifest { version: VERSION, files: entries };
        let json = serde_json::to_vec_pretty(&manifest).expect("a manifest is plain JSON");
        served.insert(MANIFEST.to_owned(), json);
        served
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::error::FolderError;
    use crate::files::ModelFiles;
    use crate::hash::sha256;

    /// A folder whose manifest is of version 1.
    fn sealed(weights: &[u8]) -> ModelFiles {
        let mut files = ModelFiles::new();
        files.insert("config.json", b"{}".to_vec());
        files.insert("model.safetensors", weights.to_vec());
        files.seal();
        files
    }

    fn write(served: &BTreeMap<String, Vec<u8>>) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        served.iter().for_each(|(name, bytes)| fs::write(dir.path().join(name), bytes).unwrap());
        dir
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn chunks_joined_are_the_file(weights in prop::collection::vec(any::<u8>(), 0..300), limit in 1usize..120) {
            let files = sealed(&weights);
            let served = files.clone().verify().unwrap().in_chunks(limit);
            let manifest = Manifest::parse(&served[MANIFEST]).unwrap();
            for part in manifest.parts() {
                let bytes = &served[&*part.name];
                prop_assert!(bytes.len() <= limit);
                part.check(bytes, &sha256(bytes)).unwrap();
            }
            prop_assert_eq!(manifest.parts().count() + 1, served.len());
            let read = ModelFiles::read_dir(write(&served).path()).unwrap().verify().unwrap();
            for name in ["config.json", "model.safetensors"] {
                prop_assert_eq!(read.files().get(name).unwrap(), files.get(name).unwrap());
            }
            // And back: sealed again, it is of version 1 as before.
            let mut again = read.files().clone();
            again.seal();
            prop_assert_eq!(again, files);
        }

        #[test]
        fn a_flipped_byte_in_a_chunk_is_told_with_its_name(
            weights in prop::collection::vec(any::<u8>(), 50..300), limit in 1usize..50, place: prop::sample::Index,
        ) {
            let mut served = sealed(&weights).verify().unwrap().in_chunks(limit);
            let manifest = Manifest::parse(&served[MANIFEST]).unwrap();
            let place = place.index(weights.len());
            let name = format!("model.safetensors.{}", place / limit);
            served.get_mut(&name).unwrap()[place % limit] ^= 1;
            let part = manifest.parts().find(|part| part.name == name.as_str()).unwrap();
            let fault = part.check(&served[&name], &sha256(&served[&name])).unwrap_err();
            prop_assert!(matches!(&fault, FolderError::WrongHash { name: found } if *found == name), "{}", fault);
            let error = ModelFiles::read_dir(write(&served).path()).unwrap_err();
            prop_assert!(matches!(&error, FolderError::WrongHash { name: found } if *found == name), "{}", error);
        }
    }
}
