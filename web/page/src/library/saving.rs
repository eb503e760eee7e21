//! Saving and deleting documents, one after the other.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_document::record::{Body, Head};
use sinet_logic::library::queue::{Change, Job, Queue};
use wasm_bindgen_futures::spawn_local;

use super::list::Library;
use super::place::{Place, new_id};
use super::storage;
use super::store::{Saved, Store, StoreError};
use crate::session::Session;

impl Library {
    /// Saves the open document if a person has changed it.
    pub fn save(self) {
        if self.store.with_value(Option::is_none) {
            return;
        }
        let place = self.place.get_value();
        let job = Job { body: self.session.body(), state: self.session.state() };
        if !is_changed(&place.borrow(), &job, self.session) {
            return;
        }
        self.queue_change(place, Change::Save(Box::new(job)));
    }

    /// Deletes a document after every save that waits, so that none brings it back. [`restore`](Self::restore) does.
    pub fn remove(self, id: &str) {
        let Some(head) = self.head(id) else { return };
        let is_open = self.open.with_untracked(|open| open.as_deref() == Some(id));
        let place = if is_open {
            // Its last changes belong to what comes back.
            self.save();
            let place = self.place.get_value();
            self.place.set_value(Place::new());
            self.set_open(None);
            self.session.open(OpenDocument::of_text(""));
            place
        } else {
            Rc::new(RefCell::new(Place { id: head.id, revision: head.revision, saved: String::new() }))
        };
        self.queue_change(place, Change::Remove);
    }

    fn queue_change(self, place: Rc<RefCell<Place>>, change: Change) {
        self.queue.update_value(|queue| queue.put(place, change));
        self.run();
    }

    /// Makes the changes that wait, unless that is going on already.
    fn run(self) {
        if self.queue.with_value(|queue| queue.is_running) {
            return;
        }
        self.queue.update_value(|queue| queue.is_running = true);
        spawn_local(async move {
            while let Some((place, change)) = self.queue.try_update_value(Queue::take).flatten() {
                let done = match change {
                    Change::Save(job) => self.save_job(&place, *job).await,
                    Change::Remove => self.remove_now(&place).await,
                };
                self.trouble.set(done.err());
            }
            self.queue.update_value(|queue| queue.is_running = false);
        });
    }

    async fn save_job(self, place: &RefCell<Place>, job: Job) -> Result<(), StoreError> {
        let Some(store) = self.store.get_value() else { return Ok(()) };
        let (id, revision) = (place.borrow().id.clone(), place.borrow().revision);
        let now = js_sys::Date::now();
        let added = self.head(&id).map_or(now, |head| head.added());
        let mut kept = Head::new(id.clone(), &job.body, now, revision + 1, job.state).since(added);
        if save_or_copy(&store, &mut kept, &job.body).await? == Saved::Conflict {
            self.said.set(
                "This document was changed in another tab, so what you have changed here is kept as a copy.".to_owned(),
            );
        }
        storage::forget_rescued(&id);
        let is_open = self.place.with_value(|open| std::ptr::eq(open.as_ref(), place));
        *place.borrow_mut() = Place { id: kept.id.clone(), revision: kept.revision, saved: job.own_part() };
        if is_open {
            self.set_open(Some(&kept.id));
        }
        self.tell(Some(&kept.id));
        self.put(kept);
        Ok(())
    }

    async fn remove_now(self, place: &RefCell<Place>) -> Result<(), StoreError> {
        let id = place.borrow().id.clone();
        let (Some(store), Some(head)) = (self.store.get_value(), self.head(&id)) else { return Ok(()) };
        let body = store.body(&id).await.ok().flatten();
        // First in the list, so that nobody reads it any more.
        self.heads.update(|heads| heads.retain(|head| head.id != id));
        if let Err(error) = store.remove(&id).await {
            self.put(head);
            return Err(error);
        }
        self.said.set(format!("“{}” was deleted.", head.title));
        self.removed.set(body.map(|body| (head, body)));
        self.tell(Some(&id));
        Ok(())
    }
}

/// Whether a document has something that is not kept yet and worth keeping.
pub fn is_changed(place: &Place, job: &Job, session: Session) -> bool {
    let is_new = place.revision == 0;
    !(is_new && session.is_untouched()) && place.saved != job.own_part()
}

/// Saves a document, or as a copy with a name of its own if another tab has changed it; says which.
pub async fn save_or_copy(store: &Store, head: &mut Head, body: &Body) -> Result<Saved, StoreError> {
    let saved = store.save(head, body).await?;
    if saved == Saved::Conflict {
        (head.id, head.revision) = (new_id(), 1);
        store.save(head, body).await?;
    }
    Ok(saved)
}
