//! Runs and models side by side: several seeds, the variants of the paper's experiments, the folds of a data set, two models
//! on the same sentences, time and arithmetic.

pub mod ablate;
pub mod benchmark;
pub mod compare;
pub mod cross_validate;
pub mod flops;
pub mod seeds;
