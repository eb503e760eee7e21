//! The parts of the page, from its top down. `app` puts them together.

mod attention;
mod bar;
mod checking;
mod compared;
mod coverage;
mod documents;
mod hints;
mod inspector;
mod legend;
mod measure;
mod menu;
mod open_files;
mod people;
mod picture;
mod privacy;
mod replace;
mod selection;
mod sentences;
mod setup;
mod shortcuts;
mod split;
mod status;
mod tables;
mod take_away;
mod text_pane;
mod tuning;
mod types;
mod why;
mod writing;

pub use bar::Bar;
pub use documents::Documents;
pub use inspector::Inspector;
pub use people::PeopleView;
pub use shortcuts::listen;
pub use split::Split;
pub use text_pane::TextPane;
