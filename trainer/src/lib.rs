//! Training of SINET models: data to a model folder.
//!
//! [`train`](mod@train) is the loop and the place to start reading; each other module is one of its parts, in the
//! order in which a run meets them.

pub mod config;
pub mod pretrained;
pub mod samples;
pub mod schedule;
pub mod word_table;
pub mod adamw;
pub mod optimizer;
pub mod step;
pub mod checkpoint;
pub mod evaluate;
pub mod train;
pub mod predict;
pub mod card;
mod error;

pub use error::Error;
