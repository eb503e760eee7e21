//! A model that Python holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use pyo3_arrow::input::AnyRecordBatch;
use sinet_infer::folder::MANIFEST;
use sinet_infer::{LoadError, Manifest, ModelFiles};
use sinet_text::{Document, Types};

use crate::answer::{answer, each};
use crate::error::refuse;
use crate::evaluate::evaluate;
use crate::pool;
use crate::questions::{self, Place, of_words};
use crate::stream::AnnotatedBatches;

/// A model in memory, with the files that it came from, by which it goes to other processes.
#[pyclass(frozen, module = "sinet._sinet")]
pub struct Model {
    model: Arc<sinet_infer::Model>,
    files: ModelFiles,
    #[pyo3(get)]
    fingerprint: String,
}

#[pymethods]
impl Model {
    /// Reads a model folder.
    #[staticmethod]
    fn of_folder(py: Python, path: PathBuf) -> PyResult<Self> {
        let files = || Self::load(ModelFiles::read_dir(&path)?);
        py.detach(files).map_err(|error| refuse(format_args!("{}: {error}", path.display())))
    }

    /// Reads a model folder in a zip archive.
    #[staticmethod]
    fn of_zip(py: Python, bytes: &[u8]) -> PyResult<Self> {
        py.detach(|| Self::load(ModelFiles::from_zip(bytes)?)).map_err(refuse)
    }

    /// A model from its files, by name.
    #[staticmethod]
    fn of_files(py: Python, files: BTreeMap<String, PyBackedBytes>) -> PyResult<Self> {
        let mut found = ModelFiles::new();
        files.into_iter().for_each(|(name, bytes)| found.insert(name, bytes.to_vec()));
        py.detach(|| Self::load(found)).map_err(refuse)
    }

    /// The files, by name.
    fn files<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let files = PyDict::new(py);
        self.files.iter().try_for_each(|(name, bytes)| files.set_item(name, PyBytes::new(py, bytes)))?;
        Ok(files)
    }

    /// The name.
    #[getter]
    fn name(&self) -> &str {
        self.model.name()
    }

    /// The names of the entity types, in the model's order.
    #[getter]
    fn entity_types(&self) -> Vec<&str> {
        self.model.schema().entities.iter().map(|kind| kind.name.as_str()).collect()
    }

    /// The names of the relation types, in the model's order.
    #[getter]
    fn relation_types(&self) -> Vec<&str> {
        self.model.schema().relations.iter().map(|kind| kind.name.as_str()).collect()
    }

    /// The types as pictures need them, as JSON.
    #[getter]
    fn types(&self) -> PyResult<String> {
        serde_json::to_string(&Types::from(self.model.schema())).map_err(refuse)
    }

    /// The lowest score of a relation that is reported.
    #[getter]
    fn relation_threshold(&self) -> f32 {
        self.model.thresholds().relation
    }

    /// Annotations as JSON, of each text in its place; of one that cannot be read, the reason as the second of the pair.
    fn read(&self, py: Python, texts: Vec<String>, threads: usize) -> PyResult<Vec<(Option<String>, Option<String>)>> {
        let pool = pool::of(py, threads)?;
        Ok(py.detach(|| each(pool.as_deref(), &texts, |text| json(&self.model, Document::parse(text.as_str())))))
    }

    /// As `read`, of texts with words (stretches of code points), and with the words that begin sentences, if they are known.
    fn read_words(
        &self,
        py: Python,
        texts: Vec<(String, Vec<Place>, Option<Vec<usize>>)>,
        threads: usize,
    ) -> PyResult<Vec<(Option<String>, Option<String>)>> {
        let documents = texts.into_iter().map(|(text, words, starts)| of_words(text, &words, starts.as_deref()));
        let documents = documents.collect::<PyResult<Vec<_>>>()?;
        let pool = pool::of(py, threads)?;
        Ok(py.detach(|| each(pool.as_deref(), &documents, |document| json(&self.model, document.clone()))))
    }

    /// A table or a stream of Arrow with annotations, read as they are wanted.
    fn annotate(&self, batches: AnyRecordBatch, text: Option<&str>, threads: usize) -> PyResult<AnnotatedBatches> {
        AnnotatedBatches::new(Arc::clone(&self.model), &self.fingerprint, batches.into_reader()?, text, threads)
    }

    /// An annotation as JSON: of these entities, each with its type and score, the relations that the model finds between them.
    fn relate(
        &self,
        py: Python,
        text: String,
        entities: Vec<(Place, String, f32)>,
        threshold: f32,
    ) -> PyResult<String> {
        py.detach(|| questions::relate(&self.model, text, entities, threshold))
    }

    /// The reasons, as JSON, for what the model says of some words, or of two stretches of them, among some entities.
    fn explain(
        &self,
        py: Python,
        text: String,
        head: Place,
        tail: Option<Place>,
        entities: Vec<Place>,
    ) -> PyResult<String> {
        py.detach(|| questions::explain(&self.model, text, head, tail, &entities))
    }

    /// The scores on a file of labelled sentences, as JSON.
    fn evaluate(&self, py: Python, path: PathBuf, symmetric: &str, threads: usize) -> PyResult<String> {
        let pool = pool::of(py, threads)?;
        py.detach(|| evaluate(&self.model, &path, symmetric, pool.as_deref()))
    }
}

impl Model {
    fn load(files: ModelFiles) -> Result<Self, LoadError> {
        let verified = files.verify()?;
        let fingerprint = Manifest::fingerprint(verified.files().get(MANIFEST)?);
        let files = verified.files().clone();
        let model = Arc::new(sinet_infer::Model::load_verified(verified, &Device::flex())?);
        Ok(Self { model, files, fingerprint })
    }
}

/// The fingerprint of a model folder, without reading more of it than its manifest.
#[pyfunction]
pub fn fingerprint_of(path: PathBuf) -> PyResult<String> {
    let manifest = path.join(MANIFEST);
    let unreadable = |error| refuse(format_args!("{}: {error}; name a model folder", manifest.display()));
    Ok(Manifest::fingerprint(&fs::read(&manifest).map_err(unreadable)?))
}

fn json(model: &sinet_infer::Model, document: Document) -> (Option<String>, Option<String>) {
    let answer = answer(model, document).and_then(|found| serde_json::to_string(&found).map_err(|e| e.to_string()));
    match answer {
        Ok(json) => (Some(json), None),
        Err(reason) => (None, Some(reason)),
    }
}
