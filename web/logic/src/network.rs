//! The list of requests, and use without a network.

pub mod offline;
pub mod texts;
pub mod traffic;
