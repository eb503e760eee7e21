//! Reading the text of the open document.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::session::About;

use super::{Session, Shown};
use crate::engine::{Answer, Phase};

/// A computation that has run this long is given up when there is a newer text, in milliseconds.
const PATIENCE: f64 = 1500.0;

impl Session {
    /// Reads the text as it is now.
    pub fn read(self) {
        self.stop_pause();
        self.set.refusal.set(None);
        self.set.as_opened.set(false);
        let text = self.text.get_untracked();
        if text.trim().is_empty() || self.model.get_untracked() == ModelName::NoModel {
            self.set.shown.set(None);
            self.note_text(&text);
            return self.editor.take_text(text);
        }
        let is_slow = self.busy_since.get_untracked().is_some_and(|since| js_sys::Date::now() - since > PATIENCE);
        self.reading.run(move || self.read_once());
        self.asker.overtake_parts();
        if is_slow && matches!(untrack(|| self.phase()), Phase::Ready(_)) {
            self.asker.interrupt();
        }
    }

    /// Reads again what a lost connection has kept from being read.
    pub fn reconnect(self) {
        if matches!(untrack(|| self.phase()), Phase::Failed(failure) if failure.waits_for_connection()) {
            self.read();
        }
    }

    async fn read_once(self) {
        let answer = self
            .asker
            .ask(About::Document, async move |engine| {
                let text = self.text.get_untracked();
                if text.trim().is_empty() || self.as_opened.get_untracked() {
                    return None;
                }
                self.reading.catch_up();
                self.set.busy_since.set(Some(js_sys::Date::now()));
                let answer = engine.annotate(text).await;
                Some(answer.map(|answer| (answer, engine.model(), engine.own_settings())))
            })
            .await;
        self.set.busy_since.set(None);
        match answer {
            Some(Ok((Answer { reading, milliseconds }, model, settings))) if !self.is_empty() => {
                let shown = Shown { reading: reading.into(), model, milliseconds };
                match settings {
                    Some(settings) => self.take_own_reading(shown, settings),
                    None => self.show(shown),
                }
            }
            Some(Err(unanswered)) if !self.reading.has_newer() && !self.is_empty() => {
                self.set.refusal.set(Some(unanswered.to_string()))
            }
            _ => {}
        }
    }

    /// Puts a reading on the page; a person's corrections stay.
    pub(super) fn show(self, shown: Shown) {
        self.note_text(&shown.reading.annotation.text);
        self.editor.take_reading(&shown.reading);
        if self.window.get_untracked() >= shown.reading.window_count() {
            self.set.window.set(0);
        }
        self.set.shown.set(Some(shown));
        if self.editor.document.with_untracked(OpenDocument::has_own_entities) {
            self.relate();
        }
    }

    /// Questions about the words of the document end where these become others.
    fn note_text(self, text: &str) {
        if self.editor.document.with_untracked(|document| document.text() != text) {
            self.asker.take_text();
        }
    }

    fn is_empty(self) -> bool {
        self.text.with_untracked(|text| text.trim().is_empty())
    }

    pub(super) fn stop_pause(self) {
        self.pause.update_value(|pause| {
            if let Some(pause) = pause.take() {
                pause.clear();
            }
        });
    }
}
