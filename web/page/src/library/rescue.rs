//! Putting the open document where it survives the end of the page, which waits for no database.

use leptos::prelude::*;
use sinet_document::record::{Head, Rescued};

use super::list::Library;
use super::saving::{is_changed, save_or_copy};
use super::storage::{RESCUE, local};
use super::store::StoreError;

impl Library {
    /// Puts the open document where it survives the end of the page, which waits for no database.
    pub(super) fn rescue(self) {
        let (place, body) = (self.place.get_value(), self.session.body());
        let place = place.borrow();
        if is_changed(&place, &body, self.session)
            && let Some(storage) = local()
        {
            let head =
                Head::new(place.id.clone(), &body, js_sys::Date::now(), place.revision + 1, self.session.state());
            // Where it is too long for this, the pause before a save is all that can be lost.
            storage.set_item(&format!("{RESCUE}{}", place.id), &Rescued::to_json(&head, &body)).ok();
        }
    }

    /// Takes in what pages have rescued at their end.
    pub(super) async fn take_rescued(self) -> Result<(), StoreError> {
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
}
