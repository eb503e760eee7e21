//! Opening and adding documents, bringing back a deleted one, and keeping up with what changes.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_document::record::{Body, Head, State};
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::library::queue::Job;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::BroadcastChannel;

use super::list::Library;
use super::place::{Place, new_id};
use super::storage;
use super::store::{Store, StoreError};
use super::types::TYPES;

/// How long nothing must change before the open document is saved.
const PAUSE: Duration = Duration::from_millis(500);

/// How many documents are saved in one go.
const ADDED_AT_ONCE: usize = 20;

/// The name under which tabs tell each other that a document has changed.
const CHANNEL: &str = "sinet-documents";

impl Library {
    /// Opens the database and, unless `link` has opened a document and says so, what this tab had open, or else what was changed
    /// last. From then on every change is saved. The link waits for the database, so that what it takes the place of is kept.
    pub fn start(self, link: impl Future<Output = bool> + 'static) {
        spawn_local(async move {
            match Store::open().await {
                Ok(store) => self.store.set_value(Some(Rc::new(store))),
                Err(error) => {
                    self.trouble.set(Some(error));
                    link.await;
                    return;
                }
            }
            if let Err(error) = self.take_rescued().await {
                self.trouble.set(Some(error));
            }
            self.load_types().await;
            self.refresh().await;
            let has_opened = link.await;
            let newest = self.heads.with_untracked(|heads| {
                heads.iter().max_by(|a, b| a.edited.total_cmp(&b.edited)).map(|head| head.id.clone())
            });
            let wanted = storage::open_before().filter(|id| self.head(id).is_some()).or(newest);
            if let Some(id) = wanted.filter(|_| !has_opened && self.session.is_untouched()) {
                self.open_now(&id).await;
            }
            self.watch();
        });
    }

    /// Leaves the open document, saved: what is opened next is another one.
    pub fn leave(self) {
        self.save();
        self.place.set_value(Place::new());
        self.set_open(None);
    }

    /// Keeps documents that come from files, and says how many of them are kept now.
    pub async fn add(self, documents: impl Iterator<Item = OpenDocument>) -> usize {
        let (now, model) = (js_sys::Date::now(), self.session.model.get_untracked());
        let tagset = self.session.editor.tagset.get_untracked();
        // The list shows the newest first, so each is a little older than the one before it in the file.
        let records = documents.enumerate().map(|(index, mut document)| {
            document.set_tagset(tagset.clone());
            let body = Body::new(model.folder(), document, None);
            let is_labelled = !body.document.labels().entities.is_empty();
            let state = if is_labelled { State::Labelled } else { State::New };
            (Head::new(new_id(), &body, now - 1.0 - index as f64, 1, state), body)
        });
        self.keep(records).await
    }

    /// Keeps documents as another browser has kept them, under new names, and says how many of them are kept now.
    pub async fn add_records(self, documents: Vec<(Head, Body)>) -> usize {
        let now = js_sys::Date::now();
        let records = documents.into_iter().enumerate().map(|(index, (head, body))| {
            let edited = head.edited.min(now);
            (Head::new(new_id(), &body, edited, 1, head.state).since(now - 1.0 - index as f64), body)
        });
        self.keep(records).await
    }

    async fn keep(self, mut records: impl Iterator<Item = (Head, Body)>) -> usize {
        let Some(store) = self.store.get_value() else { return 0 };
        let mut kept = 0;
        loop {
            let some: Vec<(Head, Body)> = records.by_ref().take(ADDED_AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            if let Err(error) = store.add(&some).await {
                self.trouble.set(Some(error));
                break;
            }
            kept += some.len();
            self.heads.update(|heads| heads.extend(some.into_iter().map(|(head, _)| head)));
        }
        self.sort();
        self.tell(None);
        kept
    }

    /// A document of the list; the open one as it is now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub async fn body(self, head: &Head) -> Result<Option<Body>, StoreError> {
        if self.open.with_untracked(|open| open.as_ref() == Some(&head.id)) {
            return Ok(Some(self.session.body()));
        }
        let mut body = self.store.get_value().ok_or(StoreError::Unavailable)?.body(&head.id).await?;
        if let Some(body) = &mut body {
            body.document.set_tagset(self.session.editor.tagset.get_untracked());
        }
        Ok(body)
    }

    /// Opens a new document, and reads it at once.
    pub fn open_new(self, document: OpenDocument) {
        self.leave();
        self.session.open(document);
    }

    /// Opens a new document that may have labels already, which are shown as they are.
    pub fn open_as_it_is(self, document: OpenDocument) {
        self.leave();
        self.session.open_as_it_is(document);
    }

    /// Opens a document of the list.
    pub fn open(self, id: String) {
        spawn_local(async move { self.open_now(&id).await });
    }

    /// Opens the document that stands so many places further down in the list than the open one, if there is one.
    pub fn open_beside(self, places: isize) {
        let next = self.heads.with_untracked(|heads| {
            let open = self.open.get_untracked();
            let place = heads.iter().position(|head| Some(&head.id) == open.as_ref());
            // Above the list is a document that is not kept yet.
            let next = place.map_or(-1, |place| place as isize) + places;
            heads.get(usize::try_from(next).ok()?).map(|head| head.id.clone())
        });
        match next {
            Some(id) => self.open(id),
            None => self.said.set("There is no further document.".to_owned()),
        }
    }

    /// Opens the next document in the list that no model has read; after the last comes the first.
    pub fn open_next_unread(self) {
        let next = self.heads.with_untracked(|heads| {
            let open = self.open.get_untracked();
            let place = heads.iter().position(|head| Some(&head.id) == open.as_ref()).map_or(0, |place| place + 1);
            let mut following = heads[place..].iter().chain(&heads[..place]);
            let is_unread =
                |head: &&Head| matches!(head.state, State::New | State::Failed) && Some(&head.id) != open.as_ref();
            following.find(is_unread).map(|head| head.id.clone())
        });
        match next {
            Some(id) => self.open(id),
            None => self.said.set("Every document was read.".to_owned()),
        }
    }

    /// Brings back what was deleted last.
    pub fn restore(self) {
        let Some((head, body)) = self.removed.get_untracked() else { return };
        self.removed.set(None);
        spawn_local(async move {
            let Some(store) = self.store.get_value() else { return };
            let id = head.id.clone();
            if let Err(error) = store.add(&[(head.clone(), body)]).await {
                return self.trouble.set(Some(error));
            }
            self.said.set(format!("“{}” is back.", head.title));
            self.heads.update(|heads| heads.push(head));
            self.sort();
            self.tell(Some(&id));
            self.open_now(&id).await;
        });
    }

    /// Opens a document of the list, and leaves the one that was open.
    async fn open_now(self, id: &str) {
        let (Some(store), Some(head)) = (self.store.get_value(), self.head(id)) else { return };
        match store.body(id).await {
            Ok(Some(body)) => {
                self.leave();
                self.turn_to_model_of(&body);
                let job = Job { body, state: head.state };
                let saved = job.own_part();
                self.session.open_kept(job.body, job.state);
                let place = Place { id: id.to_owned(), revision: head.revision, saved };
                self.place.set_value(Rc::new(RefCell::new(place)));
                self.set_open(Some(id));
            }
            Ok(None) => self.said.set(format!("“{}” is damaged and cannot be opened.", head.title)),
            Err(error) => self.trouble.set(Some(error)),
        }
    }

    /// Has the model read it that has read it before, if that is still here.
    fn turn_to_model_of(self, body: &Body) {
        let own = self.session.models.own;
        let is_known =
            |model: &ModelName| !model.is_own() || own.with_untracked(|own| own.iter().any(|(name, _)| name == model));
        if let Some(model) = ModelName::from_folder(&body.model).filter(is_known) {
            self.session.choose_model(model);
        }
    }

    /// Reads the list from the database.
    pub(super) async fn refresh(self) {
        let Some(store) = self.store.get_value() else { return };
        match store.heads().await {
            Ok((heads, damaged)) => {
                self.heads.set(heads);
                self.sort();
                if damaged > 0 {
                    let documents =
                        if damaged == 1 { "1 document is".to_owned() } else { format!("{damaged} documents are") };
                    self.said.set(format!("{documents} damaged and left out of the list."));
                }
            }
            Err(error) => self.trouble.set(Some(error)),
        }
    }

    /// Saves what changes, and listens to other tabs.
    fn watch(self) {
        Effect::new(move |_| {
            self.session.text.track();
            self.session.model.track();
            self.session.editor.document.track();
            self.session.checked.track();
            self.session.note.track();
            self.pause.update_value(|pause| {
                if let Some(pause) = pause.take() {
                    pause.clear();
                }
                *pause = set_timeout_with_handle(move || self.save(), PAUSE).ok();
            });
        });
        // The page may be gone after either of these.
        let last = move || {
            self.rescue();
            self.save();
        };
        window_event_listener(leptos::ev::pagehide, move |_| last());
        window_event_listener(leptos::ev::visibilitychange, move |_| last());
        let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
        let on_message = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
            if event.data().as_string().as_deref() == Some(TYPES) {
                return spawn_local(self.load_types());
            }
            let is_open = event.data().as_string().is_some_and(|id| self.open.get_untracked() == Some(id));
            if is_open {
                let sentence = "This document was changed in another tab. What you change here is kept as a copy.";
                self.said.set(sentence.to_owned());
            }
            spawn_local(self.refresh());
        });
        channel.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        self.channel.set_value(Some(channel));
    }
}
