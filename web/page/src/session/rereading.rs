//! Reading the open document with other settings than the model's own, and what that changes.

use leptos::prelude::*;
use sinet_document::difference::Difference;
use sinet_logic::session::{About, Unanswered};
use sinet_protocol::{Most, Settings};
use sinet_text::explanation::{Explanation, Question};

use super::{Latest, Session, Shown};
use crate::engine::Reread;

/// How much of a sentence is shown with other settings than the model's own, which may find thousands of relations in
/// it: as much as can still be looked at, and drawn at once.
pub const MOST: Most = Most { entities: 8, relations: 8 };

/// The settings and their readings; a copy is the same state.
#[derive(Clone, Copy)]
pub(super) struct Rereading {
    /// The model's findings by itself in the text that is shown.
    own: RwSignal<Option<Own>>,
    /// How a person wants it to read instead.
    chosen: RwSignal<Option<Settings>>,
    /// How what is shown was read; [`Self::chosen`] as soon as the model has answered.
    shows: RwSignal<Option<Settings>>,
    /// How many entities and relations it finds so beyond [`MOST`].
    more: RwSignal<(usize, usize)>,
    work: Latest,
}

/// A reading by the model as it is.
#[derive(Clone)]
struct Own {
    shown: Shown,
    /// The thresholds of the model, and the parts that it has.
    settings: Settings,
}

impl Rereading {
    /// The model reads by itself, and has not read yet.
    pub fn new() -> Self {
        Self {
            own: RwSignal::new(None),
            chosen: RwSignal::new(None),
            shows: RwSignal::new(None),
            more: RwSignal::default(),
            work: Latest::new(),
        }
    }

    /// Another model comes: it reads by itself.
    pub fn forget(self) {
        self.own.set(None);
        self.chosen.set(None);
        self.shows.set(None);
        self.more.set((0, 0));
    }
}

impl Session {
    /// How the text is read; `None` before a model has read one.
    pub fn settings(self) -> Option<Settings> {
        self.rereading.chosen.get().or_else(|| self.own_settings())
    }

    /// How the model reads by itself; `None` before it has read a text.
    pub fn own_settings(self) -> Option<Settings> {
        self.rereading.own.with(|own| own.as_ref().map(|own| own.settings))
    }

    /// Whether a person has chosen other settings than the model's own.
    pub fn has_chosen_settings(self) -> bool {
        self.rereading.chosen.with(Option::is_some)
    }

    /// How many entities and relations the chosen settings find beyond [`MOST`].
    pub fn left_out(self) -> (usize, usize) {
        self.rereading.more.get()
    }

    /// Reads the text in another way than the model by itself; `None` is the model by itself.
    pub fn choose_settings(self, settings: Option<Settings>) {
        let own = untrack(|| self.own_settings());
        let settings = settings.filter(|settings| Some(*settings) != own);
        if self.rereading.chosen.get_untracked() != settings {
            self.rereading.chosen.set(settings);
            self.reread();
        }
    }

    /// The changes that the chosen settings make; `None` while nothing is chosen, or the model has not answered yet.
    pub fn difference(self) -> Option<Difference> {
        let chosen = self.rereading.chosen.get()?;
        if self.rereading.shows.get() != Some(chosen) {
            return None;
        }
        self.rereading.own.with(|own| {
            self.shown.with(|shown| {
                let (own, shown) = (&own.as_ref()?.shown.reading.annotation, &shown.as_ref()?.reading.annotation);
                (own.text == shown.text).then(|| Difference::between(own, shown))
            })
        })
    }

    /// Asks why something in the open document is found, or is not. `what` is asked for what to explain whenever the
    /// question is put; `None` if that is nothing, or the text is left before an answer comes.
    pub async fn explain(self, what: impl Fn() -> Option<Question>) -> Option<Result<Explanation, Unanswered>> {
        self.asker
            .ask(About::Text, async |engine| {
                if untrack(|| self.is_stale()) {
                    return None;
                }
                let (question, settings) = (what()?, untrack(|| self.settings())?);
                let text = self.editor.document.with_untracked(|document| document.text().to_owned());
                Some(engine.explain(text, question, settings).await)
            })
            .await
    }

    /// Takes what the model finds by itself, and shows what it finds with the chosen settings.
    pub(super) fn take_own_reading(self, shown: Shown, settings: Settings) {
        self.rereading.own.set(Some(Own { shown: shown.clone(), settings }));
        if untrack(|| self.has_chosen_settings()) { self.reread() } else { self.show_read(shown, None) }
    }

    fn show_read(self, shown: Shown, settings: Option<Settings>) {
        self.rereading.shows.set(settings);
        self.show(shown);
    }

    /// Shows the text as it reads with the settings of now.
    fn reread(self) {
        self.rereading.work.run(move || self.reread_once());
    }

    async fn reread_once(self) {
        let answer = self
            .asker
            .ask(About::Document, async move |engine| {
                self.rereading.work.catch_up();
                let own = self.newest_own()?;
                let settings = self.rereading.chosen.get_untracked()?;
                let answer = engine.reread(own.reading.annotation.text.clone(), settings, MOST).await;
                Some(answer.map(|answer| (own, settings, answer)))
            })
            .await;
        let Some(newest) = self.newest_own() else { return };
        match answer {
            Some(Ok((own, settings, Reread { reading, more_entities, more_relations })))
                if own.reading.annotation.text == newest.reading.annotation.text
                    && untrack(|| self.has_chosen_settings()) =>
            {
                self.rereading.more.set((more_entities, more_relations));
                self.show_read(Shown { reading: reading.into(), ..own }, Some(settings));
            }
            _ if self.rereading.work.has_newer() => {}
            Some(Err(unanswered)) => self.set.refusal.set(Some(unanswered.to_string())),
            _ if untrack(|| self.has_chosen_settings()) => {}
            _ => {
                self.rereading.more.set((0, 0));
                self.show_read(newest, None);
            }
        }
    }

    /// The findings of the model of now, by itself, in the text of now. Without them, the reading that goes on will lead to
    /// a rereading.
    fn newest_own(self) -> Option<Shown> {
        let Own { shown, .. } = self.rereading.own.get_untracked()?;
        let is_newest = shown.model == self.model.get_untracked()
            && self.text.with_untracked(|text| *text == shown.reading.annotation.text);
        is_newest.then_some(shown)
    }
}
