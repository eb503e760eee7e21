//! Labelled documents, and the file formats that annotation tools exchange them in.
//!
//! A [`LabelledDocument`] is a text with entities and relations, as every format and the page's editor hold it.
//! Start reading at [`document`].
//!
//! The crate knows no network and no browser.

pub mod document;

pub use document::{DocumentError, LabelledDocument, LabelledEntity, LabelledRelation, Source};
