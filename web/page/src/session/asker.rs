//! The one place where a question is asked and a stale answer is dropped.

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::session::{About, Fate, Generation, Unanswered};
use sinet_protocol::{DeviceChoice, Keeping};

use crate::engine::{Engine, Phase};

/// An engine that may be exchanged, and the generation of what it is asked about; a copy is the same asker.
#[derive(Clone, Copy)]
pub struct Asker {
    engine: RwSignal<Option<Engine>, LocalStorage>,
    generation: StoredValue<Generation>,
}

impl Asker {
    /// Starts an engine for a model on a device, or none.
    pub fn new(choice: Option<(ModelName, DeviceChoice)>) -> Self {
        let engine = choice.map(|(model, device)| Engine::start(model, device));
        Self { engine: RwSignal::new_local(engine), generation: StoredValue::default() }
    }

    /// Closes the engine and starts another one, or none. Open questions are asked again of that.
    pub fn turn_to(self, choice: Option<(ModelName, DeviceChoice)>) {
        self.generation.update_value(Generation::start_engine);
        let before = self.engine.get_untracked();
        self.engine.set(choice.map(|(model, device)| Engine::start(model, device)));
        if let Some(before) = before {
            before.close();
        }
    }

    /// Notes that another document is open: questions about the one before it are dropped.
    pub fn open_document(self) {
        self.generation.update_value(Generation::open_document);
        self.with(Engine::leave_open);
    }

    /// Notes that the open document has another text: questions about the words of the one before it are dropped.
    pub fn take_text(self) {
        self.generation.update_value(Generation::take_text);
    }

    /// Drops the reading of a long text that goes on, which a newer text overtakes; that one is asked for at once.
    pub fn overtake_parts(self) {
        self.with(Engine::overtake_parts);
    }

    /// Stops the computation that is going on. Questions about the open document are asked again.
    pub fn interrupt(self) {
        self.with(Engine::interrupt);
    }

    /// How far the engine has come, if there is one.
    pub fn phase(self) -> Option<Phase> {
        self.engine.with(|engine| engine.as_ref().map(|engine| engine.phase().get()))
    }

    /// Whether the browser keeps the engine's model for the next visit.
    pub fn keeping(self) -> Keeping {
        self.engine.with(|engine| engine.as_ref().map(|engine| engine.keeping().get())).unwrap_or_default()
    }

    /// Asks the engine of now, and once more whenever that went or gave way to a newer question. The question is made
    /// anew each time, of what there is then; it is `None` if there is nothing to ask any more.
    ///
    /// `None`: nobody wants the answer, because the document or the text that it is about was left.
    ///
    /// # Errors
    ///
    /// [`Unanswered::Refused`] or [`Unanswered::Failed`] of the engine of now.
    pub async fn ask<T>(
        self,
        about: About,
        question: impl AsyncFn(&Engine) -> Option<Result<T, Unanswered>>,
    ) -> Option<Result<T, Unanswered>> {
        loop {
            let (asked, engine) = (self.generation.get_value(), self.engine.get_untracked()?);
            let answer = question(&engine).await?;
            match asked.fate(self.generation.get_value(), about, answer.as_ref().err()) {
                Fate::Take => return Some(answer),
                Fate::AskAgain => {}
                Fate::Drop => return None,
            }
        }
    }

    fn with(self, act: impl FnOnce(&Engine)) {
        if let Some(engine) = self.engine.get_untracked() {
            act(&engine);
        }
    }
}
