//! The types of the set: kept in the database, changed and taken back, and the labels of all documents follow.

use std::sync::Arc;

use leptos::prelude::*;
use sinet_document::counts::Counts;
use sinet_document::record::Head;
use sinet_document::tagset::{Sort, TagsetEdit, TagsetHistory};
use sinet_document::{OpenDocument, StepId, Tagset};
use wasm_bindgen_futures::spawn_local;

use super::list::Library;
use super::store::{Saved, StoreError};

/// The word by which tabs tell each other that the types have changed.
pub const TYPES: &str = "types";

/// The documents whose labels have followed a change, each with the step by which they did.
pub type Followed = Vec<(String, StepId)>;

impl Library {
    /// Begins to label with types of one's own, in the place of the model's.
    pub fn begin_types(self, tagset: Tagset) {
        self.given_up.set(None);
        self.show_types(Some(TagsetHistory::new(tagset)), |_| {});
        self.keep_types();
    }

    /// Labels with the model's types again. The own ones can be had back until the page closes.
    pub fn give_up_types(self) {
        self.given_up.set(self.types.with_untracked(|types| types.as_ref().map(|types| types.tagset().clone())));
        self.show_types(None, |_| {});
        self.keep_types();
    }

    /// Changes the types, and has the labels of all documents follow.
    ///
    /// # Errors
    ///
    /// Why not, in one sentence.
    pub fn change_types(self, edit: TagsetEdit) -> Result<(), String> {
        let mut history = self.ready()?;
        let before = Arc::new(history.tagset().clone());
        history.apply(&edit).map_err(|error| error.to_string())?;
        let after = Arc::new(history.tagset().clone());
        let open = self.open_id();
        let mut step = None;
        self.show_types(Some(history), |document| step = document.follow(&edit, after.clone()));
        self.remember(step.map(|step| (open, step)), TagsetHistory::last);
        self.keep_types();
        let Some((sort, name)) = edit.followed_by().map(|(sort, name)| (sort, name.to_owned())) else { return Ok(()) };
        let concerned = self.concerned(sort, &name);
        self.follow(concerned, TagsetHistory::last, move |_, document| {
            document.set_tagset(Some(before.clone()));
            document.follow(&edit, after.clone())
        });
        Ok(())
    }

    /// Takes the last change of the types back, and what labels have followed it.
    ///
    /// # Errors
    ///
    /// Why not, in one sentence.
    pub fn undo_types(self) -> Result<(), String> {
        let mut history = self.ready()?;
        let followed = history.last().map(std::mem::take).unwrap_or_default();
        if !history.undo() {
            return Err("There is no change of the types to take back.".to_owned());
        }
        self.take_back(history, followed, TagsetHistory::last_undone);
        Ok(())
    }

    /// Makes the change again that was taken back last.
    ///
    /// # Errors
    ///
    /// Why not, in one sentence.
    pub fn redo_types(self) -> Result<(), String> {
        let mut history = self.ready()?;
        let followed = history.last_undone().map(std::mem::take).unwrap_or_default();
        if !history.redo() {
            return Err("There is no change of the types to make again.".to_owned());
        }
        self.take_back(history, followed, TagsetHistory::last);
        Ok(())
    }

    /// The other documents in which a person has labels of a type, or may have.
    pub fn concerned(self, sort: Sort, name: &str) -> Vec<Head> {
        let is_concerned =
            |head: &Head| head.counts.as_ref().is_none_or(|counts| counts.of_type(sort, name).person > 0);
        let open = self.open_id();
        self.heads.with_untracked(|heads| {
            heads.iter().filter(|head| head.id != open && is_concerned(head)).cloned().collect()
        })
    }

    /// The labels of all documents, as far as they were counted; those of the open one as it is now.
    pub fn counts(self) -> Counts {
        let open = self.open_id();
        let mut counts = self.session.editor.labels.with_untracked(Counts::of_labels);
        self.heads.with_untracked(|heads| {
            for head in heads.iter().filter(|head| head.id != open) {
                if let Some(others) = &head.counts {
                    counts.add(others);
                }
            }
        });
        counts
    }

    /// Reads the types and their changes from the database, at the beginning and when another tab has changed them.
    pub(super) async fn load_types(self) {
        let Some(store) = self.store.get_value() else { return };
        let history = match store.types().await {
            Ok(json) => json.map(|json| TagsetHistory::from_json(&json)).transpose(),
            Err(error) => return self.trouble.set(Some(error)),
        };
        match history {
            Ok(history) => {
                if self.types.with_untracked(|types| *types != history) {
                    self.show_types(history, |_| {});
                }
            }
            Err(error) => self.said.set(format!("Your types are damaged, and the model’s are shown. {error}")),
        }
    }

    fn ready(self) -> Result<TagsetHistory<Followed>, String> {
        if self.is_following.get_untracked() {
            return Err("The labels of other documents still follow the last change; try again in a moment.".to_owned());
        }
        self.types.get_untracked().ok_or_else(|| "There are no types of your own.".to_owned())
    }

    fn show_types(self, types: Option<TagsetHistory<Followed>>, follow: impl FnOnce(&mut OpenDocument)) {
        let tagset = types.as_ref().map(|types| Arc::new(types.tagset().clone()));
        self.types.set(types);
        self.session.set_tagset(tagset, follow);
    }

    fn take_back(self, history: TagsetHistory<Followed>, followed: Followed, to: Memory) {
        let open = self.open_id();
        let step_of = move |id: &str| followed.iter().find(|(followed, _)| followed == id).map(|(_, step)| *step);
        let mut step = None;
        self.show_types(Some(history), |document| step = step_of(&open).and_then(|step| document.take_back(step)));
        self.remember(step.map(|step| (open.clone(), step)), to);
        self.keep_types();
        let heads = self.heads.with_untracked(|heads| {
            heads.iter().filter(|head| head.id != open && step_of(&head.id).is_some()).cloned().collect()
        });
        self.follow(heads, to, move |id, document| step_of(id).and_then(|step| document.take_back(step)));
    }

    /// Has documents follow that are not open, one after the other.
    fn follow(
        self,
        heads: Vec<Head>,
        to: Memory,
        change: impl Fn(&str, &mut OpenDocument) -> Option<StepId> + 'static,
    ) {
        if heads.is_empty() {
            return;
        }
        self.is_following.set(true);
        spawn_local(async move {
            for head in heads {
                match self.follow_one(&head, &change).await {
                    Ok(step) => self.remember(step.map(|step| (head.id, step)), to),
                    Err(error) => self.trouble.set(Some(error)),
                }
            }
            self.is_following.set(false);
            self.keep_types();
        });
    }

    async fn follow_one(
        self,
        head: &Head,
        change: &impl Fn(&str, &mut OpenDocument) -> Option<StepId>,
    ) -> Result<Option<StepId>, StoreError> {
        let tagset = self.session.editor.tagset.get_untracked();
        // Another tab may change a document meanwhile: then it follows as it is there.
        loop {
            if self.open_id() == head.id {
                let mut step = None;
                self.session.set_tagset(tagset, |document| step = change(&head.id, document));
                return Ok(step);
            }
            let (Some(store), Some(head)) = (self.store.get_value(), self.head(&head.id)) else { return Ok(None) };
            let Some(mut body) = store.body(&head.id).await? else { return Ok(None) };
            let Some(step) = change(&head.id, &mut body.document) else { return Ok(None) };
            body.document.set_tagset(tagset.clone());
            let changed = head.changed(&body, head.edited, head.state);
            match store.save(&changed, &body).await? {
                Saved::Done => {
                    self.put(changed);
                    return Ok(Some(step));
                }
                Saved::Conflict => self.refresh().await,
            }
        }
    }

    fn remember(self, followed: Option<(String, StepId)>, to: Memory) {
        let Some(followed) = followed else { return };
        self.types.update_untracked(|types| {
            if let Some(memory) = types.as_mut().and_then(to) {
                memory.push(followed);
            }
        });
    }

    fn keep_types(self) {
        let json = self.types.with_untracked(|types| types.as_ref().map(TagsetHistory::to_json));
        spawn_local(async move {
            let Some(store) = self.store.get_value() else { return };
            match store.save_types(json).await {
                Ok(()) => self.tell(Some(TYPES)),
                Err(error) => self.trouble.set(Some(error)),
            }
        });
    }

    fn open_id(self) -> String {
        self.place.with_value(|place| place.borrow().id.clone())
    }
}

/// The memory of a change: of the last one, or of the one that was taken back last.
type Memory = fn(&mut TagsetHistory<Followed>) -> Option<&mut Followed>;
