//! Training of SINET models: data to a model folder.
//!
//! [`run`] is the training loop and its parts: start reading at [`run::train`]. A run takes a [`config`], a [`mod@device`]
//! and a pretrained encoder from [`model`], which also scores, describes and exports what the run leaves. [`study`] repeats
//! runs and compares models. [`data`] converts and examines labelled data, [`docs`] has models read the texts in
//! documentation, [`corpus`] has one read files of any size, and [`doctor`] examines the computer. A [`dataset`] is what a model is trained and scored on.
//!
//! The rooms import one way: `study` from `run`, `run` from `model`.

pub mod config;
pub mod console;
pub mod corpus;
pub mod data;
pub mod dataset;
pub mod device;
pub mod docs;
pub mod doctor;
pub mod error;
pub mod files;
pub mod model;
pub mod run;
pub mod study;

pub use error::Error;
