//! The documents that the browser keeps.

mod batch;
mod documents;
mod list;
mod place;
mod rescue;
mod saving;
mod search;
mod storage;
mod store;
mod types;

pub use list::Library;
