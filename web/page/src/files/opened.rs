//! Files that a person opens.

use js_sys::Uint8Array;
use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_logic::files::dropped::{self, Meaning};
use sinet_logic::files::link;
use sinet_logic::files::opening::{Content, Opened, names_labels, open};
use sinet_logic::files::set::{DocumentSet, SetError};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::drop::{Gathered, NamedFile};
use crate::library::Library;

/// The most bytes that are opened at once.
const MAX_BYTES: f64 = 256e6;
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
            let (contents, unread) = contents(files).await;
            self.failures.update(|failures| failures.extend(unread));
            if let [(_, bytes)] = &contents[..]
                && let Some(set) = DocumentSet::from_zip(bytes)
            {
                return self.open_set(set).await;
            }
            let Opened { documents, mut notes, mut failures, .. } = open(contents);
            let count = documents.len();
            let mut documents = documents.into_iter().map(OpenDocument::new);
            if let Some(first) = documents.next() {
                self.library.open_as_it_is(first);
                if count > 1 {
                    let kept = self.library.add(documents).await;
                    notes.insert(0, format!("The first of {count} documents is open, {kept} others are in the list."));
                }
            } else if failures.is_empty() && self.failures.with_untracked(Vec::is_empty) {
                failures.push("There is no document in these files.".to_owned());
            }
            self.notes.set(notes);
            self.failures.update(|all| all.append(&mut failures));
        });
    }

    /// Keeps the documents of a set, and labels with its types if there are no others.
    async fn open_set(self, set: Result<DocumentSet, SetError>) {
        let DocumentSet { types, documents, damaged } = match set {
            Ok(set) => set,
            Err(error) => return self.failures.set(vec![error.to_string()]),
        };
        let kept = self.library.add_records(documents).await;
        let mut notes = vec![format!("{kept} documents of a set are in the list.")];
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
            let sentence = format!("{damaged} documents of the set are damaged and left out.");
            self.failures.update(|failures| failures.push(sentence));
        }
    }

    /// Opens the document in the address, and says whether there is one. A damaged one is a failure, and nothing is opened.
    pub fn open_link(self) -> bool {
        let fragment = window().location().hash().unwrap_or_default();
        let document = link::from_fragment(&fragment).unwrap_or_else(|error| {
            self.failures.set(vec![error.to_string()]);
            None
        });
        let has_link = document.is_some();
        if let Some(document) = document {
            self.library.open_as_it_is(OpenDocument::new(document));
        }
        has_link
    }
}

/// The contents of files, and those that cannot be read, each a sentence. Files that are too large together are not read at all.
pub async fn contents(files: Vec<NamedFile>) -> (Vec<Content>, Vec<String>) {
    if files.iter().map(|(_, file)| file.size()).sum::<f64>() > MAX_BYTES {
        return (Vec::new(), vec!["These files are larger than 256 MB together: open fewer of them.".to_owned()]);
    }
    let (mut contents, mut unread) = (Vec::with_capacity(files.len()), Vec::new());
    for (path, file) in files {
        match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => contents.push((path, Uint8Array::new(&buffer).to_vec())),
            Err(_) => unread.push(format!("{path} cannot be read.")),
        }
    }
    (contents, unread)
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
