//! The parts of the page, from its top down.

mod attention;
mod composer;
mod sentences;
mod status;
mod tables;

pub use attention::Attention;
pub use composer::Composer;
pub use sentences::Sentences;
pub use status::Status;
pub use tables::Tables;
