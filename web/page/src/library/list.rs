//! The list of the documents that the browser keeps, and which of them is open.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use futures_channel::oneshot;
use leptos::prelude::*;
use sinet_document::Tagset;
use sinet_document::record::{Body, Head};
use sinet_document::tagset::TagsetHistory;
use sinet_logic::correct::sweep::{Reach, Sweep};
use sinet_logic::library::queue::Queue;
use web_sys::BroadcastChannel;

use super::place::Place;
use super::storage;
use super::store::{Store, StoreError};
use super::sweeping::Swept;
use super::types::Followed;
use crate::session::Session;

/// The documents of this browser; a copy is the same list.
#[derive(Clone, Copy)]
pub struct Library {
    /// The list, the newest documents first. A change leaves a document where it is, so that one can go through all.
    pub heads: RwSignal<Vec<Head>>,
    /// The open document, if it is kept.
    pub open: RwSignal<Option<String>>,
    /// The news for the reader.
    pub said: RwSignal<String>,
    /// Why the newest change is not kept.
    pub trouble: RwSignal<Option<StoreError>>,
    /// The document that was deleted last and can be had back.
    pub removed: RwSignal<Option<(Head, Body)>>,
    /// How far the reading of all documents has come.
    pub work: RwSignal<Option<Work>>,
    /// The documents in whose texts, not titles, the newest search has found its words so far, by their names.
    pub found: RwSignal<BTreeSet<String>>,
    /// A change of all documents that was counted, and what it would come to.
    pub reach: RwSignal<Option<(Sweep, Reach)>>,
    /// Whether all documents are being changed.
    pub is_sweeping: RwSignal<bool>,
    /// The change of all documents that was made last and can be taken back.
    pub swept: RwSignal<Option<Swept>>,
    /// Counts what is to be counted in all documents: only the newest goes on.
    pub(super) counts: StoredValue<u32>,
    /// Stops the reading of all documents when it is dropped.
    pub(super) running: StoredValue<Option<oneshot::Sender<()>>>,
    /// Counts searches: only the newest goes on.
    pub(super) searches: StoredValue<u32>,
    /// The types of the set, if a person has made some, with the documents whose labels have followed each change.
    pub types: RwSignal<Option<TagsetHistory<Followed>>>,
    /// Whether labels of other documents still follow the last change of the types.
    pub is_following: RwSignal<bool>,
    /// The types that were given up last and can be had back.
    pub given_up: RwSignal<Option<Tagset>>,
    /// The document that is open, and the model that reads it.
    pub session: Session,
    pub(super) store: StoredValue<Option<Rc<Store>>, LocalStorage>,
    pub(super) place: StoredValue<Rc<RefCell<Place>>, LocalStorage>,
    pub(super) queue: StoredValue<Queue<RefCell<Place>>, LocalStorage>,
    pub(super) pause: StoredValue<Option<TimeoutHandle>>,
    pub(super) channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

/// How far the reading of all documents has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Documents that were read or given up.
    pub done: usize,
    /// Those of them that could not be read.
    pub failed: usize,
    /// Documents in all, without those that were opened, changed or deleted meanwhile.
    pub total: usize,
}

impl Library {
    /// Nothing yet: [`start`](Self::start) looks.
    pub fn new(session: Session) -> Self {
        Self {
            heads: RwSignal::default(),
            open: RwSignal::default(),
            said: RwSignal::default(),
            trouble: RwSignal::default(),
            removed: RwSignal::default(),
            work: RwSignal::default(),
            found: RwSignal::default(),
            reach: RwSignal::default(),
            is_sweeping: RwSignal::default(),
            swept: RwSignal::default(),
            counts: StoredValue::default(),
            running: StoredValue::new(None),
            types: RwSignal::new(None),
            is_following: RwSignal::new(false),
            given_up: RwSignal::new(None),
            searches: StoredValue::default(),
            session,
            store: StoredValue::new_local(None),
            place: StoredValue::new_local(Place::new()),
            queue: StoredValue::new_local(Queue::default()),
            pause: StoredValue::new(None),
            channel: StoredValue::new_local(None),
        }
    }

    /// The head of a document.
    pub(super) fn head(self, id: &str) -> Option<Head> {
        self.heads.with_untracked(|heads| heads.iter().find(|head| head.id == id).cloned())
    }

    /// Puts a head into the list, in place of the one before.
    pub(super) fn put(self, head: Head) {
        self.heads.update(|heads| {
            heads.retain(|other| other.id != head.id);
            heads.push(head);
        });
        self.sort();
    }

    /// Puts the newest first.
    pub(super) fn sort(self) {
        self.heads.update(|heads| heads.sort_by(|a, b| b.added().total_cmp(&a.added())));
    }

    /// Says which document is open, to the list and to this tab's next visit.
    pub(super) fn set_open(self, id: Option<&str>) {
        self.open.set(id.map(str::to_owned));
        storage::remember_open(id);
    }

    /// Tells other tabs.
    pub(super) fn tell(self, id: Option<&str>) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.post_message(&id.unwrap_or_default().into()).ok();
            }
        });
    }
}
