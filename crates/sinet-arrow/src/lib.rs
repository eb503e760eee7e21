//! Record batches of texts in, the same batches with annotations out: what `sinet predict`, the Python package and Spark share,
//! so that they say the same.
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, RecordBatch, StringArray};
//! use sinet_arrow::{Annotated, ModelNote};
//!
//! let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("Ada sings."), None]));
//! let batch = RecordBatch::try_from_iter([("text", texts)])?;
//! let model = ModelNote { name: "scierc", fingerprint: "0f3a", version: "0.1.0" };
//! let annotated = Annotated::new(&batch.schema(), None, &model)?;
//! // A model would answer here.
//! let rows = annotated.texts(&batch)?.iter().map(|text| text.map(|_| Err("no model"))).collect();
//! let batch = annotated.batch(&batch, rows)?;
//! assert_eq!(batch.schema().fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), [
//!     "text", "entities", "relations", "error"
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Annotated`] is the schema with the columns of annotations, and makes the batches; with the feature `files`,
//! [`files`] reads and writes them as Parquet and Arrow IPC. The crate knows no tensor: whoever has a model reads the
//! texts.

pub mod annotated;
mod columns;
pub mod error;
#[cfg(feature = "files")]
pub mod files;

pub use annotated::{Annotated, ModelNote, Texts};
pub use error::{BatchError, ColumnError};
