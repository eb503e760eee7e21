//! A person's work on the open document.

mod interaction;

pub use interaction::{Interaction, Item, Palette, focus_target};
