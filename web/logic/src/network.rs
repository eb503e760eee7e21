//! The list of requests.

pub mod traffic;
