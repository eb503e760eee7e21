//! The documents that the browser keeps.

mod batch;
mod checking;
mod documents;
mod list;
mod place;
mod rescue;
mod saving;
mod search;
mod storage;
mod store;
mod sweeping;
mod types;

pub use list::Library;
