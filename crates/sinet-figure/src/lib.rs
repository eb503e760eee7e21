//! Sentences with entities and relations, laid out and drawn.
//!
//! ```
//! use sinet_figure::{Drawn, estimated_width, svg};
//! use sinet_formats::{LabelledDocument, LabelledEntity, Source};
//! use sinet_text::{ByteSpan, Types};
//!
//! let mut document = LabelledDocument::new("d", "A parser reads.");
//! let span = ByteSpan { start: 2, end: 8 };
//! document.entities.push(LabelledEntity { kind: "Tool".to_owned(), span, score: None, source: Source::Person });
//! let types = Types::default();
//! let sentences = Drawn::all(document, &types, estimated_width);
//! assert!(svg(&sentences, &types).contains("✓ Tool"));
//! ```
//!
//! A [`Drawing`] is a labelled document, from which a [`Picture`] of each sentence is taken: its words, entities and
//! relations. [`layout`](layout::layout) says where everything of it goes, and [`Drawn`] is both together. [`svg`],
//! [`figure`] and [`html`] write files; the page makes elements of its own from the same parts. Start at [`Drawing`], then
//! [`layout`](mod@layout).
//!
//! The crate knows no tensor and no browser: whoever draws gives the widths of texts, or takes [`estimated_width`].

mod drawn;
mod escaped;
mod faces;
mod html;
pub mod layout;
mod path;
mod picture;
mod svg;
mod tones;

pub use drawn::{Drawn, WIDTH};
pub use escaped::escaped;
pub use faces::{FAMILY, Face, estimated_width, weight_and_size};
pub use html::{STYLE, html};
pub use path::arc_path;
pub use picture::{Drawing, Entity, Picture, Relation, entity_label, is_right_to_left, relation_label};
pub use svg::{figure, svg};
pub use tones::{TONES, tone};

#[cfg(test)]
mod tests;
