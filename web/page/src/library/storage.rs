//! Notes of documents: which one a tab has open, and what a page could not save at its end.

use leptos::prelude::window;
use sinet_logic::library::rescued::RESCUE;

use crate::notes;

/// The note in which a tab remembers the document that it had open.
const OPEN: &str = "sinet-open";

/// The document that this tab had open.
pub fn open_before() -> Option<String> {
    session()?.get_item(OPEN).ok().flatten()
}

/// Remembers which document this tab has open.
pub fn remember_open(id: Option<&str>) {
    if let Some(session) = session() {
        match id {
            Some(id) => session.set_item(OPEN, id).ok(),
            None => session.remove_item(OPEN).ok(),
        };
    }
}

/// Deletes the note that a page has left of a document.
pub fn forget_rescued(id: &str) {
    notes::forget(&format!("{RESCUE}{id}"));
}

/// The storage of this tab.
fn session() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
