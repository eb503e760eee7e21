//! Tests against real data, which lies outside of the repository, and against hostile text.

mod corpora;
mod coverage;
mod golden;
mod hostile;

use std::path::PathBuf;

/// The text of `path` under the folder that `variable` names, or under `default`, relative to the repository's
/// root. `None`, with a printed line, where there is no such file.
fn read_outside(variable: &str, default: &str, path: &str) -> Option<String> {
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let folder = std::env::var_os(variable).map_or_else(|| PathBuf::from(repository).join(default), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(path)).ok();
    if text.is_none() {
        println!("skipped: there is no {path} under ${variable} (default {default})");
    }
    text
}

fn read_data(path: &str) -> Option<String> {
    read_outside("SINET_DATA", "../shared/data", path)
}

fn read_golden(path: &str) -> Option<String> {
    read_outside("SINET_GOLDEN", "../shared/golden", path)
}
