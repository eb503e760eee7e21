//! What the page knows without a browser: which model and worker to take, how a reading becomes sentences,
//! where everything of a sentence goes, how attention becomes shades.
//!
//! [`layout`] is the place to start reading. The view over all this is the binary beside this library.

pub mod attention;
pub mod catalogue;
pub mod device;
pub mod layout;
pub mod reading;

/// The number of tones that the style sheet has for entity types.
pub const TONES: usize = 8;
