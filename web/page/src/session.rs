//! The open document and the model that reads it. [`Session`] owns both, and asks and answers for everything above it.

mod asker;
mod editor;
mod latest;
mod reading;
mod relating;
mod rereading;

use std::time::Duration;

use leptos::prelude::*;
use sinet_document::record::{Body, State};
use sinet_document::{Edit, OpenDocument, Reading, Refusal, Selection, Tagset};
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::files::training::Provenance;
use sinet_logic::session::{About, Unanswered};
use sinet_protocol::{DeviceChoice, Keeping};
use sinet_text::Types;
use std::sync::Arc;

pub use asker::Asker;
pub use editor::Editor;
pub use latest::Latest;
pub use rereading::MOST;

use crate::engine::{Engine, Models, Phase};
use crate::notes;
use rereading::Rereading;

/// How long a person must stop typing before the text is read.
const PAUSE: Duration = Duration::from_millis(400);

/// The open document and the model that reads it; a copy is the same session. Everybody may look, and only the session
/// itself changes what is looked at.
#[derive(Clone, Copy)]
pub struct Session {
    /// The text as the person has typed it.
    pub text: ReadSignal<String>,
    /// The document, with what the newest reading says and what a person has made of it.
    pub editor: Editor,
    /// The model that reads it.
    pub model: ReadSignal<ModelName>,
    /// The device that was chosen for the model.
    pub device: ReadSignal<DeviceChoice>,
    /// The models that can be chosen.
    pub models: Models,
    /// The newest reading, which may be of an older text.
    pub shown: ReadSignal<Option<Shown>>,
    /// The sentence whose attention is shown, as an index into the reading's windows.
    pub window: ReadSignal<usize>,
    /// Why the newest text has no reading.
    pub refusal: ReadSignal<Option<String>>,
    /// Since when a text is being read, in milliseconds since 1970.
    pub busy_since: ReadSignal<Option<f64>>,
    /// The labels are shown as a file has them: nothing was read since.
    pub as_opened: ReadSignal<bool>,
    /// Counts the documents that were opened.
    pub visits: ReadSignal<u32>,
    /// Whether a person has said that the document is done.
    pub checked: ReadSignal<bool>,
    /// A person's remark on the document.
    pub note: ReadSignal<String>,
    set: Setters,
    asker: Asker,
    rereading: Rereading,
    reading: Latest,
    relating: Latest,
    pause: StoredValue<Option<TimeoutHandle>>,
}

/// The pens to the signals that others only read.
#[derive(Clone, Copy)]
struct Setters {
    text: WriteSignal<String>,
    model: WriteSignal<ModelName>,
    device: WriteSignal<DeviceChoice>,
    shown: WriteSignal<Option<Shown>>,
    window: WriteSignal<usize>,
    refusal: WriteSignal<Option<String>>,
    busy_since: WriteSignal<Option<f64>>,
    as_opened: WriteSignal<bool>,
    visits: WriteSignal<u32>,
    checked: WriteSignal<bool>,
    note: WriteSignal<String>,
}

/// A reading on the page.
#[derive(Clone)]
pub struct Shown {
    /// The reading.
    pub reading: Arc<Reading>,
    /// The model that made it.
    pub model: ModelName,
    /// How long that took, in milliseconds.
    pub milliseconds: f64,
}

impl Session {
    /// Begins with an example, which is not read before [`read`](Self::read), and without a model if the last visit had none.
    pub fn begin(device: DeviceChoice) -> Self {
        let shipped = ModelName::SHIPPED[0];
        let model = if had_no_model() { ModelName::NoModel } else { shipped };
        let example = shipped.examples()[0].1;
        let (text, set_text) = signal(example.to_owned());
        let (model, set_model) = signal(model);
        let (device, set_device) = signal(device);
        let (shown, set_shown) = signal(None);
        let (window, set_window) = signal(0);
        let (refusal, set_refusal) = signal(None);
        let (busy_since, set_busy_since) = signal(None);
        let (as_opened, set_as_opened) = signal(false);
        let (visits, set_visits) = signal(0);
        let (checked, set_checked) = signal(false);
        let (note, set_note) = signal(String::new());
        Self {
            text,
            editor: Editor::new(OpenDocument::of_text(example)),
            model,
            device,
            models: Models::new(),
            shown,
            window,
            refusal,
            busy_since,
            as_opened,
            visits,
            checked,
            note,
            set: Setters {
                text: set_text,
                model: set_model,
                device: set_device,
                shown: set_shown,
                window: set_window,
                refusal: set_refusal,
                busy_since: set_busy_since,
                as_opened: set_as_opened,
                visits: set_visits,
                checked: set_checked,
                note: set_note,
            },
            asker: Asker::new(engine_for(model.get_untracked(), device.get_untracked())),
            rereading: Rereading::new(),
            reading: Latest::new(),
            relating: Latest::new(),
            pause: StoredValue::new(None),
        }
    }

    /// How far the model has come.
    pub fn phase(self) -> Phase {
        self.asker.phase().unwrap_or(Phase::Starting)
    }

    /// Whether the browser keeps the model for the next visit.
    pub fn keeping(self) -> Keeping {
        self.asker.keeping()
    }

    /// Asks about a text that is not the open document, of the model of now: if that goes, of the next one. `None` as soon
    /// as the question itself says that nobody wants an answer any more.
    pub async fn ask_aside<T>(
        self,
        question: impl AsyncFn(&Engine) -> Option<Result<T, Unanswered>>,
    ) -> Option<Result<T, Unanswered>> {
        self.asker.ask(About::Aside, question).await
    }

    /// Takes a new text, and reads it when nothing more comes for a moment.
    pub fn type_text(self, text: String) {
        self.set.text.set(text);
        self.stop_pause();
        self.pause.set_value(set_timeout_with_handle(move || self.read(), PAUSE).ok());
    }

    /// Opens a document in the place of the open one and reads it at once. The caller has saved the open one.
    pub fn open(self, document: OpenDocument) {
        self.put(document);
        self.read();
    }

    /// Opens a document as it is: one with labels is shown with these alone, until somebody has its text read.
    pub fn open_as_it_is(self, document: OpenDocument) {
        if document.labels().entities.is_empty() {
            return self.open(document);
        }
        self.put(document);
        self.stop_pause();
        self.set.refusal.set(None);
        self.set.shown.set(None);
        self.set.as_opened.set(true);
    }

    /// Opens a document that was kept. Labels that came from a file are shown as they came; a draft that was never read
    /// is read now.
    pub fn open_kept(self, body: Body, state: State) {
        let (text, note) = (body.text().to_owned(), body.note().to_owned());
        match state == State::Labelled {
            true => self.open_as_it_is(body.document),
            false => self.open(body.document),
        }
        self.set_checked(body.checked);
        self.set_note(note);
        if self.text.with_untracked(|shown| *shown != text) {
            self.set.text.set(text);
            self.read();
        }
    }

    /// The one place where another document takes the place of the open one.
    fn put(self, document: OpenDocument) {
        self.asker.open_document();
        self.set.text.set(document.text().to_owned());
        self.set.window.set(0);
        self.set_checked(false);
        self.set_note(String::new());
        self.editor.open(document);
        self.set.visits.update(|visits| *visits += 1);
    }

    /// The open document as it is kept.
    pub fn body(self) -> Body {
        let (text, model) = (self.text.get_untracked(), self.model.get_untracked());
        let document = self.editor.document.get_untracked();
        let draft = (text != document.text()).then_some(text);
        let mut body = Body::new(model.folder(), document, draft);
        body.checked = self.checked.get_untracked();
        self.note.with_untracked(|note| body.set_note(note));
        body
    }

    /// The state of the open document, as it is kept.
    pub fn state(self) -> State {
        if self.as_opened.get_untracked() { State::Labelled } else { State::New }
    }

    /// Says whether the open document is done.
    pub fn set_checked(self, checked: bool) {
        self.set.checked.set(checked);
    }

    /// Puts a remark on the open document, in the place of the one before.
    pub fn set_note(self, note: String) {
        self.set.note.set(note);
    }

    /// Where training data from here comes from: the model that has read the open document, now.
    pub fn provenance(self) -> Provenance {
        let reader = self.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.model));
        let model = reader.map(|model| untrack(|| self.models.title(model)));
        Provenance { model, when: String::from(js_sys::Date::new_0().to_iso_string()) }
    }

    /// Whether there is nothing to keep: no text, or an example as it came.
    pub fn is_untouched(self) -> bool {
        let mut examples = ModelName::SHIPPED.into_iter().flat_map(ModelName::examples);
        let is_example =
            self.text.with_untracked(|text| text.is_empty() || examples.any(|(_, example)| text == example));
        let is_judged = self.checked.get_untracked() || self.note.with_untracked(|note| !note.is_empty());
        is_example && !is_judged && !self.editor.document.with_untracked(OpenDocument::is_corrected)
    }

    /// Reads the text with another model.
    pub fn choose_model(self, model: ModelName) {
        if model == self.model.get_untracked() {
            return;
        }
        let was_example =
            (self.model.get_untracked().examples().iter()).any(|(_, text)| self.text.with_untracked(|own| own == text));
        self.set.model.set(model);
        self.asker.turn_to(engine_for(model, self.device.get_untracked()));
        self.rereading.forget();
        remember_model(model);
        if model == ModelName::NoModel {
            self.editor.known.set(Types::default());
        }
        if let Some((_, text)) = model.examples().first().filter(|_| was_example) {
            self.set.text.set((*text).to_owned());
        }
        self.read();
    }

    /// Reads the text on another device.
    pub fn choose_device(self, device: DeviceChoice) {
        if device == self.device.get_untracked() {
            return;
        }
        self.set.device.set(device);
        self.asker.turn_to(engine_for(self.model.get_untracked(), device));
        self.read();
    }

    /// Forgets a model that a person has brought.
    pub fn remove_model(self, model: ModelName) {
        if self.model.get_untracked() == model {
            self.choose_model(ModelName::SHIPPED[0]);
        }
        self.models.forget(model);
    }

    /// Says something about the newest text in the place of a reading.
    pub fn refuse(self, sentence: String) {
        self.set.refusal.set(Some(sentence));
    }

    /// Shows the attention of another sentence.
    pub fn show_window(self, window: usize) {
        self.set.window.set(window);
    }

    /// Selects something, and the sentence that it is in.
    pub fn select(self, selection: Selection) {
        self.editor.select(selection);
        let word = self.editor.labels.with_untracked(|labels| {
            let entity = |id| labels.entity(id).map(|entity| entity.words.start);
            match selection {
                Selection::None => None,
                Selection::Entity(id) | Selection::Pair(id, _) => entity(id),
                Selection::Relation(id) => labels.relation(id).and_then(|relation| entity(relation.head)),
                Selection::Words(words) => Some(words.start),
            }
        });
        let sentence = word.and_then(|word| self.editor.document.with_untracked(|document| document.sentence_of(word)));
        if let Some(sentence) = sentence.filter(|&sentence| sentence != self.window.get_untracked()) {
            self.set.window.set(sentence);
        }
    }

    /// Makes an edit, and has the relations scored again.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it makes no sense.
    pub fn apply(self, edit: Edit) -> Result<(), Refusal> {
        self.editor.apply(edit)?;
        self.relate();
        Ok(())
    }

    /// Shows the labels under other types, or under the model's, once `follow` has had the person's labels follow.
    pub fn set_tagset(self, tagset: Option<Arc<Tagset>>, follow: impl FnOnce(&mut OpenDocument)) {
        self.editor.set_tagset(tagset, follow);
        self.relate();
    }

    /// Makes some edits as one step, and has the relations scored again.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if one of them makes no sense. Then none is made.
    pub fn apply_all(self, edits: Vec<Edit>) -> Result<(), Refusal> {
        self.editor.apply_all(edits)?;
        self.relate();
        Ok(())
    }

    /// Takes the last edit back, and says whether there was one.
    pub fn undo(self) -> bool {
        let done = self.editor.undo();
        self.relate();
        done
    }

    /// Makes the edit again that was taken back last, and says whether there was one.
    pub fn redo(self) -> bool {
        let done = self.editor.redo();
        self.relate();
        done
    }

    /// Whether what is shown belongs to another text or model than what is chosen.
    pub fn is_stale(self) -> bool {
        let text = self.text.get();
        if self.model.get() == ModelName::NoModel {
            return self.editor.document.with(|document| document.text() != text);
        }
        self.shown.with(|shown| match shown {
            Some(shown) => shown.model != self.model.get() || shown.reading.annotation.text != text,
            None => !text.trim().is_empty() && !self.as_opened.get(),
        })
    }

    /// Whether what is shown is about to change, because the worker has not answered yet.
    pub fn is_busy(self) -> bool {
        self.is_stale() || self.relating.is_running()
    }

    /// Whether there has been something to look at: labels, an empty text, or a failure.
    pub fn has_begun(self) -> Memo<bool> {
        Memo::new(move |begun: Option<&bool>| {
            begun == Some(&true)
                || self.shown.with(Option::is_some)
                || self.as_opened.get()
                || self.model.get() == ModelName::NoModel
                || self.text.with(|text| text.trim().is_empty())
                || self.refusal.with(Option::is_some)
                || matches!(self.phase(), Phase::Failed(_))
        })
    }
}

/// The engine for a model, if that is one.
fn engine_for(model: ModelName, device: DeviceChoice) -> Option<(ModelName, DeviceChoice)> {
    (model != ModelName::NoModel).then_some((model, device))
}

/// The note that the last visit had no model, so that the next one fetches none.
const NO_MODEL: &str = "sinet-no-model";

fn had_no_model() -> bool {
    notes::kept(NO_MODEL).is_some()
}

fn remember_model(model: ModelName) {
    match model {
        // Without room for it, the next visit begins like the first.
        ModelName::NoModel => _ = notes::keep(NO_MODEL, "yes"),
        _ => notes::forget(NO_MODEL),
    }
}
