//! Files that a person opens.

use js_sys::Uint8Array;
use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_logic::files::dropped::{self, Meaning};
use sinet_logic::files::link::is_link;
use sinet_logic::files::opening::{Opened, names_labels};
use sinet_logic::files::set::DocumentSet;
use sinet_logic::library::progress::documents;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::drop::{Gathered, NamedFile};
use super::program::{self, Found};
use crate::library::Library;

/// How much of the end of an archive is looked at.
const ARCHIVE_TAIL: f64 = 65_536.0;

/// Sentences about the files that were opened last; a copy is the same.
#[derive(Clone, Copy)]
pub struct Files {
    /// The formats that were recognised and the losses, each a sentence.
    pub notes: RwSignal<Vec<String>>,
    /// The faults, each a sentence.
    pub failures: RwSignal<Vec<String>>,
    /// The destination of the documents.
    pub(super) library: Library,
}

impl Files {
    /// Nothing was opened.
    pub fn new(library: Library) -> Self {
        Self { notes: RwSignal::default(), failures: RwSignal::default(), library }
    }

    /// Takes files that were dropped on the page: documents, or a model.
    pub fn take(self, gathered: Gathered) {
        match dropped::meaning(gathered.files.iter().map(|(path, _)| path.as_str())) {
            Meaning::Model => spawn_local(async move {
                match is_archive_of_labels(&gathered.files).await {
                    true => self.open(gathered),
                    false => self.add_model(gathered),
                }
            }),
            Meaning::Documents | Meaning::Nothing => self.open(gathered),
        }
    }

    /// Takes in a model that a person has brought, and reads the text with it.
    pub fn add_model(self, gathered: Gathered) {
        let session = self.library.session;
        self.failures.set(gathered.failures());
        session.models.add(gathered.files, move |model| session.choose_model(model));
    }

    /// Reads files and opens the first document in them.
    pub fn open(self, gathered: Gathered) {
        self.notes.set(Vec::new());
        self.failures.set(gathered.failures());
        let files = gathered.files;
        if files.is_empty() {
            return;
        }
        spawn_local(async move {
            match program::open(files).await {
                Ok(Found::Documents(opened)) => self.open_documents(opened).await,
                Ok(Found::Set(set)) => self.open_set(set).await,
                Err(sentence) => self.fail([sentence]),
            }
        });
    }

    async fn open_documents(self, opened: Opened) {
        let Opened { documents, mut notes, mut failures, .. } = opened;
        let count = documents.len();
        let mut documents = documents.into_iter().map(OpenDocument::new);
        if let Some(first) = documents.next() {
            self.library.open_as_it_is(first);
            if count > 1 {
                let kept = self.library.add(documents).await;
                let others = if kept == 1 { "1 other is".to_owned() } else { format!("{kept} others are") };
                notes.insert(0, format!("The first of {count} documents is open, {others} in the list."));
            }
        } else if failures.is_empty() && self.failures.with_untracked(Vec::is_empty) {
            failures.push("There is no document in these files.".to_owned());
        }
        self.notes.set(notes);
        self.fail(failures);
    }

    /// Keeps the documents of a set, and labels with its types if there are no others.
    async fn open_set(self, set: DocumentSet) {
        let DocumentSet { types, documents: records, damaged } = set;
        let kept = self.library.add_records(records).await;
        let (of, are) = (documents(kept), if kept == 1 { "is" } else { "are" });
        let mut notes = vec![format!("{of} of a set {are} in the list.")];
        let own = self.library.types.with_untracked(|own| own.as_ref().map(|own| own.tagset().clone()));
        match (types, own) {
            (Some(types), None) => {
                self.library.begin_types(types);
                notes.push("Its types are those of all documents now.".to_owned());
            }
            (Some(types), Some(own)) if own != types => {
                let sentence = "Your documents keep their types; those of the set are in its types.json.";
                notes.push(sentence.to_owned());
            }
            _ => {}
        }
        self.notes.set(notes);
        if damaged > 0 {
            let (of, are) = (documents(damaged), if damaged == 1 { "is" } else { "are" });
            self.fail([format!("{of} of the set {are} damaged and left out.")]);
        }
    }

    /// Opens the document in a link, and says whether it could.
    pub async fn open_link(self, link: String) -> bool {
        match program::open_link(link).await {
            Ok(document) => {
                self.library.open_as_it_is(OpenDocument::new(document));
                true
            }
            Err(sentence) => {
                self.failures.set(vec![sentence]);
                false
            }
        }
    }

    fn fail(self, sentences: impl IntoIterator<Item = String>) {
        self.failures.update(|failures| failures.extend(sentences));
    }
}

/// The part of the page's address after `#`, if it holds a document.
pub fn link() -> Option<String> {
    window().location().hash().ok().filter(|fragment| is_link(fragment))
}

/// Whether files are one zip archive of texts and labels. It is not read for that: its list of names stands at its end.
async fn is_archive_of_labels(files: &[NamedFile]) -> bool {
    let [(_, file)] = files else { return false };
    let start = (file.size() - ARCHIVE_TAIL).max(0.0);
    let Ok(tail) = file.slice_with_f64_and_f64(start, file.size()) else { return false };
    match JsFuture::from(tail.array_buffer()).await {
        Ok(buffer) => names_labels(&Uint8Array::new(&buffer).to_vec()),
        Err(_) => false,
    }
}
