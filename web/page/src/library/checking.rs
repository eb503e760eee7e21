//! Documents that a person has said to be done.

use leptos::prelude::*;
use sinet_document::record::Head;

use super::list::Library;

impl Library {
    /// Says that the open document is done, and opens the next in the list that is not; after the last comes the first.
    pub fn done(self) {
        self.session.set_checked(true);
        self.save();
        let next = self.heads.with_untracked(|heads| {
            let open = self.open.get_untracked();
            let place = heads.iter().position(|head| Some(&head.id) == open.as_ref()).map_or(0, |place| place + 1);
            let mut following = heads[place..].iter().chain(&heads[..place]);
            let is_left = |head: &&Head| !head.checked && Some(&head.id) != open.as_ref();
            following.find(is_left).map(|head| head.id.clone())
        });
        match next {
            Some(id) => self.open(id),
            None => self.said.set("Every document is checked.".to_owned()),
        }
    }
}
