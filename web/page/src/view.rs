//! The parts of the page, from its top down. [`App`] puts them together.

mod app;
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

pub use app::App;
