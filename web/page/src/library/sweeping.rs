//! A change of labels in all documents: counted, made, and taken back as one.

use leptos::prelude::*;
use sinet_document::record::{Body, Head};
use sinet_document::{OpenDocument, StepId};
use sinet_logic::correct::sweep::{Reach, Sweep};
use sinet_logic::library::progress::documents;
use wasm_bindgen_futures::spawn_local;

use super::list::Library;
use super::store::{Saved, StoreError};

/// A change of all documents that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// What it has done, one sentence.
    pub told: String,
    /// The documents that it has changed, by their names, and its step in the history of each.
    steps: Vec<(String, StepId)>,
}

/// The outcome for a document.
enum Outcome {
    /// So many labels were changed, by this step.
    Changed(usize, StepId),
    /// There was nothing to change.
    Same,
    /// Somebody else has changed it meanwhile: it is left as it is.
    Left,
}

impl Library {
    /// Counts what a change would come to, into [`Self::reach`].
    pub fn count(self, sweep: Sweep) {
        self.reach.set(None);
        self.counts.update_value(|counts| *counts += 1);
        let number = self.counts.get_value();
        spawn_local(async move {
            let mut reach = Reach::default();
            reach.add(self.session.editor.document.with_untracked(|document| sweep.edits(document).len()));
            for head in self.others() {
                let body = self.body(&head).await;
                if self.counts.get_value() != number {
                    return;
                }
                match body {
                    Ok(Some(body)) => reach.add(sweep.edits(&body.document).len()),
                    Ok(None) => {}
                    Err(error) => return self.trouble.set(Some(error)),
                }
            }
            self.reach.set(Some((sweep, reach)));
        });
    }

    /// Makes a change in the open document and in all others.
    pub fn sweep(self, sweep: Sweep) {
        if self.is_sweeping.get_untracked() {
            return;
        }
        self.is_sweeping.set(true);
        spawn_local(async move {
            let (mut reach, mut steps, mut left) = (Reach::default(), Vec::new(), 0);
            if let Outcome::Changed(labels, step) = self.sweep_open(&sweep) {
                reach.add(labels);
                steps.push((self.place.get_value().borrow().id.clone(), step));
            }
            for head in self.others() {
                match self.sweep_kept(&head, &sweep).await {
                    Ok(Outcome::Changed(labels, step)) => {
                        reach.add(labels);
                        steps.push((head.id, step));
                    }
                    Ok(Outcome::Same) => {}
                    Ok(Outcome::Left) => left += 1,
                    // What was changed so far is told, and can be taken back.
                    Err(error) => {
                        self.trouble.set(Some(error));
                        break;
                    }
                }
            }
            let told = format!("{} in {}.{}", sweep.tell(reach.labels), documents(reach.documents), tell_left(left));
            self.said.set(told.clone());
            self.swept.set((!steps.is_empty()).then_some(Swept { told, steps }));
            self.tell(None);
            self.reach.set(None);
            self.is_sweeping.set(false);
        });
    }

    /// Takes the change of all documents back that was made last, in each document that nobody has changed since.
    pub fn undo_sweep(self) {
        let Some(Swept { steps, .. }) = self.swept.get_untracked().filter(|_| !self.is_sweeping.get_untracked()) else {
            return;
        };
        self.is_sweeping.set(true);
        spawn_local(async move {
            let (mut done, mut left) = (0, 0);
            for (id, step) in steps {
                match self.take_back_in(&id, step).await {
                    Ok(true) => done += 1,
                    Ok(false) => left += 1,
                    Err(error) => {
                        self.trouble.set(Some(error));
                        left += 1;
                    }
                }
            }
            self.said.set(format!("Taken back in {}.{}", documents(done), tell_left(left)));
            self.swept.set(None);
            self.tell(None);
            self.is_sweeping.set(false);
        });
    }

    /// All documents but the open one.
    fn others(self) -> Vec<Head> {
        let open = self.open.get_untracked();
        self.heads
            .with_untracked(|heads| heads.iter().filter(|head| Some(&head.id) != open.as_ref()).cloned().collect())
    }

    fn sweep_open(self, sweep: &Sweep) -> Outcome {
        let editor = self.session.editor;
        let (selection, edits) =
            (editor.selection.get_untracked(), editor.document.with_untracked(|document| sweep.edits(document)));
        let count = edits.len();
        if count == 0 || self.session.apply_all(edits).is_err() {
            return Outcome::Same;
        }
        self.session.select(selection);
        editor
            .document
            .with_untracked(OpenDocument::last_step)
            .map_or(Outcome::Same, |step| Outcome::Changed(count, step))
    }

    async fn sweep_kept(self, head: &Head, sweep: &Sweep) -> Result<Outcome, StoreError> {
        if self.is_open(&head.id) {
            return Ok(self.sweep_open(sweep));
        }
        let Some(mut body) = self.body(head).await? else { return Ok(Outcome::Same) };
        let edits = sweep.edits(&body.document);
        let count = edits.len();
        if count == 0 || body.document.apply_all(edits).is_err() {
            return Ok(Outcome::Same);
        }
        let Some(step) = body.document.last_step() else { return Ok(Outcome::Same) };
        Ok(if self.put_body(&head.id, &body).await? { Outcome::Changed(count, step) } else { Outcome::Left })
    }

    /// Whether the step was still the last one of the document, and is taken back.
    async fn take_back_in(self, id: &str, step: StepId) -> Result<bool, StoreError> {
        if self.place.get_value().borrow().id == id {
            let is_last = self.session.editor.document.with_untracked(|document| document.last_step() == Some(step));
            return Ok(is_last && self.session.undo());
        }
        let Some(head) = self.head(id) else { return Ok(false) };
        let Some(mut body) = self.body(&head).await? else { return Ok(false) };
        if body.document.last_step() != Some(step) {
            return Ok(false);
        }
        body.document.undo();
        self.put_body(id, &body).await
    }

    /// Saves a document that is not open, in its place of the list. Whether nobody has opened, changed or deleted it meanwhile.
    async fn put_body(self, id: &str, body: &Body) -> Result<bool, StoreError> {
        let (Some(store), Some(head)) = (self.store.get_value(), self.head(id)) else { return Ok(false) };
        if self.is_open(id) {
            return Ok(false);
        }
        let head = head.changed(body, js_sys::Date::now(), head.state);
        if store.save(&head, body).await? == Saved::Conflict {
            return Ok(false);
        }
        self.put(head);
        Ok(true)
    }

    fn is_open(self, id: &str) -> bool {
        self.open.with_untracked(|open| open.as_deref() == Some(id))
    }
}

fn tell_left(left: usize) -> String {
    match left {
        0 => String::new(),
        1 => " 1 document was changed meanwhile and stays as it is.".to_owned(),
        left => format!(" {left} documents were changed meanwhile and stay as they are."),
    }
}
