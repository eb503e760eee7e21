//! Reading all documents that no model has read, several at a time.

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use leptos::prelude::*;
use sinet_document::record::{Body, Head, State};
use sinet_logic::session::Unanswered;
use wasm_bindgen_futures::spawn_local;

use super::list::{Library, Work};
use super::store::Saved;

/// How many documents the engine has before it. Workers take them in turn, and it looks at all of them to know whether one
/// more worker is worth its start.
const AT_A_TIME: usize = 32;

/// A document with what was read in it.
struct Answered {
    head: Head,
    body: Body,
    state: State,
}

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
    /// Reads every document that no model has read, several at a time, each with the model of its time. They are saved and
    /// counted in their order.
    pub fn read_all(self) {
        if self.work.get_untracked().is_some() {
            return;
        }
        let open = self.open.get_untracked();
        let waiting: Vec<Head> = self.heads.with_untracked(|heads| {
            heads.iter().filter(|head| head.state != State::Read && open.as_ref() != Some(&head.id)).cloned().collect()
        });
        let (running, mut stop) = oneshot::channel();
        self.running.set_value(Some(running));
        self.work.set(Some(Work { done: 0, failed: 0, total: waiting.len() }));
        spawn_local(async move {
            let mut answers = std::pin::pin!(stream::iter(waiting).map(|head| self.read(head)).buffered(AT_A_TIME));
            loop {
                // What is being read when somebody stops it is dropped with the stream.
                let answer = match select(answers.next(), &mut stop).await {
                    Either::Left((Some(answer), _)) => answer,
                    Either::Left((None, _)) => return self.end(None),
                    Either::Right(_) => return,
                };
                let outcome = match answer {
                    Ok(answered) => self.take(answered).await,
                    Err(outcome) => outcome,
                };
                if stop.try_recv().is_err() {
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
        });
    }

    /// Stops [`read_all`](Self::read_all) at once. The answers for documents that are being read are not kept.
    pub fn cancel(self) {
        self.end(None);
    }

    fn end(self, reason: Option<String>) {
        let Some(Work { done, failed, total }) = self.work.get_untracked() else { return };
        self.running.set_value(None);
        self.work.set(None);
        let read = done - failed;
        let rest = if failed > 0 { format!(", {failed} could not be read") } else { String::new() };
        let reason = reason.map(|reason| format!(" {reason}")).unwrap_or_default();
        self.said.set(format!("{read} of {total} documents were read{rest}.{reason}"));
    }

    /// Reads a document; `Err` if there is nothing to save.
    async fn read(self, head: Head) -> Result<Answered, Outcome> {
        let Some(store) = self.store.get_value() else { return Err(Outcome::End(None)) };
        if self.is_elsewhere(&head) {
            return Err(Outcome::Left);
        }
        let mut body = match store.body(&head.id).await {
            Ok(Some(body)) => body,
            Ok(None) if self.is_elsewhere(&head) => return Err(Outcome::Left),
            Ok(None) => return Err(Outcome::Failed),
            Err(error) => return Err(Outcome::End(Some(error.to_string()))),
        };
        body.document.set_tagset(self.session.editor.tagset.get_untracked());
        let text = body.text();
        let answer = self
            .session
            .ask_aside(async |engine| {
                if self.is_elsewhere(&head) {
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
                return Err(Outcome::End(Some(failure.sentence())));
            }
            Some(Err(_)) => State::Failed,
            None => return Err(Outcome::Left),
        };
        Ok(Answered { head, body, state })
    }

    /// Saves what was read. A document that was opened, changed or deleted meanwhile, here or in another tab, is left as it is.
    async fn take(self, Answered { head, body, state }: Answered) -> Outcome {
        let Some(store) = self.store.get_value() else { return Outcome::End(None) };
        if self.is_elsewhere(&head) {
            return Outcome::Left;
        }
        let head = head.changed(&body, head.edited, state);
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
