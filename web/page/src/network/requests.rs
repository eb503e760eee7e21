//! Every request that the page and its workers have made, as the browser's own log tells it.

use leptos::prelude::*;
use sinet_protocol::{Fetch, requests};

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

/// Adds requests of a worker.
pub fn note(fetches: Vec<Fetch>) {
    log().update(|log| log.extend(fetches));
}

/// Takes the service worker's list.
pub fn replace_kept(fetches: Vec<Fetch>) {
    kept().set(fetches);
}

/// Notes the page's own requests from now on, and those before. The document itself comes first.
pub fn watch() {
    requests::watch(&["navigation", "resource"], note);
}
