//! Small notes that the browser keeps for all tabs, beside the database.

use leptos::prelude::window;

/// The note of a name.
pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Keeps a note, and says whether there was room for it.
pub fn keep(name: &str, content: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(name, content).is_ok())
}

/// Forgets a note.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        storage.remove_item(name).ok();
    }
}

/// The names of all notes.
pub fn names() -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    (0..storage.length().unwrap_or(0)).filter_map(|index| storage.key(index).ok().flatten()).collect()
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
