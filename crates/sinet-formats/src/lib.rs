//! Labelled documents, and the file formats that annotation tools exchange them in.
//!
//! ```
//! use sinet_formats::{Format, Options, Reader, Writer};
//!
//! let brat_like = r#"{"text": "Ada lives in London", "denotations": [
//!     {"id": "a", "span": {"begin": 0, "end": 3}, "obj": "Peop"}, {"id": "b", "span": {"begin": 13, "end": 19}, "obj": "Loc"}],
//!     "relations": [{"pred": "Live_In", "subj": "a", "obj": "b"}]}"#;
//! assert_eq!(sinet_formats::sniff(brat_like.as_bytes())?.format, Format::PubAnnotation);
//!
//! let mut reader = Reader::new(Format::PubAnnotation, brat_like.as_bytes(), "ada.json", Options::default());
//! let mut writer = Writer::new(Format::Conll, Vec::new());
//! for document in &mut reader {
//!     writer.write(&document?)?;
//! }
//! let (bytes, report) = writer.finish()?;
//! assert_eq!(String::from_utf8(bytes)?.lines().nth(2), Some("Ada -X- -X- B-Peop"));
//! assert!(report.to_string().contains("1 relation left out."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`LabelledDocument`] is a text with entities and relations, as every format and the page's editor hold it. A
//! [`Reader`] yields documents one at a time from a file in some [`Format`], which [`sniff()`] recognises; a [`Writer`] takes
//! them one at a time and ends with a [`LossReport`] of what its format could not hold. Each format is a module of its own,
//! with what is peculiar to it. Start reading at [`document`] and [`format`](mod@format).
//!
//! The crate knows no network and no browser. Files come from strangers: no content makes a reader panic, and
//! [`Limits`] bound its memory.

mod archive;
mod builder;
mod collection;
mod context;
pub mod dataset;
pub mod document;
mod encoding;
pub mod error;
pub mod format;
mod formats;
mod json;
mod lines;
pub mod loss_report;
mod mentions;
pub mod named_file;
mod names;
mod nearest;
pub mod options;
mod positions;
pub mod rdf;
pub mod read;
pub mod sniff;
#[cfg(test)]
mod tests;
mod text_field;
mod tokenised;
mod words;
pub mod write;
mod xml;

pub use dataset::{Dataset, DatasetError, Example};
pub use document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
pub use error::{DocumentError, Place, Problem, ReadError, WriteError};
pub use format::{Format, Holds, Positions, TextForm, UnknownFormat};
pub use formats::brat::read_pair as read_brat;
pub use loss_report::{Loss, LossReport};
pub use named_file::NamedFile;
pub use options::{Columns, Ends, Limits, Options, Predictions, UnknownColumns};
pub use read::Reader;
pub use sniff::{SniffError, Sniffed, sniff};
pub use write::Writer;
