//! Dropped files, documents from files, files from documents.

pub mod dropped;
pub mod link;
pub mod opening;
pub mod set;
pub mod takeaway;
pub mod task;
pub mod training;
