//! Arrow with annotations.

use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, Field, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use rayon::ThreadPool;
use sinet_arrow::{Annotated, BatchError, ModelNote};
use sinet_infer::Model;
use sinet_text::Document;

use crate::answer::{answer, each};
use crate::error::refuse;
use crate::pool;

/// Rows that are answered together and come in one batch, however many came in.
const ROWS: usize = 256;

/// A stream of batches with annotations, which anything that speaks the Arrow PyCapsule interface reads, once.
#[pyclass(frozen, module = "sinet._sinet")]
pub struct AnnotatedBatches {
    schema: SchemaRef,
    reader: Mutex<Option<Reader>>,
}

#[pymethods]
impl AnnotatedBatches {
    /// The schema, for whoever reads Arrow.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }

    /// The stream, for whoever reads Arrow.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let again = || refuse("this stream was read already; call annotate again");
        let mut reader = self.reader.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let reader = reader.take().ok_or_else(again)?;
        let fields = Field::new_struct("", self.schema.fields().clone(), false);
        let field = Arc::new(fields.with_metadata(self.schema.metadata().clone()));
        let arrays = reader.map(|batch| batch.map(|batch| Arc::new(StructArray::from(batch)) as ArrayRef));
        Ok(to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, field)), requested_schema)?)
    }
}

impl AnnotatedBatches {
    /// Batches as they come, with annotations.
    ///
    /// # Errors
    ///
    /// If there is no column of texts, or a name is taken.
    pub fn new(
        model: Arc<Model>,
        fingerprint: &str,
        input: Box<dyn RecordBatchReader + Send>,
        text: Option<&str>,
        threads: usize,
    ) -> PyResult<Self> {
        let note = ModelNote { name: model.name(), fingerprint, version: env!("CARGO_PKG_VERSION") };
        let annotated = Annotated::new(&input.schema(), text, &note).map_err(refuse)?;
        let schema = annotated.schema();
        let reader = Reader { model, annotated, input, threads, rest: None };
        Ok(Self { schema, reader: Mutex::new(Some(reader)) })
    }
}

struct Reader {
    model: Arc<Model>,
    annotated: Annotated,
    input: Box<dyn RecordBatchReader + Send>,
    threads: usize,
    /// What is left of the batch at hand.
    rest: Option<RecordBatch>,
}

impl Reader {
    /// The next rows, and their answers. Whoever makes the input may be Python itself, so it is asked on the caller's thread.
    fn step(&mut self, pool: Option<&ThreadPool>) -> Option<Result<RecordBatch, ArrowError>> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match self.input.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            },
        };
        let here = batch.num_rows().min(ROWS);
        let left = batch.num_rows() - here;
        self.rest = (left > 0).then(|| batch.slice(here, left));
        let answered = answered(&self.model, &self.annotated, &batch.slice(0, here), pool);
        Some(answered.map_err(|error| ArrowError::ExternalError(Box::new(error))))
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        // Some who read hold the interpreter's lock, some do not; neither must hold it while the model reads.
        Python::attach(|py| match pool::of(py, self.threads) {
            Ok(pool) => py.detach(|| self.step(pool.as_deref())),
            Err(error) => Some(Err(ArrowError::ExternalError(Box::new(error)))),
        })
    }
}

fn answered(
    model: &Model,
    annotated: &Annotated,
    batch: &RecordBatch,
    pool: Option<&ThreadPool>,
) -> Result<RecordBatch, BatchError> {
    let texts = annotated.texts(batch)?;
    let texts: Vec<_> = texts.iter().collect();
    let of_row = |text: &Option<&str>| text.map(|text| answer(model, Document::parse(text)));
    annotated.batch(batch, each(pool, &texts, of_row))
}
