//! Searching the texts of all documents.

use std::collections::BTreeSet;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::list::Library;

impl Library {
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
}
