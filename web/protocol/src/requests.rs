//! The browser's own log of requests, read in the same way by the page and its workers.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{PerformanceObserver, PerformanceObserverEntryList};

use crate::Fetch;

/// Hands over every request of this page or worker, those before now included. `kinds` are the kinds of entries: `resource`,
/// and for a page `navigation` before it. A browser without the log hands over nothing.
pub fn watch(kinds: &[&str], note: impl Fn(Vec<Fetch>) + 'static) {
    let on_entries = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(move |list: PerformanceObserverEntryList| {
        note(Array::from(&list.get_entries()).iter().map(|entry| fetch(&entry)).collect());
    });
    // It watches as long as the page or worker lives.
    let Ok(observer) = PerformanceObserver::new(on_entries.into_js_value().unchecked_ref()) else { return };
    for &kind in kinds {
        let options = Object::new();
        let set = |key: &str, value: &JsValue| Reflect::set(&options, &key.into(), value);
        if set("type", &kind.into()).is_ok() && set("buffered", &true.into()).is_ok() {
            observer.observe(options.unchecked_ref());
        }
    }
}

/// One entry of the log, or the same as JSON.
pub fn fetch(entry: &JsValue) -> Fetch {
    let get = |key: &str| Reflect::get(entry, &key.into()).unwrap_or_default();
    let bytes = |key: &str| get(key).as_f64().unwrap_or(0.0) as u64;
    Fetch {
        address: get("name").as_string().unwrap_or_default(),
        transferred_bytes: bytes("transferSize"),
        content_bytes: bytes("decodedBodySize"),
    }
}
