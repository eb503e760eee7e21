//! Reading all documents that no model has read, one after the other.

use leptos::prelude::*;
use sinet_document::record::{Head, State};
use sinet_logic::session::Unanswered;
use wasm_bindgen_futures::spawn_local;

use super::list::{Library, Work};
use super::store::Saved;

/// The outcome for a document.
enum Outcome {
    /// It was read.
    Read,
    /// It could not be read.
    Failed,
    /// It is another one by now: opened, changed or deleted. It is left as it is.
    Left,
    /// Nothing more is to be read, for this reason if there is one.
    End(Option<String>),
}

impl Library {
    /// Reads every document that no model has read, one after the other, each with the model of its time.
    pub fn read_all(self) {
        if self.work.get_untracked().is_some() {
            return;
        }
        let open = self.open.get_untracked();
        let waiting: Vec<Head> = self.heads.with_untracked(|heads| {
            heads.iter().filter(|head| head.state != State::Read && open.as_ref() != Some(&head.id)).cloned().collect()
        });
        self.batches.update_value(|batches| *batches += 1);
        let batch = self.batches.get_value();
        self.work.set(Some(Work { done: 0, failed: 0, total: waiting.len() }));
        spawn_local(async move {
            for head in waiting {
                let outcome = self.read(batch, head).await;
                if !self.is_running(batch) {
                    return;
                }
                let count = |count: fn(&mut Work)| self.work.update(|work| work.iter_mut().for_each(count));
                match outcome {
                    Outcome::Read => count(|work| work.done += 1),
                    Outcome::Failed => count(|work| (work.done, work.failed) = (work.done + 1, work.failed + 1)),
                    Outcome::Left => count(|work| work.total -= 1),
                    Outcome::End(reason) => return self.end(reason),
                }
            }
            self.end(None);
        });
    }

    /// Stops [`read_all`](Self::read_all) at once. The answer for the document that is being read is not kept.
    pub fn cancel(self) {
        self.end(None);
    }

    fn end(self, reason: Option<String>) {
        let Some(Work { done, failed, total }) = self.work.get_untracked() else { return };
        self.batches.update_value(|batches| *batches += 1);
        self.work.set(None);
        let read = done - failed;
        let rest = if failed > 0 { format!(", {failed} could not be read") } else { String::new() };
        let reason = reason.map(|reason| format!(" {reason}")).unwrap_or_default();
        self.said.set(format!("{read} of {total} documents were read{rest}.{reason}"));
    }

    fn is_running(self, batch: u32) -> bool {
        self.batches.get_value() == batch
    }

    async fn read(self, batch: u32, head: Head) -> Outcome {
        let Some(store) = self.store.get_value() else { return Outcome::End(None) };
        if self.is_elsewhere(&head) {
            return Outcome::Left;
        }
        let mut body = match store.body(&head.id).await {
            Ok(Some(body)) => body,
            Ok(None) if self.is_elsewhere(&head) => return Outcome::Left,
            Ok(None) => return Outcome::Failed,
            Err(error) => return Outcome::End(Some(error.to_string())),
        };
        let text = body.text();
        let answer = self
            .session
            .ask_aside(async |engine| {
                if !self.is_running(batch) || self.is_elsewhere(&head) {
                    return None;
                }
                let answer = engine.annotate_aside(text.to_owned()).await;
                Some(answer.map(|answer| (answer.reading, engine.model())))
            })
            .await;
        let state = match answer {
            Some(Ok((reading, model))) => {
                body.document.take_reading(reading.labelled());
                (body.model, body.draft) = (model.folder(), None);
                State::Read
            }
            Some(Err(Unanswered::Failed(failure))) if !failure.may_lie_in_the_text() => {
                return Outcome::End(Some(failure.sentence()));
            }
            Some(Err(_)) => State::Failed,
            None => return Outcome::Left,
        };
        // A document that was opened, changed or deleted meanwhile, here or in another tab, is left as it is.
        if !self.is_running(batch) || self.is_elsewhere(&head) {
            return Outcome::Left;
        }
        let head = Head::new(head.id, &body, head.edited, head.revision + 1, state);
        match store.save(&head, &body).await {
            Ok(Saved::Done) => {
                if self.head(&head.id).is_some() {
                    self.put(head);
                }
                if state == State::Read { Outcome::Read } else { Outcome::Failed }
            }
            Ok(Saved::Conflict) => Outcome::Left,
            Err(error) => Outcome::End(Some(error.to_string())),
        }
    }

    /// Whether a document is open or deleted.
    fn is_elsewhere(self, head: &Head) -> bool {
        self.open.with_untracked(|open| open.as_ref() == Some(&head.id)) || self.head(&head.id).is_none()
    }
}
