//! The documents that the browser keeps: the list of them, and the open one, saved as it changes.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use sinet_formats::{Format, Writer};
use sinet_page::catalogue::ModelName;
use sinet_page::document::OpenDocument;
use sinet_page::record::{Body, Head, Rescued, State};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::BroadcastChannel;

use crate::app::Page;
use crate::engine::Engine;
use crate::files;
use crate::store::{Saved, Store, StoreError};

/// How long nothing must change before the open document is saved.
const PAUSE: Duration = Duration::from_millis(500);

/// How many documents are saved in one go.
const ADDED_AT_ONCE: usize = 20;

/// Where a tab remembers which document it had open.
const OPEN: &str = "sinet-open";

/// How names begin under which pages leave what they could not save any more.
const RESCUE: &str = "sinet-rescue-";

/// The name under which tabs tell each other that a document has changed.
const CHANNEL: &str = "sinet-documents";

/// The documents of this browser; a copy is the same list.
#[derive(Clone, Copy)]
pub struct Library {
    /// The list, what was changed last first.
    pub heads: RwSignal<Vec<Head>>,
    /// The open document, if it is kept.
    pub open: RwSignal<Option<String>>,
    /// What has happened, for the reader.
    pub said: RwSignal<String>,
    /// Why the newest change is not kept.
    pub trouble: RwSignal<Option<StoreError>>,
    /// What was deleted last and can be had back.
    pub removed: RwSignal<Option<(Head, Body)>>,
    /// How far the reading of all documents has come.
    pub work: RwSignal<Option<Work>>,
    /// The documents in whose texts, not titles, the newest search has found its words so far, by their names.
    pub found: RwSignal<BTreeSet<String>>,
    /// Counts searches: only the newest goes on.
    searches: StoredValue<u32>,
    store: StoredValue<Option<Rc<Store>>, LocalStorage>,
    place: StoredValue<Rc<RefCell<Place>>, LocalStorage>,
    queue: StoredValue<Queue, LocalStorage>,
    pause: StoredValue<Option<TimeoutHandle>>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

/// How far the reading of all documents has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Documents that were read or given up.
    pub done: usize,
    /// Documents in all.
    pub total: usize,
    /// Whether somebody wants it to stop.
    pub is_cancelled: bool,
}

/// Where the open document is kept.
struct Place {
    id: String,
    /// 0 as long as it is not kept.
    revision: u32,
    /// What a person had made of it when it was saved last.
    saved: String,
}

impl Place {
    /// Where a new document will be kept.
    fn new() -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self { id: new_id(), revision: 0, saved: String::new() }))
    }
}

/// What waits to be saved, one after the other.
#[derive(Default)]
struct Queue {
    jobs: VecDeque<(Rc<RefCell<Place>>, Body, State)>,
    is_running: bool,
}

impl Library {
    /// Nothing yet: [`start`](Self::start) looks.
    pub fn new() -> Self {
        Self {
            heads: RwSignal::default(),
            open: RwSignal::default(),
            said: RwSignal::default(),
            trouble: RwSignal::default(),
            removed: RwSignal::default(),
            work: RwSignal::default(),
            found: RwSignal::default(),
            searches: StoredValue::default(),
            store: StoredValue::new_local(None),
            place: StoredValue::new_local(Place::new()),
            queue: StoredValue::new_local(Queue::default()),
            pause: StoredValue::new(None),
            channel: StoredValue::new_local(None),
        }
    }

    /// Opens the database and, unless the address names a text, what this tab had open, or else what was changed last.
    /// From then on every change is saved.
    pub fn start(self, page: Page) {
        spawn_local(async move {
            match Store::open().await {
                Ok(store) => self.store.set_value(Some(Rc::new(store))),
                Err(error) => return self.trouble.set(Some(error)),
            }
            if let Err(error) = self.take_rescued().await {
                self.trouble.set(Some(error));
            }
            self.refresh().await;
            let was_open = session().and_then(|session| session.get_item(OPEN).ok().flatten());
            let newest = self.heads.with_untracked(|heads| heads.first().map(|head| head.id.clone()));
            let wanted = was_open.filter(|id| self.head(id).is_some()).or(newest);
            let names_text = window().location().hash().is_ok_and(|hash| hash.len() > 1);
            if let Some(id) = wanted.filter(|_| !names_text && page.is_untouched()) {
                self.open_now(page, &id).await;
            }
            self.watch(page);
        });
    }

    /// Saves the open document if a person has changed it.
    pub fn save(self, page: Page) {
        if self.store.with_value(Option::is_none) {
            return;
        }
        let place = self.place.get_value();
        let body = page.body();
        if !is_changed(&place.borrow(), &body, page) {
            return;
        }
        let state = page.state();
        self.queue.update_value(|queue| match queue.jobs.back_mut() {
            Some((waiting, newest, _)) if Rc::ptr_eq(waiting, &place) => *newest = body,
            _ => queue.jobs.push_back((place, body, state)),
        });
        self.run();
    }

    /// Puts the open document where it survives the end of the page, which waits for no database.
    fn rescue(self, page: Page) {
        let (place, body) = (self.place.get_value(), page.body());
        let place = place.borrow();
        if is_changed(&place, &body, page)
            && let Some(storage) = local()
        {
            let head = Head::new(place.id.clone(), &body, js_sys::Date::now(), place.revision + 1, page.state());
            // Where it is too long for this, the pause before a save is all that can be lost.
            storage.set_item(&format!("{RESCUE}{}", place.id), &Rescued::to_json(&head, &body)).ok();
        }
    }

    /// Takes in what pages have rescued at their end.
    async fn take_rescued(self) -> Result<(), StoreError> {
        let (Some(store), Some(storage)) = (self.store.get_value(), local()) else { return Ok(()) };
        let keys: Vec<String> = (0..storage.length().unwrap_or(0))
            .filter_map(|index| storage.key(index).ok().flatten())
            .filter(|key| key.starts_with(RESCUE))
            .collect();
        for key in keys {
            let rescued = storage.get_item(&key).ok().flatten();
            if let Some((mut head, body)) = rescued.and_then(|json| Rescued::from_json(&json).ok()) {
                save_or_copy(&store, &mut head, &body).await?;
            }
            storage.remove_item(&key).ok();
        }
        Ok(())
    }

    /// Leaves the open document, saved: what is opened next is another one.
    pub fn leave(self, page: Page) {
        self.save(page);
        self.place.set_value(Place::new());
        self.set_open(None);
    }

    /// Keeps documents that come from files, and says how many of them are kept now.
    pub async fn add(self, page: Page, documents: impl Iterator<Item = OpenDocument>) -> usize {
        let Some(store) = self.store.get_value() else { return 0 };
        let (now, model) = (js_sys::Date::now(), page.model.get_untracked());
        // The list shows the newest first, so each is a little older than the one before it in the file.
        let mut records = documents.enumerate().map(|(index, document)| {
            let body = Body::new(model.folder(), document, None);
            let is_labelled = !body.document.labels().entities.is_empty();
            let state = if is_labelled { State::Labelled } else { State::New };
            (Head::new(new_id(), &body, now - 1.0 - index as f64, 1, state), body)
        });
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

    /// Opens a document of the list.
    pub fn open(self, page: Page, id: String) {
        spawn_local(async move { self.open_now(page, &id).await });
    }

    /// Deletes a document. [`restore`](Self::restore) brings it back.
    pub fn remove(self, page: Page, id: String) {
        spawn_local(async move {
            let (Some(store), Some(head)) = (self.store.get_value(), self.head(&id)) else { return };
            let body = store.body(&id).await.ok().flatten();
            if let Err(error) = store.remove(&id).await {
                return self.trouble.set(Some(error));
            }
            self.heads.update(|heads| heads.retain(|head| head.id != id));
            if self.open.get_untracked().is_some_and(|open| open == id) {
                self.place.set_value(Place::new());
                self.set_open(None);
                page.load(OpenDocument::of_text(""));
            }
            self.said.set(format!("“{}” was deleted.", head.title));
            self.removed.set(body.map(|body| (head, body)));
            self.tell(Some(&id));
        });
    }

    /// Brings back what was deleted last.
    pub fn restore(self, page: Page) {
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
            self.open_now(page, &id).await;
        });
    }

    /// Reads every document that no model has read, one after the other.
    pub fn read_all(self, page: Page) {
        if self.work.get_untracked().is_some() {
            return;
        }
        let open = self.open.get_untracked();
        let waiting: Vec<Head> = self.heads.with_untracked(|heads| {
            heads.iter().filter(|head| head.state != State::Read && open.as_ref() != Some(&head.id)).cloned().collect()
        });
        self.work.set(Some(Work { done: 0, total: waiting.len(), is_cancelled: false }));
        spawn_local(async move {
            let engine = page.engine_now();
            let mut failed = 0;
            for head in waiting {
                if self.work.get_untracked().is_none_or(|work| work.is_cancelled) {
                    break;
                }
                if !self.read(&engine, page.model.get_untracked(), head).await {
                    failed += 1;
                }
                self.work.update(|work| {
                    if let Some(work) = work {
                        work.done += 1;
                    }
                });
            }
            let Some(work) = self.work.get_untracked() else { return };
            self.work.set(None);
            let read = work.done - failed;
            let rest = if failed > 0 { format!(", {failed} could not be read") } else { String::new() };
            self.said.set(format!("{read} of {} documents were read{rest}.", work.total));
        });
    }

    /// Stops [`read_all`](Self::read_all) after the document that is being read.
    pub fn cancel(self) {
        self.work.update(|work| {
            if let Some(work) = work {
                work.is_cancelled = true;
            }
        });
    }

    /// Writes all documents into one file, in the order of the list and the open one as it is now.
    pub fn export(self, page: Page, format: Format) {
        self.said.set("Writing the documents…".to_owned());
        spawn_local(async move {
            match self.write_all(page, format).await {
                Ok(said) | Err(said) => self.said.set(said),
            }
        });
    }

    /// One sentence, whatever comes of it.
    async fn write_all(self, page: Page, format: Format) -> Result<String, String> {
        let store = self.store.get_value().ok_or_else(|| StoreError::Unavailable.to_string())?;
        let open = self.open.get_untracked();
        let mut writer = Writer::new(format, Vec::new());
        let mut count = 0;
        // A read from the database a document, so that the page answers in between.
        for head in self.heads.get_untracked() {
            let body = match open.as_ref() == Some(&head.id) {
                true => Some(page.body()),
                false => store.body(&head.id).await.map_err(|error| error.to_string())?,
            };
            let Some(body) = body else { continue };
            count += 1;
            let mut document = body.document.to_labelled();
            if document.id.is_empty() {
                document.id = format!("document-{count}");
            }
            writer.write(&document).map_err(|error| format!("{error}."))?;
        }
        let (content, report) = writer.finish().map_err(|error| format!("{error}."))?;
        files::download(&format!("documents.{}", format.extension()), format.media_type(), &content)?;
        let losses: Vec<String> = report.sentences().collect();
        Ok(format!("{count} documents were written as {}. {}", format.title(), losses.join(" ")).trim_end().to_owned())
    }

    async fn read(self, engine: &Engine, model: ModelName, head: Head) -> bool {
        let Some(store) = self.store.get_value() else { return false };
        let Ok(Some(mut body)) = store.body(&head.id).await else { return false };
        let answer = engine.annotate_aside(body.text().to_owned()).await;
        let state = if answer.is_ok() { State::Read } else { State::Failed };
        if let Ok(answer) = answer {
            body.document.take_reading(answer.reading.labelled());
            body = Body::new(model.folder(), body.document, None);
        }
        let head = Head::new(head.id, &body, head.edited, head.revision + 1, state);
        // A document that was changed meanwhile, here or in another tab, is left as it is.
        if self.open.get_untracked().as_ref() != Some(&head.id) && store.save(&head, &body).await == Ok(Saved::Done) {
            self.put(head);
        }
        state == State::Read
    }

    async fn open_now(self, page: Page, id: &str) {
        let (Some(store), Some(head)) = (self.store.get_value(), self.head(id)) else { return };
        match store.body(id).await {
            Ok(Some(body)) => {
                self.leave(page);
                let own_part = body.own_part();
                page.show_body(body, head.state);
                let place = Place { id: id.to_owned(), revision: head.revision, saved: own_part };
                self.place.set_value(Rc::new(RefCell::new(place)));
                self.set_open(Some(id));
            }
            Ok(None) => self.said.set(format!("“{}” is damaged and cannot be opened.", head.title)),
            Err(error) => self.trouble.set(Some(error)),
        }
    }

    /// Looks for all words of a search in the texts of the documents whose titles do not have them, one after the other, into
    /// [`Self::found`].
    pub fn search(self, search: String) {
        self.searches.update_value(|searches| *searches += 1);
        self.found.set(BTreeSet::new());
        let Some(store) = self.store.get_value().filter(|_| !search.trim().is_empty()) else { return };
        let number = self.searches.get_value();
        let ids: Vec<String> = self.heads.with_untracked(|heads| {
            let unseen = heads.iter().filter(|head| !head.matches(&search));
            unseen.map(|head| head.id.clone()).collect()
        });
        spawn_local(async move {
            for id in ids {
                let body = store.body(&id).await;
                if self.searches.get_value() != number {
                    return;
                }
                match body {
                    Ok(Some(body)) if body.matches(&search) => self.found.update(|found| _ = found.insert(id)),
                    Ok(_) => {}
                    Err(error) => return self.trouble.set(Some(error)),
                }
            }
        });
    }

    async fn refresh(self) {
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
    fn watch(self, page: Page) {
        Effect::new(move |_| {
            page.text.track();
            page.model.track();
            page.editor.document.track();
            self.pause.update_value(|pause| {
                if let Some(pause) = pause.take() {
                    pause.clear();
                }
                *pause = set_timeout_with_handle(move || self.save(page), PAUSE).ok();
            });
        });
        // The page may be gone after either of these.
        let last = move || {
            self.rescue(page);
            self.save(page);
        };
        window_event_listener(leptos::ev::pagehide, move |_| last());
        window_event_listener(leptos::ev::visibilitychange, move |_| last());
        let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
        let on_message = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
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

    /// Saves what waits, unless that is going on already.
    fn run(self) {
        if self.queue.with_value(|queue| queue.is_running) {
            return;
        }
        self.queue.update_value(|queue| queue.is_running = true);
        spawn_local(async move {
            while let Some((place, body, state)) = self.queue.try_update_value(|queue| queue.jobs.pop_front()).flatten()
            {
                let done = self.save_job(&place, body, state).await;
                self.trouble.set(done.err());
            }
            self.queue.update_value(|queue| queue.is_running = false);
        });
    }

    async fn save_job(self, place: &RefCell<Place>, body: Body, state: State) -> Result<(), StoreError> {
        let Some(store) = self.store.get_value() else { return Ok(()) };
        let (id, revision) = (place.borrow().id.clone(), place.borrow().revision);
        let rescue = format!("{RESCUE}{id}");
        let mut kept = Head::new(id, &body, js_sys::Date::now(), revision + 1, state);
        if save_or_copy(&store, &mut kept, &body).await? == Saved::Conflict {
            self.said.set(
                "This document was changed in another tab, so what you have changed here is kept as a copy.".to_owned(),
            );
        }
        if let Some(storage) = local() {
            storage.remove_item(&rescue).ok();
        }
        let is_open = self.place.with_value(|open| std::ptr::eq(open.as_ref(), place));
        *place.borrow_mut() = Place { id: kept.id.clone(), revision: kept.revision, saved: body.own_part() };
        if is_open {
            self.set_open(Some(&kept.id));
        }
        self.tell(Some(&kept.id));
        self.put(kept);
        Ok(())
    }

    fn head(self, id: &str) -> Option<Head> {
        self.heads.with_untracked(|heads| heads.iter().find(|head| head.id == id).cloned())
    }

    /// Puts a head into the list, in place of the one before.
    fn put(self, head: Head) {
        self.heads.update(|heads| {
            heads.retain(|other| other.id != head.id);
            heads.push(head);
        });
        self.sort();
    }

    fn sort(self) {
        self.heads.update(|heads| heads.sort_by(|a, b| b.edited.total_cmp(&a.edited)));
    }

    fn set_open(self, id: Option<&str>) {
        self.open.set(id.map(str::to_owned));
        if let Some(session) = session() {
            match id {
                Some(id) => session.set_item(OPEN, id).ok(),
                None => session.remove_item(OPEN).ok(),
            };
        }
    }

    /// Tells other tabs.
    fn tell(self, id: Option<&str>) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.post_message(&id.unwrap_or_default().into()).ok();
            }
        });
    }
}

/// Whether a document has something that is not kept yet and worth keeping.
fn is_changed(place: &Place, body: &Body, page: Page) -> bool {
    let is_new = place.revision == 0;
    !(is_new && page.is_untouched()) && place.saved != body.own_part()
}

/// Saves a document, or as a copy with a name of its own if another tab has changed it; says which.
async fn save_or_copy(store: &Store, head: &mut Head, body: &Body) -> Result<Saved, StoreError> {
    let saved = store.save(head, body).await?;
    if saved == Saved::Conflict {
        (head.id, head.revision) = (new_id(), 1);
        store.save(head, body).await?;
    }
    Ok(saved)
}

/// The storage of all tabs.
fn local() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The storage of this tab.
fn session() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// A name that no other document has.
fn new_id() -> String {
    let random = || (js_sys::Math::random() * 2f64.powi(52)) as u64;
    format!("{:013x}{:013x}", random(), random())
}
