//! Reasons for the reading on the page, and readings with other settings or another model.

mod comparison;
mod understanding;

pub use comparison::Comparison;
pub use understanding::{Answered, MOST, Understanding};
