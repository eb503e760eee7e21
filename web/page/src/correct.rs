//! A person's work on the open document.

mod interaction;
mod judging;
mod many;

pub use interaction::{Interaction, Item, Palette, focus_target};
