//! The browser's own log of what this worker has asked for, passed on to the page.

use js_sys::{Array, Object, Reflect};
use sinet_protocol::{Fetch, Reply};
use wasm_bindgen::prelude::*;
use web_sys::{PerformanceObserver, PerformanceObserverEntryList, PerformanceResourceTiming};

use crate::post;

/// Tells the page of every request of this worker, those before now included.
pub fn report() {
    let on_entries = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(|list: PerformanceObserverEntryList| {
        let fetches: Vec<Fetch> = Array::from(&list.get_entries()).iter().map(fetch).collect();
        post(&Reply::Fetched { fetches });
    });
    // A browser without the log has nothing to report.
    if let Ok(observer) = PerformanceObserver::new(on_entries.into_js_value().unchecked_ref()) {
        let options = Object::new();
        let set = |key: &str, value: &JsValue| Reflect::set(&options, &key.into(), value);
        if set("type", &"resource".into()).is_ok() && set("buffered", &true.into()).is_ok() {
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
