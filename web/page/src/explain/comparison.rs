//! The same text, read by another model in a worker of its own.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_document::difference::Difference;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::session::About;

use crate::engine::{Answer, Phase};
use crate::session::{Asker, Editor, Latest, Session, Shown};

/// The other model; a copy is the same state.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// The model that reads the text too.
    pub model: RwSignal<Option<ModelName>>,
    /// Its findings.
    pub editor: Editor,
    /// Its reading.
    pub shown: RwSignal<Option<Shown>>,
    /// Why there is none.
    pub refusal: RwSignal<Option<String>>,
    session: Session,
    asker: Asker,
    work: Latest,
}

impl Comparison {
    /// No other model yet. Once there is one, its reading keeps up with the text that is shown.
    pub fn start(session: Session) -> Self {
        let comparison = Self {
            model: RwSignal::new(None),
            editor: Editor::new(OpenDocument::default()),
            shown: RwSignal::new(None),
            refusal: RwSignal::new(None),
            session,
            asker: Asker::new(None),
            work: Latest::new(),
        };
        let text = Memo::new(move |_| comparison.text());
        Effect::new(move || {
            if comparison.model.get().is_some() && text.get().is_some() {
                comparison.asker.open_document();
                comparison.work.run(move || comparison.read());
            }
        });
        comparison
    }

    /// Has another model read the text, and whatever the text becomes; `None` ends its worker.
    pub fn choose(self, model: Option<ModelName>) {
        if self.model.get_untracked() == model {
            return;
        }
        self.asker.turn_to(model.map(|model| (model, self.session.device.get_untracked())));
        self.shown.set(None);
        self.refusal.set(None);
        self.model.set(model);
    }

    /// How far the other model has come.
    pub fn phase(self) -> Option<Phase> {
        self.asker.phase()
    }

    /// The difference between the findings of the two models, once both have read the same text.
    pub fn difference(self) -> Option<Difference> {
        self.session.shown.with(|first| {
            self.shown.with(|second| {
                let (first, second) = (&first.as_ref()?.reading.annotation, &second.as_ref()?.reading.annotation);
                (first.text == second.text).then(|| Difference::between(first, second))
            })
        })
    }

    /// The text that is shown, which is the one to be compared.
    fn text(self) -> Option<String> {
        self.session.shown.with(|shown| shown.as_ref().map(|shown| shown.reading.annotation.text.clone()))
    }

    async fn read(self) {
        let answer = self
            .asker
            .ask(About::Document, async move |engine| {
                self.work.catch_up();
                let answer = engine.annotate(untrack(|| self.text())?).await;
                Some(answer.map(|answer| (answer, engine.model())))
            })
            .await;
        match answer {
            Some(Ok((Answer { reading, milliseconds }, model))) => {
                self.editor.open(OpenDocument::of_text(reading.annotation.text.as_str()));
                self.editor.take_reading(&reading);
                self.refusal.set(None);
                self.shown.set(Some(Shown { reading: reading.into(), model, milliseconds }));
            }
            Some(Err(unanswered)) => self.refusal.set(Some(unanswered.to_string())),
            None => {}
        }
    }
}
