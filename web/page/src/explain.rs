//! Reasons for the reading on the page, and the same text read by another model.

mod comparison;
mod explaining;

pub use comparison::Comparison;
pub use explaining::{Answered, Explaining, selected_words};
