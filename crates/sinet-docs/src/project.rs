//! A docs folder: its settings, its lock file, and the figures in its sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sinet_figure::{Host, Live, StillOptions, still};
use sinet_formats::LabelledDocument;
use sinet_text::Types;

use crate::content::Content;
use crate::error::{Error, Errors, Problem, nearest};
use crate::lock::{LOCK, Lock, Question};
use crate::request::{self, Request};
use crate::settings::{Embed, Settings};
use crate::sources::{self, Language};

/// A docs folder.
#[derive(Debug, Clone)]
pub struct Project {
    folder: PathBuf,
    settings: Settings,
    lock: Lock,
    models: BTreeSet<String>,
}

/// A figure in a source, or in the settings.
#[derive(Debug)]
pub struct Asked {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The wish, with what the settings say for all figures.
    pub request: Request,
}

/// A figure that can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The text with its words and the labels that show.
    pub document: LabelledDocument,
    /// The names of their types.
    pub types: Types,
    /// Everything else that a still depends on, but its host.
    pub options: StillOptions,
}

impl Project {
    /// Opens a docs folder.
    ///
    /// # Errors
    /// What is wrong in its settings and in its lock file.
    pub fn open(folder: &Path) -> Result<Self, Errors> {
        let settings = Settings::read(folder)?;
        let lock = Lock::read(&folder.join(LOCK))?;
        Ok(Self::new(folder, settings, lock))
    }

    /// A docs folder with these settings, and what models have said.
    pub fn new(folder: &Path, settings: Settings, lock: Lock) -> Self {
        let mut models = settings.model_names();
        models.extend(lock.model_names().map(str::to_owned));
        Self { folder: folder.to_owned(), settings, lock, models }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What models have said of its texts.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The names of models that a word of a fence can be.
    pub fn models(&self) -> &BTreeSet<String> {
        &self.models
    }

    /// All figures of the sources and the settings, in the order of files and lines.
    ///
    /// # Errors
    /// Every figure that means nothing, and every file that cannot be read.
    pub fn asked(&self) -> Result<Vec<Asked>, Errors> {
        let (files, mut errors) = sources::files(&self.folder, &self.settings.sources, &self.settings.skip);
        let mut asked = Vec::new();
        for file in files {
            let Some(language) = Language::of(&file) else { continue };
            let text = match sources::read(&file) {
                Ok(text) => text,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            for found in language.find(&text, &self.models) {
                match found.request {
                    Ok(request) => {
                        let request = request.or(&self.settings.defaults);
                        asked.push(Asked { file: file.clone(), line: found.line, request });
                    }
                    Err(problem) => errors.push(Error::at(&file, found.line, problem)),
                }
            }
        }
        for embed in &self.settings.embeds {
            match self.embedded(embed) {
                Ok(request) => asked.push(Asked { file: self.settings.file.clone(), line: embed.line, request }),
                Err(problem) => errors.push(Error::at(&self.settings.file, embed.line, problem)),
            }
        }
        Errors::check(errors)?;
        Ok(asked)
    }

    /// The wish for a figure of the settings.
    ///
    /// # Errors
    /// If its words mean nothing.
    pub fn embedded(&self, embed: &Embed) -> Result<Request, Problem> {
        Ok(Request::from_words(&embed.words, &embed.text, &self.models)?.or(&self.settings.defaults))
    }

    /// What a request is about.
    ///
    /// # Errors
    /// If labelled text, or its file, cannot be read.
    pub fn content(&self, request: &Request) -> Result<Content, Problem> {
        Content::of(request, &self.folder)
    }

    /// The question that a request asks of a model.
    ///
    /// # Errors
    /// If it names no known model.
    pub fn question<'a>(&self, request: &'a Request, text: &'a str) -> Result<Question<'a>, Problem> {
        let model = request.model.as_deref().ok_or(Problem::NoModel)?;
        if !self.models.contains(model) {
            let nearest = nearest(model, self.models.iter().map(String::as_str));
            return Err(Problem::UnknownModel { name: model.to_owned(), nearest });
        }
        Ok(Question { model, text, threshold: request.threshold })
    }

    /// The figure that a request asks for.
    ///
    /// # Errors
    /// If it cannot be had without a model, or shows labels that nobody knows.
    pub fn figure(&self, request: &Request) -> Result<Figure, Problem> {
        let (mut document, types, lock) = match self.content(request)? {
            Content::Given(document) => {
                let model = request.model.as_deref().and_then(|model| self.lock.model(model));
                (document, model.map(|model| model.types()).unwrap_or_default(), None)
            }
            Content::Text(text) => {
                let question = self.question(request, &text)?;
                let found = self.lock.get(&question).zip(self.lock.model(question.model));
                let (reading, model) = found.ok_or_else(|| Problem::Unlocked { model: question.model.to_owned() })?;
                (reading.document()?, model.types(), Some(reading.key.clone()))
            }
        };
        keep(&mut document, &types, &request.labels)?;
        let live = match request.live {
            None | Some(request::Live::Off) => None,
            Some(request::Live::Click) => Some(Live::Click),
            Some(request::Live::Visible) => Some(Live::Visible),
            Some(request::Live::Load) => Some(Live::Load),
        };
        let options = StillOptions {
            model: request.model.clone(),
            live,
            scores: request.scores.unwrap_or(false),
            list: request.list.unwrap_or_default(),
            lock,
            lang: request.element.iter().find(|(name, _)| *name == "lang").map(|(_, lang)| lang.clone()),
            element: element_attributes(request),
            ..StillOptions::default()
        };
        Ok(Figure { document: document.with_words(), types, options })
    }
}

impl Figure {
    /// The still: one line of HTML, for a host.
    pub fn still(&self, host: Host) -> String {
        still(&self.document, &self.types, &StillOptions { host, ..self.options.clone() })
    }

    /// Whether a model runs in the reader's browser.
    pub fn is_live(&self) -> bool {
        self.options.live.is_some()
    }
}

/// Leaves only entities of some types, and the relations between them.
fn keep(document: &mut LabelledDocument, types: &Types, labels: &[String]) -> Result<(), Problem> {
    if labels.is_empty() {
        return Ok(());
    }
    let entities = types.entities.iter().chain(&types.relations).map(|kind| kind.name.as_str());
    let here = document.entities.iter().map(|entity| entity.kind.as_str());
    let here = here.chain(document.relations.iter().map(|relation| relation.kind.as_str()));
    let known: BTreeSet<&str> = entities.chain(here).collect();
    if let Some(name) = labels.iter().find(|label| !known.contains(label.as_str())) {
        return Err(Problem::UnknownLabel { nearest: nearest(name, known), name: name.clone() });
    }
    let names_relations = labels.iter().any(|label| {
        types.relations.iter().any(|kind| kind.name == *label)
            || document.relations.iter().any(|each| each.kind == *label)
    });
    let mut places = Vec::with_capacity(document.entities.len());
    let mut count = 0;
    document.entities.retain(|entity| {
        let kept = labels.contains(&entity.kind);
        places.push(kept.then_some(count));
        count += usize::from(kept);
        kept
    });
    document.relations.retain_mut(|relation| {
        let (Some(head), Some(tail)) = (places[relation.head], places[relation.tail]) else { return false };
        (relation.head, relation.tail) = (head, tail);
        !names_relations || labels.contains(&relation.kind)
    });
    Ok(())
}

/// What the element reads from its attributes, and a still has no use for.
fn element_attributes(request: &Request) -> Vec<(&'static str, String)> {
    let mut attributes = Vec::new();
    if request.editable == Some(true) {
        attributes.push(("editable", String::new()));
    }
    if let Some(threshold) = request.threshold {
        attributes.push(("threshold", threshold.to_string()));
    }
    if !request.labels.is_empty() {
        attributes.push(("labels", request.labels.join(",")));
    }
    attributes.extend(request.element.iter().filter(|(name, _)| *name != "lang").cloned());
    attributes
}
