//! Sentences with entities and relations, laid out and drawn.
//!
//! ```
//! use sinet_figure::{Drawn, estimated_width, svg};
//! use sinet_formats::{LabelledDocument, LabelledEntity, Provenance};
//! use sinet_text::{ByteSpan, Types};
//!
//! let mut document = LabelledDocument::new("d", "A parser reads.");
//! let span = ByteSpan { start: 2, end: 8 };
//! document.entities.push(LabelledEntity { kind: "Tool".to_owned(), span, score: None, provenance: Provenance::Person });
//! let types = Types::default();
//! let sentences = Drawn::all(document.with_words(), &types, estimated_width);
//! assert!(svg(&sentences, &types).contains("✓ Tool"));
//! ```
//!
//! A [`Drawing`] is a labelled document, from which a [`Picture`] of each sentence is taken: its words, entities and
//! relations. [`layout`](layout::layout) says where everything of it goes, and [`Drawn`] is both together. The page makes
//! elements of its own from these parts. Everybody else takes a whole: [`still()`] for somebody's page of documentation,
//! [`standalone_svg`], [`tikz`], [`plain_text`] and, with the feature `png`, `png` for where no HTML goes, [`svg`](svg()),
//! [`figure`] and [`html`](html()) for what is laid out already. Start at [`Drawing`], then [`layout`](mod@layout).
//!
//! The crate knows no tensor and no browser: whoever draws gives the widths of texts, or takes [`estimated_width`].

mod annotation;
mod colours;
mod decimal;
mod direction;
mod drawn;
mod escaped;
mod faces;
mod html;
pub mod layout;
mod paint;
mod path;
mod picture;
mod plain;
#[cfg(feature = "png")]
mod png;
mod sorted;
pub mod still;
mod style;
mod svg;
mod tikz;
mod tones;
mod triples;
mod widths;

pub use annotation::annotation;
pub use direction::is_right_to_left;
pub use drawn::{Drawn, WIDTH};
pub use escaped::escaped;
pub use faces::{FAMILY, Face, MEASURED_FAMILY, weight_and_size};
pub use html::html;
pub use path::arc_path;
pub use picture::{Drawing, Entity, Picture, Relation, entity_label, relation_label};
pub use plain::{coloured_text, plain_text};
#[cfg(feature = "png")]
pub use png::{Fonts, PngError, png};
pub use still::{Host, List, Live, StillOptions, still};
pub use style::{SINET_CSS, STYLE};
pub use svg::{Theme, figure, standalone_svg, svg};
pub use tikz::tikz;
pub use tones::tone;
pub use widths::estimated_width;

#[cfg(test)]
mod tests;
