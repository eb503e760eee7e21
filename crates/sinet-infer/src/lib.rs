//! A model folder and a text give an annotated document.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use burn::tensor::Device;
//! use sinet_infer::{Model, ModelFiles};
//!
//! let files = ModelFiles::read_dir("models/scierc".as_ref())?;
//! let model = Model::load(files, &Device::flex())?;
//! let annotated = model.annotate("The parser uses a beam search.").await?;
//! for entity in &annotated.annotation.entities {
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
//! One step a file: `encode` runs the encoder, `predict` the classifiers, whose scores `decode` turns into entities and
//! relations, and `annotate` puts these into the text. An [`Encoded`] text answers further questions in milliseconds:
//! other thresholds ([`Model::annotate_with`]), other entities ([`Model::relate`]), a network without some of its parts
//! ([`Model::switch`]), why something was found or not ([`Model::explain`]), and the logits of any span or pair
//! ([`Model::logits`]). A long text can be read in parts, by several
//! programs ([`Model::annotate_part`]).
//!
//! The files of a folder have a module each: [`config`], [`weights`] and [`selftest`], which `device_check` runs; [`export()`]
//! writes them. The folder itself with its manifest is `sinet-folder`, known here as [`folder`].

mod annotate;
mod attention;
pub mod config;
mod decode;
mod device_check;
mod encode;
mod error;
mod explain;
mod export;
mod logits;
mod model;
mod predict;
pub mod selftest;
mod switches;
pub mod weights;

pub use annotate::Annotated;
pub use config::{BetaScaling, ModelConfig, Scaling};
pub use decode::{Limits, Omitted, Thresholds, candidate_spans};
pub use device_check::SelfTestError;
pub use encode::Encoded;
pub use error::AnnotateError;
pub use export::{ExportError, export};
pub use logits::Logits;
pub use model::{LoadError, Model, TOKENIZER, check_vocabulary};
pub use predict::Prediction;
pub use selftest::SelfTest;
pub use sinet_folder as folder;
pub use sinet_folder::{FolderError, Manifest, ModelFiles, VerifiedFiles};
pub use switches::Switches;
pub use weights::Precision;
