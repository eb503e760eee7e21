//! A model over a corpus: files of texts into files of annotations, some rows at a time.
//!
//! [`inputs`] finds the files, [`rows`] reads the texts of one, [`outputs`] writes the answers, and [`run`] puts them
//! together. [`answers`] reads what that has left, [`stats`] counts it, and [`graph`] writes the counts as a graph.

pub mod answers;
pub mod graph;
pub mod inputs;
pub mod outputs;
pub mod rows;
pub mod run;
pub mod stats;
