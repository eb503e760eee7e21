//! One run: the training loop and its parts.
//!
//! [`train`](mod@train) is the loop and the place to start reading. It learns from [`lessons`], which [`teachers`] may have
//! answered for. Its parts, in the order of an update: [`samples`], [`step`], [`optimizer`] (with [`schedule`], [`adamw`] and
//! [`word_table`]). An epoch adds to the [`average`], writes a [`checkpoint`] and a line of [`metrics`]; a finished run leaves a
//! [`report`](mod@report).

pub mod adamw;
pub mod average;
pub mod checkpoint;
pub mod divergence;
pub mod folder;
pub mod lessons;
pub mod metrics;
pub mod optimizer;
pub mod report;
pub mod samples;
pub mod schedule;
pub mod step;
pub mod teachers;
pub mod tensorboard;
pub mod train;
pub mod word_table;
