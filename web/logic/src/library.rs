//! The documents that wait to be saved, and those that a closing page has left.

pub mod progress;
pub mod queue;
pub mod rescued;
