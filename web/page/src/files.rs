//! Opening and downloading.

mod download;
pub mod drop;
mod export;
mod opened;
pub mod program;

pub use download::{copy, download, download_blob, png};
pub use opened::{Files, link};
