//! A person's work on the open document.

mod editor;
pub mod interaction;

pub use editor::Editor;
