//! Training of SINET models: data to a model folder.
//!
//! [`train`](mod@train) is the loop and the place to start reading. What it calls, in the order of a run:
//! [`config`], [`mod@device`], [`pretrained`], [`samples`], [`step`], [`optimizer`] (with [`schedule`], [`adamw`] and
//! [`word_table`]), [`average`], [`evaluate`](mod@evaluate), [`checkpoint`], [`card`], [`report`](mod@report). Beside that,
//! [`convert`](mod@convert) brings other data into the form that is trained on, [`debug_data`] says what is wrong with it,
//! [`seeds`] repeats a run, [`ablate`](mod@ablate) trains the variants of the paper's experiments,
//! [`cross_validate`](mod@cross_validate) the folds of a data set, and [`threshold`], [`compare`](mod@compare) and
//! [`flops`](mod@flops) judge what came of it. [`doctor`] looks at the computer.

pub mod ablate;
pub mod adamw;
pub mod average;
pub mod benchmark;
pub mod card;
pub mod checkpoint;
pub mod compare;
pub mod config;
pub mod convert;
pub mod cross_validate;
pub mod debug_data;
pub mod device;
pub mod divergence;
pub mod doctor;
mod error;
pub mod evaluate;
pub mod export;
pub mod flops;
mod labelled;
pub mod metrics;
pub mod optimizer;
pub mod overrides;
pub mod predict;
pub mod pretrained;
pub mod report;
pub mod samples;
pub mod schedule;
pub mod seeds;
pub mod step;
pub mod template;
pub mod tensorboard;
pub mod threshold;
pub mod train;
pub mod word_table;

pub use error::Error;
