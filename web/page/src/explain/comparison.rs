//! The same text, read by another model in a worker of its own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sinet_document::OpenDocument;
use sinet_document::difference::Difference;
use sinet_logic::engine::catalogue::ModelName;

use crate::app::{Page, Shown};
use crate::correct::Editor;
use crate::engine::{Answer, Engine, Phase};

/// The other model; a copy is the same state.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// The model that reads the text too.
    pub model: RwSignal<Option<ModelName>>,
    /// What it finds.
    pub editor: Editor,
    /// Its reading.
    pub shown: RwSignal<Option<Shown>>,
    /// Why there is none.
    pub refusal: RwSignal<Option<String>>,
    engine: RwSignal<Option<Engine>, LocalStorage>,
}

impl Comparison {
    /// No other model yet.
    pub fn new() -> Self {
        Self {
            model: RwSignal::new(None),
            editor: Editor::new(OpenDocument::default()),
            shown: RwSignal::new(None),
            refusal: RwSignal::new(None),
            engine: RwSignal::new_local(None),
        }
    }

    /// How far the other model has come.
    pub fn phase(self) -> Option<Phase> {
        self.engine.with(|engine| engine.as_ref().map(|engine| engine.phase().get()))
    }
}

impl Page {
    /// Has another model read the text, and whatever the text becomes; `None` ends its worker.
    pub fn compare_with(self, model: Option<ModelName>) {
        let comparison = self.comparison;
        if comparison.model.get_untracked() == model {
            return;
        }
        if let Some(engine) = comparison.engine.get_untracked() {
            engine.close();
        }
        comparison.engine.set(model.map(|model| Engine::start(model, self.devices.choice.get_untracked())));
        comparison.shown.set(None);
        comparison.refusal.set(None);
        comparison.model.set(model);
    }

    /// Keeps the other model's reading up with the text that is shown.
    pub fn keep_comparing(self) {
        let comparison = self.comparison;
        let wanted = Memo::new(move |_| {
            let text = self.shown.with(|shown| shown.as_ref().map(|shown| shown.reading.annotation.text.clone()))?;
            Some((comparison.model.get()?, text))
        });
        Effect::new(move || {
            let (Some((model, text)), Some(engine)) = (wanted.get(), comparison.engine.get_untracked()) else { return };
            spawn_local(async move {
                let answer = engine.annotate(text.clone()).await;
                if wanted.get_untracked() != Some((model, text)) {
                    return;
                }
                match answer {
                    Ok(Answer { reading, milliseconds }) => {
                        comparison.editor.open(OpenDocument::of_text(reading.annotation.text.as_str()));
                        comparison.editor.take_reading(&reading);
                        comparison.refusal.set(None);
                        comparison.shown.set(Some(Shown { reading: reading.into(), model, milliseconds }));
                    }
                    Err(message) => comparison.refusal.set(Some(message)),
                }
            });
        });
    }

    /// What the two models find differently, once both have read the same text.
    pub fn compared(self) -> Option<Difference> {
        self.shown.with(|first| {
            self.comparison.shown.with(|second| {
                let (first, second) = (&first.as_ref()?.reading.annotation, &second.as_ref()?.reading.annotation);
                (first.text == second.text).then(|| Difference::between(first, second))
            })
        })
    }
}
