//! The model at work: the page's side of the inference workers, and the models and devices there are for them.
//!
//! [`Engine`] is a model, whose workers are a `pool`; each of them is a `client`, which puts a `question` to a `worker`.

mod adapter;
mod client;
mod devices;
mod machine;
mod models;
mod pool;
mod question;
mod simd;
mod worker;

pub use adapter::has_program;
pub use client::Phase;
pub use devices::{Devices, Measured};
pub use models::{Adding, Models};
pub use pool::Engine;
pub use question::{Answer, Relate, Reread};
