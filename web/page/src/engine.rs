//! The model at work: the page's side of the inference workers, and the models and devices there are for them.

mod adapter;
mod client;
mod devices;
mod models;
mod simd;
mod worker;

pub use adapter::has_program;
pub use client::{Answer, Engine, Phase, Relate, Reread};
pub use devices::{Devices, Measured};
pub use models::{Adding, Models};
