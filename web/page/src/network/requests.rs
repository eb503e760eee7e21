//! Every request that the page and its workers have made, as the browser's own log tells it.

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use sinet_protocol::Fetch;
use wasm_bindgen::prelude::*;
use web_sys::{PerformanceObserver, PerformanceObserverEntryList, PerformanceResourceTiming};

thread_local! {
    /// A page has one log of its own and its workers' requests, whoever asks, and one of what keeps it offline.
    static LOG: [ArcRwSignal<Vec<Fetch>>; 2] = [ArcRwSignal::default(), ArcRwSignal::default()];
}

/// The requests of the page and its workers, in the order in which they became known.
pub fn log() -> ArcRwSignal<Vec<Fetch>> {
    LOG.with(|[log, _]| log.clone())
}

/// The requests of the service worker.
pub fn kept() -> ArcRwSignal<Vec<Fetch>> {
    LOG.with(|[_, kept]| kept.clone())
}

/// Notes what a worker has asked for.
pub fn note(fetches: Vec<Fetch>) {
    log().update(|log| log.extend(fetches));
}

/// Takes the service worker's list.
pub fn replace_kept(fetches: Vec<Fetch>) {
    kept().set(fetches);
}

/// Notes what the page itself asks for from now on, and has asked for before. The document itself comes first.
pub fn watch() {
    let on_entries = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(|list: PerformanceObserverEntryList| {
        note(Array::from(&list.get_entries()).iter().map(fetch).collect());
    });
    let Ok(observer) = PerformanceObserver::new(on_entries.into_js_value().unchecked_ref()) else { return };
    for kind in ["navigation", "resource"] {
        let options = Object::new();
        let set = |key: &str, value: &JsValue| Reflect::set(&options, &key.into(), value);
        if set("type", &kind.into()).is_ok() && set("buffered", &true.into()).is_ok() {
            observer.observe(options.unchecked_ref());
        }
    }
}

fn fetch(entry: JsValue) -> Fetch {
    let entry: PerformanceResourceTiming = entry.unchecked_into();
    Fetch {
        address: entry.name(),
        transferred_bytes: entry.transfer_size() as u64,
        content_bytes: entry.decoded_body_size() as u64,
    }
}
