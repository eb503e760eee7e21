//! Labelled data in any format: converted into another, and examined before training.

pub mod convert;
pub mod debug;
mod labelled;
