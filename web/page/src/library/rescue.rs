//! Putting the open document where it survives the end of the page, which waits for no database.

use leptos::prelude::*;
use sinet_document::record::{Head, Rescued};
use sinet_logic::library::queue::Job;
use sinet_logic::library::rescued::{Fate, RESCUE, fate, tell};

use super::list::Library;
use super::saving::{is_changed, save_or_copy};
use super::store::StoreError;
use crate::notes;

impl Library {
    /// Puts the open document where it survives the end of the page, which waits for no database.
    pub(super) fn rescue(self) {
        let (place, job) = (self.place.get_value(), Job { body: self.session.body(), state: self.session.state() });
        let place = place.borrow();
        if is_changed(&place, &job, self.session) {
            let now = js_sys::Date::now();
            let added = self.head(&place.id).map_or(now, |head| head.added());
            let head = Head::new(place.id.clone(), &job.body, now, place.revision + 1, job.state).since(added);
            // If it is too long for this, the pause before a save is all that can be lost.
            notes::keep(&format!("{RESCUE}{}", place.id), &Rescued::to_json(&head, &job.body));
        }
    }

    /// Takes in the documents that pages have rescued at their end. One that cannot be read is set aside.
    pub(super) async fn take_rescued(self) -> Result<(), StoreError> {
        let Some(store) = self.store.get_value() else { return Ok(()) };
        let mut set_aside = 0;
        for name in notes::names() {
            let Some(content) = notes::kept(&name) else { continue };
            match fate(&name, &content) {
                Fate::Save(rescued) => {
                    let (mut head, body) = *rescued;
                    // The last save of the page may have come through all the same.
                    let kept = store.body(&head.id).await?;
                    if kept.is_none_or(|kept| kept.own_part() != body.own_part()) {
                        save_or_copy(&store, &mut head, &body).await?;
                    }
                }
                Fate::SetAside(other) => {
                    set_aside += 1;
                    // Without room for both it stays under its name.
                    if !notes::keep(&other, &content) {
                        continue;
                    }
                }
                Fate::Leave => continue,
            }
            notes::forget(&name);
        }
        if set_aside > 0 {
            self.said.set(tell(set_aside));
        }
        Ok(())
    }
}
