//! The meaning of keys, and the way from label to label.

pub mod keys;
pub mod navigate;
pub mod types;
