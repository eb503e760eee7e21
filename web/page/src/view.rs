//! The parts of the page, from its top down. `app` puts them together.

mod attention;
mod compared;
mod composer;
mod coverage;
mod documents;
mod inspector;
mod legend;
mod measure;
mod open_files;
mod picture;
mod privacy;
mod sentences;
mod setup;
mod status;
mod tables;
mod take_away;
mod tuning;
mod why;

pub use attention::Attention;
pub use compared::Compared;
pub use composer::Composer;
pub use coverage::Coverage;
pub use documents::Documents;
pub use open_files::OpenedFiles;
pub use privacy::Privacy;
pub use sentences::Sentences;
pub use setup::Setup;
pub use status::Status;
pub use tables::Tables;
pub use take_away::TakeAway;
pub use tuning::Tuning;
pub use why::WhyPanel;
