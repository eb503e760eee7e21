//! The texts in documentation, and what models say of them: the lock file that [`sinet_docs`] draws from.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, read_sync};
use sinet_docs::content::Content;
use sinet_docs::lock::{LOCK, Lock, LockedModel, Question, Reading};
use sinet_docs::{Errors, Project, Settings};
use sinet_infer::folder::MANIFEST;
use sinet_infer::{Limits, Manifest, Model, Thresholds};
use sinet_text::{Annotation, Document};

use crate::Error;
use crate::error::DataError;
use crate::files;
use crate::model::folder::read_model;
use crate::model::predict::{annotate, warn_of_dropped_pieces};

/// What [`update`] has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Updated {
    /// Entries that were right already.
    pub kept: usize,
    /// Texts that a model has read.
    pub read: usize,
    /// Entries of texts that are not in the docs any more.
    pub removed: usize,
}

/// Asks models for all texts below `folder` that the lock file does not know, and writes it.
///
/// A line stays as it is while its text is in the docs, and its model the same.
///
/// # Errors
///
/// [`Error::Docs`] for figures that mean nothing, [`Error::Data`] for a model that is not there, and what reading a model brings.
pub fn update(folder: &Path, device: &Device) -> Result<Updated, Error> {
    let path = folder.join(LOCK);
    let (old, _) = Lock::read_what_is_right(&path)?;
    let project = Project::new(folder, Settings::read(folder)?, old);
    let texts = texts(&project)?;
    let mut models = Models::new(&project, device);
    let (mut lock, mut updated) = (Lock::default(), Updated::default());
    for text in texts.values() {
        let question = text.question();
        let manifest = models.manifest(&text.model)?;
        let found = project.lock().get(&question).zip(project.lock().model(&text.model));
        match found.filter(|(reading, model)| reading.manifest == manifest && model.manifest == manifest) {
            Some((reading, model)) => {
                lock.insert_model(&text.model, model.clone());
                lock.insert(reading.clone());
                updated.kept += 1;
            }
            None => {
                let model = models.open(&text.model)?;
                lock.insert_model(&text.model, model.locked());
                lock.insert(model.read(text)?);
                updated.read += 1;
            }
        }
    }
    updated.removed = project.lock().keys().filter(|key| !texts.contains_key(*key)).count();
    let json = lock.to_json();
    let is_new = fs::read(&path).map_or(!lock.is_empty(), |bytes| bytes != json.as_bytes());
    if is_new {
        files::replace(&path, json.as_bytes())?;
    }
    Ok(updated)
}

/// What [`check`] has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Texts that a model has read.
    pub read: usize,
    /// What a model says otherwise than the lock file: a sentence each, with file, line and label.
    pub drift: Vec<String>,
    /// Models that are others than those of the lock file.
    pub other_models: Vec<String>,
}

/// Has models read all texts below `folder` again, and compares with the lock file.
///
/// # Errors
///
/// As [`update`], and [`Error::Docs`] for an entry that is missing.
pub fn check(folder: &Path, device: &Device) -> Result<Checked, Error> {
    let project = Project::open(folder)?;
    let texts = texts(&project)?;
    let missing = texts.values().filter(|text| project.lock().get(&text.question()).is_none());
    let missing = missing.map(|text| {
        let problem = sinet_docs::Problem::Unlocked { model: text.model.clone() };
        sinet_docs::Error::at(&text.file, text.line, problem)
    });
    Errors::check(missing.collect())?;
    let mut models = Models::new(&project, device);
    let mut checked = Checked::default();
    for text in texts.values() {
        let Some(locked) = project.lock().get(&text.question()) else { continue };
        let read = models.open(&text.model)?.read(text)?;
        checked.read += 1;
        let place = format!("{}, line {}", text.file.display(), text.line);
        checked.drift.extend(locked.drift(&read).into_iter().map(|clause| format!("{place}: {clause}")));
        if read.manifest != locked.manifest && !checked.other_models.contains(&text.model) {
            checked.other_models.push(text.model.clone());
        }
    }
    Ok(checked)
}

/// A text for a model, and the first place that it stands at.
struct Text {
    file: PathBuf,
    line: usize,
    model: String,
    text: String,
    threshold: Option<f32>,
}

impl Text {
    fn question(&self) -> Question<'_> {
        Question { model: &self.model, text: &self.text, threshold: self.threshold }
    }
}

/// All texts for models, each once, by their keys.
fn texts(project: &Project) -> Result<BTreeMap<String, Text>, Error> {
    let mut texts = BTreeMap::new();
    let mut errors = Vec::new();
    for asked in project.asked()? {
        let wrong = |problem| sinet_docs::Error::at(&asked.file, asked.line, problem);
        let text = match project.content(&asked.request) {
            Ok(Content::Text(text)) => text,
            Ok(Content::Given(_)) => continue,
            Err(problem) => {
                errors.push(wrong(problem));
                continue;
            }
        };
        match project.question(&asked.request, &text) {
            Ok(Question { model, threshold, .. }) => {
                let model = model.to_owned();
                let text = Text { file: asked.file, line: asked.line, model, text, threshold };
                texts.entry(text.question().key()).or_insert(text);
            }
            Err(problem) => errors.push(wrong(problem)),
        }
    }
    Errors::check(errors)?;
    Ok(texts)
}

/// The models of a project, each opened when it is first asked.
struct Models<'a> {
    project: &'a Project,
    device: &'a Device,
    manifests: BTreeMap<String, String>,
    open: BTreeMap<String, OpenModel>,
}

struct OpenModel {
    name: String,
    model: Model,
    manifest: String,
}

impl<'a> Models<'a> {
    fn new(project: &'a Project, device: &'a Device) -> Self {
        Self { project, device, manifests: BTreeMap::new(), open: BTreeMap::new() }
    }

    /// The fingerprint of a model's manifest.
    fn manifest(&mut self, name: &str) -> Result<String, Error> {
        if let Some(manifest) = self.manifests.get(name) {
            return Ok(manifest.clone());
        }
        let bytes = files::read(&folder_of(self.project, name)?.join(MANIFEST))?;
        let manifest = Manifest::fingerprint(&bytes);
        self.manifests.insert(name.to_owned(), manifest.clone());
        Ok(manifest)
    }

    fn open(&mut self, name: &str) -> Result<&OpenModel, Error> {
        let manifest = self.manifest(name)?;
        Ok(match self.open.entry(name.to_owned()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let model = read_model(&folder_of(self.project, name)?, self.device)?;
                entry.insert(OpenModel { name: name.to_owned(), model, manifest })
            }
        })
    }
}

impl OpenModel {
    fn locked(&self) -> LockedModel {
        LockedModel { manifest: self.manifest.clone(), schema: self.model.schema().clone() }
    }

    fn read(&self, text: &Text) -> Result<Reading, Error> {
        let annotation = match text.threshold {
            None => annotate(&self.model, &text.text)?,
            Some(relation) => annotate_above(&self.model, &text.text, relation)?,
        };
        warn_of_dropped_pieces(&format!("{}, line {}", text.file.display(), text.line), &annotation);
        let question = Question { model: &self.name, ..text.question() };
        Ok(Reading::new(&question, &self.manifest, &annotation))
    }
}

/// Annotates a text with another threshold of relations than the model's.
fn annotate_above(model: &Model, text: &str, relation: f32) -> Result<Annotation, Error> {
    let thresholds = Thresholds { relation, ..model.thresholds() };
    let encoded = rayon::scope(|_| read_sync(model.encode(Document::parse(text))))?;
    Ok(model.annotate_with(&encoded, thresholds, Limits::NONE)?.0.annotation)
}

/// The folder of a model: the one in the settings, or `models/NAME` beside the docs or above them.
fn folder_of(project: &Project, name: &str) -> Result<PathBuf, Error> {
    if let Some(folder) = project.settings().models.get(name) {
        return Ok(project.folder().join(folder));
    }
    let docs = fs::canonicalize(project.folder()).map_err(Error::reading(project.folder()))?;
    let mut candidates = docs.ancestors().map(|folder| folder.join("models").join(name));
    let found = candidates.find(|folder| folder.join(MANIFEST).is_file());
    found.ok_or_else(|| Error::data(project.folder())(DataError::NoModelFolder(name.to_owned())))
}
