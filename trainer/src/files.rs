//! Files that are read and replaced as a whole; every error names its file.

use std::fs::{self, File};
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
