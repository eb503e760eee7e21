//! Data in any format: labelled documents converted into another format and examined before training, and texts whose labels
//! do not count.

pub mod convert;
pub mod debug;
mod labelled;
pub mod texts;
