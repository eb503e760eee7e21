//! Reading all documents that no model has read, one after the other.

use leptos::prelude::*;
use sinet_document::record::{Body, Head, State};
use sinet_logic::engine::catalogue::ModelName;
use wasm_bindgen_futures::spawn_local;

use super::list::{Library, Work};
use super::store::Saved;
use crate::app::Page;
use crate::engine::Engine;

impl Library {
    /// Reads every document that no model has read, one after the other.
    pub fn read_all(self, page: Page) {
        if self.work.get_untracked().is_some() {
            return;
        }
        let open = self.open.get_untracked();
        let waiting: Vec<Head> = self.heads.with_untracked(|heads| {
            heads.iter().filter(|head| head.state != State::Read && open.as_ref() != Some(&head.id)).cloned().collect()
        });
        self.work.set(Some(Work { done: 0, total: waiting.len(), is_cancelled: false }));
        spawn_local(async move {
            let engine = page.engine_now();
            let mut failed = 0;
            for head in waiting {
                if self.work.get_untracked().is_none_or(|work| work.is_cancelled) {
                    break;
                }
                if !self.read(&engine, page.model.get_untracked(), head).await {
                    failed += 1;
                }
                self.work.update(|work| {
                    if let Some(work) = work {
                        work.done += 1;
                    }
                });
            }
            let Some(work) = self.work.get_untracked() else { return };
            self.work.set(None);
            let read = work.done - failed;
            let rest = if failed > 0 { format!(", {failed} could not be read") } else { String::new() };
            self.said.set(format!("{read} of {} documents were read{rest}.", work.total));
        });
    }

    /// Stops [`read_all`](Self::read_all) after the document that is being read.
    pub fn cancel(self) {
        self.work.update(|work| {
            if let Some(work) = work {
                work.is_cancelled = true;
            }
        });
    }

    async fn read(self, engine: &Engine, model: ModelName, head: Head) -> bool {
        let Some(store) = self.store.get_value() else { return false };
        let Ok(Some(mut body)) = store.body(&head.id).await else { return false };
        let answer = engine.annotate_aside(body.text().to_owned()).await;
        let state = if answer.is_ok() { State::Read } else { State::Failed };
        if let Ok(answer) = answer {
            body.document.take_reading(answer.reading.labelled());
            body = Body::new(model.folder(), body.document, None);
        }
        let head = Head::new(head.id, &body, head.edited, head.revision + 1, state);
        // A document that was changed meanwhile, here or in another tab, is left as it is.
        if self.open.get_untracked().as_ref() != Some(&head.id) && store.save(&head, &body).await == Ok(Saved::Done) {
            self.put(head);
        }
        state == State::Read
    }
}
