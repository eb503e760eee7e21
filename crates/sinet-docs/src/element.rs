//! The place of the element's script and style, as a page names it.

use std::fs;
use std::path::Path;

use sinet_figure::SINET_CSS;

use crate::error::{Error, Errors, Problem};

/// Name of the script in the element's folder.
pub const SCRIPT: &str = "sinet.js";

/// Name of the style sheet.
pub const STYLE: &str = "sinet.css";

/// Whether an `element` of the settings is an address, and no folder.
pub fn is_address(element: &str) -> bool {
    element.starts_with("https://") || element.starts_with("http://") || element.starts_with('/')
}

/// The tag for the script of a live figure, in the folder at `address`, with the hash that the browser checks.
pub fn script_tag(address: &str, integrity: Option<&str>) -> String {
    let address = sinet_figure::escaped(&format!("{}/{SCRIPT}", address.trim_end_matches('/')));
    let integrity = integrity.map_or_else(String::new, |hash| {
        format!(" integrity=\"{}\" crossorigin=\"anonymous\"", sinet_figure::escaped(hash))
    });
    format!("<script src=\"{address}\"{integrity} defer></script>")
}

/// Puts the style sheet into a folder, and all files of the element's folder, if that is named.
///
/// # Errors
/// If a file cannot be read or written.
pub fn put(folder: &Path, element: Option<&Path>) -> Result<(), Errors> {
    fs::create_dir_all(folder).map_err(|error| Error::in_file(folder, Problem::Write(error)))?;
    write(&folder.join(STYLE), SINET_CSS.as_bytes())?;
    element.map_or(Ok(()), |element| copy(element, folder))
}

fn copy(from: &Path, to: &Path) -> Result<(), Errors> {
    let reading = |error| Error::in_file(from, Problem::Read(error));
    fs::create_dir_all(to).map_err(|error| Error::in_file(to, Problem::Write(error)))?;
    for entry in fs::read_dir(from).map_err(reading)? {
        let path = entry.map_err(reading)?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        match path.is_dir() {
            true => copy(&path, &target)?,
            false => write(&target, &fs::read(&path).map_err(|error| Error::in_file(&path, Problem::Read(error)))?)?,
        }
    }
    Ok(())
}

/// Writes a file, unless it has these contents, so that nobody who watches it is woken for nothing.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| Error::in_file(path, Problem::Write(error)))
}
