//! The workspace around the text: its keys, the tabs beside the text, and the widths of its panes.

pub mod keys;
pub mod panes;
pub mod tabs;
