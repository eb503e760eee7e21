//! What the page knows without a browser: which model and worker to take, the open document and what a
//! person does to it, where everything of a sentence goes, how attention becomes shades, what can be taken away.
//!
//! [`document`] is the place to start reading, then [`layout`]. The view over all this is the binary beside this library.

pub mod attention;
pub mod bytes;
pub mod catalogue;
pub mod coverage;
pub mod device;
pub mod difference;
pub mod document;
pub mod dropped;
pub mod export;
pub mod failure;
pub mod keys;
pub mod layout;
pub mod link;
pub mod navigate;
pub mod opening;
pub mod picture;
pub mod reading;
pub mod record;
pub mod takeaway;
pub mod traffic;
pub mod training;
pub mod types;
pub mod why;

/// The number of tones that the style sheet has for entity types.
pub const TONES: usize = 8;
