//! A model folder and a text give an annotated document.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use burn::tensor::Device;
//! use sinet_infer::{Model, ModelFiles};
//!
//! let files = ModelFiles::read_dir("models/scierc".as_ref())?;
//! let model = Model::load(files, &Device::flex())?;
//! let reading = model.annotate("The parser uses a beam search.").await?;
//! for entity in &reading.annotation.entities {
//!     println!("{} is a {}", entity.text, entity.kind);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Model`] is the place to start reading. The encoder runs on the device that the caller names; one readback a
//! window later everything else runs on the host. Nothing here starts a thread or blocks, so that the same code
//! serves the native binary and a web worker; a caller without an executor waits with
//! [`burn::tensor::read_sync`].
//!
//! What the encoder made of a text is an [`Encoded`], which answers further questions in milliseconds: other
//! thresholds ([`Model::read_likeliest`]), other entities ([`Model::relate`]), a network without some of its parts
//! ([`Model::switch`]), and why something was found or not ([`Model::explain`]).
//!
//! The files of a folder have a module each: [`folder`] (`manifest.json`), [`config`], [`weights`] and [`selftest`];
//! [`export()`] writes them, [`archive`] takes them out of a zip.

mod annotate;
pub mod archive;
mod attention;
pub mod config;
mod encoded;
mod explain;
mod export;
pub mod folder;
mod model;
mod predict;
mod prediction;
pub mod selftest;
pub mod weights;

pub use annotate::{AnnotateError, Reading};
pub use config::ModelConfig;
pub use encoded::Encoded;
pub use export::{ExportError, export};
pub use folder::{FolderError, Manifest, ModelFiles, VerifiedFiles};
pub use model::{LoadError, Model, TOKENIZER};
pub use prediction::{LeftOut, Most, Prediction, Thresholds};
pub use selftest::{SelfTest, SelfTestError};
pub use sinet_model::Switches;
pub use weights::Precision;
