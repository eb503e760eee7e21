//! Files that are read and replaced as a whole; every error names its file.

use std::fs::{self, DirEntry, File};
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use sinet_infer::weights::{self, Precision};
use sinet_model::Weights;

use crate::Error;

/// Reads a file.
///
/// # Errors
///
/// [`Error::Read`], if there is none or it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::reading(path))
}

/// Reads weights in any precision.
///
/// # Errors
///
/// [`Error::Read`] if there is no such file, [`Error::Data`] if it is damaged.
pub fn read_weights(path: &Path) -> Result<Weights, Error> {
    weights::read(&read(path)?).map_err(Error::data(path))
}

/// Writes weights in full precision, as [`replace`] does.
///
/// # Errors
///
/// [`Error`], if they cannot be written.
pub fn write_weights(path: &Path, weights: &Weights) -> Result<(), Error> {
    replace(path, &weights::write(weights, Precision::F32)?)
}

/// Writes a file by renaming a finished one: a kill at any moment leaves the old file or the new one.
///
/// # Errors
///
/// [`Error::Write`], if it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fresh = path.with_extension("partial");
    write_synced(&fresh, bytes)?;
    let folder = path.parent().unwrap_or(path);
    fs::rename(&fresh, path).and_then(|()| sync_folder(folder)).map_err(Error::writing(path))
}

/// Writes a file of any size, which has another name, with `.partial` behind it, until `fill` has written all of it. A failure leaves
/// none.
///
/// # Errors
///
/// [`Error::Write`], if it cannot be written; that of `fill`.
pub fn write_whole<T>(path: &Path, fill: impl FnOnce(File) -> Result<T, Error>) -> Result<T, Error> {
    let fresh = path.with_added_extension("partial");
    let finish = || {
        let filled = fill(File::create(&fresh).map_err(Error::writing(&fresh))?)?;
        fs::rename(&fresh, path).map_err(Error::writing(path))?;
        Ok(filled)
    };
    finish().inspect_err(|_| _ = fs::remove_file(&fresh))
}

/// What is in a folder, by name.
///
/// # Errors
///
/// [`Error::Read`], if it cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<DirEntry>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::reading(folder))?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(Error::reading(folder))?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

/// Writes a file and waits until it is on the disk.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(Error::writing(path))
}

/// Puts the names in a folder on the disk. Only Unix opens folders for that.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
