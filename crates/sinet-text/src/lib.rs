//! Documents, words, offsets, schema, labels and scores for joint entity and relation extraction.
//!
//! ```
//! use sinet_text::{Document, OffsetUnit, Offsets};
//!
//! let document = Document::parse("The naïve parser isn't slow. It scores 9.5%.");
//! assert_eq!(document.sentences.len(), 2);
//! let words: Vec<&str> = document.word_texts().collect();
//! assert_eq!(words[1..5], ["naïve", "parser", "is", "n't"]);
//!
//! // Offsets are bytes inside, and whatever the reader counts in outside.
//! let offsets = Offsets::new(&document.text);
//! let parser = document.words[2];
//! assert_eq!((parser.start, parser.end), (11, 17));
//! let range = offsets.range(parser, OffsetUnit::CodePoints).unwrap();
//! assert_eq!((range.start, range.end), (10, 16));
//! ```
//!
//! A text becomes a [`Document`] ([`sentences`], then [`words`]), its words become pieces ([`tokenizer`]), and
//! stretches of words that fit the encoder become inputs ([`windows`](mod@windows)). [`Labels`] name types by their index
//! in a [`Schema`], and [`score`] compares two labellings. Words that are known join to a [`RunningText`]. A model answers with an [`Annotation`], and explains a decision
//! with an [`Explanation`](explanation::Explanation). Start reading at [`document`].
//!
//! The crate knows no tensor and no browser; every offset says its unit, in its type or in its name.

mod abbreviations;
pub mod annotation;
mod byte_level;
mod charsmap;
pub mod document;
pub mod explanation;
pub mod labels;
pub mod offsets;
mod pieces;
pub mod running_text;
pub mod schema;
pub mod score;
pub mod sentences;
pub mod span;
pub mod tokenizer;
pub mod types;
pub mod windows;
pub mod words;

pub use annotation::{Annotation, OffsetUnit, Part, TextRange, WordRange};
pub use document::Document;
pub use labels::{LabelledPair, LabelledSpan, Labels};
pub use offsets::Offsets;
pub use running_text::RunningText;
pub use schema::{EntityType, RelationType, Schema, SchemaError};
pub use score::{Counts, Figures, Report, Scorer, Scores, SymmetricRule};
pub use span::ByteSpan;
pub use tokenizer::{Encoding, SpecialTokens, Tokenizer, TokenizerError};
pub use types::{TypeName, Types};
pub use windows::windows;
