//! Opening and downloading.

mod download;
pub mod drop;
mod opened;

pub use download::{copy, download, download_blob, png};
pub use opened::{Files, is_archive_of_labels};
