//! What the Python package `sinet` computes: everything else of it is Python, in `package/sinet`.
//!
//! [`Model`] is the place to start reading. Texts and answers cross as JSON, which is what `sinet predict` prints, and Arrow as it lies
//! in memory. While a model reads, other threads of Python go on; its own are those of [`pool`], which knows of forks.

mod answer;
mod draw;
mod error;
mod evaluate;
mod model;
mod pool;
mod questions;
mod stream;

use pyo3::prelude::*;

/// The compiled part of the package `sinet`.
#[pymodule]
mod _sinet {
    #[pymodule_export]
    use crate::draw::{html, plain, svg};
    #[pymodule_export]
    use crate::error::SinetError;
    #[pymodule_export]
    use crate::model::{Model, fingerprint_of};
    #[pymodule_export]
    use crate::questions::words;
    #[pymodule_export]
    use crate::stream::AnnotatedBatches;

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
