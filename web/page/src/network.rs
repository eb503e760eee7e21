//! The page's requests, and the page without a network.

mod address;
mod offline;
pub mod requests;

pub use address::address;
pub use offline::Offline;
