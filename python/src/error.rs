//! Rust's errors as Python's.

use std::fmt::Display;

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(
    sinet,
    SinetError,
    PyValueError,
    "A model, a table or a data set that cannot be used, and what to do about it."
);

/// An error in one sentence.
pub fn refuse(error: impl Display) -> PyErr {
    SinetError::new_err(error.to_string())
}
