//! Hashes of files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha384};

/// The SHA-384 of every file below a folder, by its path with `/`.
///
/// # Errors
/// When something below it cannot be read.
pub fn below(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut hashes = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(inner) = folders.pop() {
        let entries = fs::read_dir(folder.join(&inner));
        for entry in entries.with_context(|| format!("there is no {}", folder.join(&inner).display()))? {
            let entry = entry?;
            let path = format!("{inner}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(format!("{path}/"));
            } else {
                hashes.insert(path, of(&entry.path())?);
            }
        }
    }
    Ok(hashes)
}

/// The SHA-384 of a file.
///
/// # Errors
/// When it cannot be read.
pub fn of(file: &Path) -> Result<Vec<u8>> {
    Ok(Sha384::digest(fs::read(file).with_context(|| format!("cannot read {}", file.display()))?).to_vec())
}
