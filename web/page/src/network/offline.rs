//! The page without a network: the service worker that keeps its files.

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use sinet_logic::network::offline::PageFiles;
use sinet_protocol::requests::fetch;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MessageEvent, RegistrationOptions, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration,
    ServiceWorkerUpdateViaCache,
};

use super::address::address;
use super::requests;

/// How the page stands without a network; a copy is the same.
#[derive(Clone, Copy)]
pub struct Offline {
    /// The state of its files in the cache.
    pub files: RwSignal<PageFiles>,
    /// Whether a newer version of it waits.
    pub has_newer: RwSignal<bool>,
    /// How many answers are to come about what is kept.
    waiting: StoredValue<usize>,
    registration: StoredValue<Option<ServiceWorkerRegistration>, LocalStorage>,
}

impl Offline {
    /// No file is kept before [`prepare`](Self::prepare).
    pub fn new() -> Self {
        Self {
            files: RwSignal::default(),
            has_newer: RwSignal::new(false),
            waiting: StoredValue::new(0),
            registration: StoredValue::new_local(None),
        }
    }

    /// Keeps the files that the page has used so far. Once it runs and is busy no more, so that no visitor waits for it.
    pub fn prepare(self) {
        if self.registration.with_value(Option::is_some) {
            return self.keep();
        }
        spawn_local(async move {
            match register().await {
                Some(registration) => {
                    self.registration.set_value(Some(registration.clone()));
                    self.listen(&registration);
                    self.keep();
                }
                None => self.files.set(PageFiles::Impossible),
            }
        });
    }

    /// Turns to the newer version.
    pub fn use_newer(self) {
        let waiting =
            self.registration.with_value(|registration| registration.as_ref().and_then(|found| found.waiting()));
        if let Some(waiting) = waiting {
            ask(&waiting, "use", &[]);
        }
    }

    /// Has the service worker tell what it has fetched; the answer goes to the log of requests.
    pub fn ask_for_requests(self) {
        let active =
            self.registration.with_value(|registration| registration.as_ref().and_then(|found| found.active()));
        if let Some(active) = active {
            ask(&active, "requests", &[]);
        }
    }

    fn keep(self) {
        spawn_local(async move {
            let Some(container) = container() else { return };
            let Ok(ready) = container.ready() else { return };
            let Ok(registration) = JsFuture::from(ready).await else { return };
            if let Some(active) = registration.unchecked_into::<ServiceWorkerRegistration>().active() {
                let addresses: Vec<String> =
                    requests::log().with_untracked(|log| log.iter().map(|fetch| fetch.address.clone()).collect());
                self.waiting.update_value(|waiting| *waiting += 1);
                self.files.set(PageFiles::Preparing);
                ask(&active, "keep", &addresses);
            }
        });
    }

    /// The service worker has kept what it was asked to keep, or not. Of several answers the last one counts, which is about
    /// all that was used so far.
    fn answered(self, is_kept: bool) {
        self.waiting.update_value(|waiting| *waiting = waiting.saturating_sub(1));
        if self.waiting.get_value() == 0 {
            self.files.set(if is_kept { PageFiles::Kept } else { PageFiles::Incomplete });
        }
    }

    fn listen(self, registration: &ServiceWorkerRegistration) {
        let Some(container) = container() else { return };
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let get = |key: &str| Reflect::get(&event.data(), &key.into()).unwrap_or_default();
            match get("answer").as_string().as_deref() {
                Some("keep") => self.answered(get("value").is_truthy()),
                Some("requests") => {
                    if let Ok(entries) = get("value").dyn_into::<Array>() {
                        requests::replace_kept(entries.iter().map(|entry| fetch(&entry)).collect());
                    }
                }
                _ => {}
            }
        });
        container.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        // If another version takes the place of one that was there already, the page starts anew with that.
        if container.controller().is_some() {
            let on_change = Closure::<dyn Fn()>::new(|| _ = window().location().reload());
            container.set_oncontrollerchange(Some(on_change.into_js_value().unchecked_ref()));
        }
        let found = registration.clone();
        let look = move || {
            self.has_newer.set(found.waiting().is_some() && found.active().is_some());
            if let Some(installing) = found.installing() {
                let found = found.clone();
                let on_state = Closure::<dyn Fn()>::new(move || {
                    self.has_newer.set(found.waiting().is_some() && found.active().is_some());
                    // A first version that could not be installed.
                    if [found.installing(), found.waiting(), found.active()].iter().all(Option::is_none) {
                        self.files.set(PageFiles::Impossible);
                    }
                });
                installing.set_onstatechange(Some(on_state.into_js_value().unchecked_ref()));
            }
        };
        look();
        let on_found = Closure::<dyn Fn()>::new(look);
        registration.set_onupdatefound(Some(on_found.into_js_value().unchecked_ref()));
    }
}

/// The browser's service workers; none where the page was not served securely.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let is_there = Reflect::get(&navigator, &"serviceWorker".into()).is_ok_and(|found| !found.is_undefined());
    is_there.then(|| navigator.service_worker())
}

async fn register() -> Option<ServiceWorkerRegistration> {
    let options = RegistrationOptions::new();
    options.set_update_via_cache(ServiceWorkerUpdateViaCache::None);
    let promise = container()?.register_with_options(&address("offline.js"), &options);
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

fn ask(worker: &ServiceWorker, what: &str, addresses: &[String]) {
    let message = Object::new();
    let list: Array = addresses.iter().map(JsValue::from).collect();
    for (key, value) in [("ask", &JsValue::from(what)), ("addresses", &list)] {
        Reflect::set(&message, &key.into(), value).expect("a new object takes properties");
    }
    worker.post_message(&message).ok();
}
