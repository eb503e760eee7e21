//! The open document: a text, what a model says about it, and what a person has made of that.
//!
//! [`OpenDocument`] holds both layers and the history. A [`Reading`] of a model goes in by
//! [`OpenDocument::take_reading`], an [`Edit`] of a person by [`OpenDocument::apply`], and [`OpenDocument::labels`] is what
//! is shown. [`Difference`] compares two readings, [`describe`] puts labels into words, and [`record`] is the form in
//! which documents are kept. [`Tagset`] is a person's own types. Start at [`OpenDocument`].
//!
//! The crate knows no tensor, no browser and no picture.

pub mod agreement;
pub mod counts;
pub mod describe;
pub mod difference;
mod document;
mod reading;
pub mod record;
pub mod tagset;

pub use difference::Difference;
pub use document::{
    AgainstModel, Change, Edit, Entity, EntityChange, EntityId, EntityQuery, FoundRelation, Hidden, Labels, Lost,
    OpenDocument, Order, Refusal, Relation, RelationChange, RelationId, RelationQuery, Replacement, Selection, StepId,
    Thresholds, Unjudged,
};
pub use reading::Reading;
pub use tagset::Tagset;
