//! The meaning of keys, the way from label to label, judging labels, and changing many at once.

pub mod judge;
pub mod keys;
pub mod navigate;
pub mod sweep;
pub mod types;
