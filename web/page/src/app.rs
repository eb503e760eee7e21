//! The page as a whole: its state, and how a text becomes a reading.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sinet_document::Reading;
use sinet_document::record::{Body, State};
use sinet_document::{Edit, FoundRelation, OpenDocument, Refusal, Selection};
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::parse_choice;
use sinet_logic::files::dropped::{self, Meaning};
use sinet_protocol::{DeviceChoice, Keeping};

use crate::correct::Editor;
use crate::correct::interaction::Interaction;
use crate::engine::Devices;
use crate::engine::Models;
use crate::engine::{Answer, Engine, Phase};
use crate::explain::Comparison;
use crate::explain::{MOST, Understanding};
use crate::files::drop::{Gathered, NamedFile};
use crate::files::{self, Files};
use crate::library::Library;
use crate::network::Offline;

/// How long a person must stop typing before the text is read.
const PAUSE: Duration = Duration::from_millis(400);
/// A computation that has run this long is given up when there is a newer text.
const PATIENCE_MS: f64 = 1500.0;

/// How much of a text a measurement reads.
const MEASURED_CHARACTERS: usize = 400;

/// The state of the page; a copy is the same state.
#[derive(Clone, Copy)]
pub struct Page {
    /// What the person has typed.
    pub text: RwSignal<String>,
    /// The model that reads it.
    pub model: RwSignal<ModelName>,
    /// The document that is open, with what the newest reading says and what a person has made of it.
    pub editor: Editor,
    /// What the person does with it.
    pub interaction: Interaction,
    /// The newest reading, which may be of an older text.
    pub shown: RwSignal<Option<Shown>>,
    /// The sentence whose attention is shown, as an index into the reading's windows.
    pub window: RwSignal<usize>,
    /// Why the newest text has no reading.
    pub refusal: RwSignal<Option<String>>,
    /// Since when a text is being read, in milliseconds since 1970.
    pub busy_since: RwSignal<Option<f64>>,
    /// Why the reading is as it is, and how it would be otherwise.
    pub understanding: Understanding,
    /// The same text, read by another model.
    pub comparison: Comparison,
    /// The model at work.
    pub engine: RwSignal<Engine, LocalStorage>,
    /// A newer text waits.
    again: RwSignal<bool>,
    relating: RwSignal<Relating>,
    pause: StoredValue<Option<TimeoutHandle>>,
    /// The models that people have brought, and what the browser keeps.
    pub models: Models,
    /// The devices of this machine.
    pub devices: Devices,
    /// The page without a network.
    pub offline: Offline,
    /// The documents that the browser keeps.
    pub library: Library,
    /// What came of files that were opened.
    pub files: Files,
    /// The labels are shown as a file has them: nothing was read since.
    pub as_opened: RwSignal<bool>,
}

/// Whether the worker scores relations between corrected entities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Relating {
    #[default]
    No,
    Asked,
    /// The document was corrected again since.
    AskedAndStale,
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

impl Page {
    /// The page as it starts, with what its address names.
    pub fn open() -> Self {
        let model = ModelName::Scientific;
        let (choice, refusal) = wanted_device();
        let example = model.examples()[0].1;
        let page = Self {
            text: RwSignal::new(example.to_owned()),
            model: RwSignal::new(model),
            editor: Editor::new(OpenDocument::of_text(example)),
            interaction: Interaction::new(),
            shown: RwSignal::new(None),
            window: RwSignal::new(0),
            refusal: RwSignal::new(None),
            busy_since: RwSignal::new(None),
            understanding: Understanding::new(),
            comparison: Comparison::new(),
            engine: RwSignal::new_local(Engine::start(model, choice)),
            again: RwSignal::new(false),
            relating: RwSignal::default(),
            pause: StoredValue::new(None),
            models: Models::new(),
            devices: Devices::new(choice),
            offline: Offline::new(),
            library: Library::new(),
            files: Files::new(),
            as_opened: RwSignal::new(false),
        };
        page.models.refresh();
        if !page.files.open_link(page) {
            page.read();
        }
        page.library.start(page);
        if refusal.is_some() {
            page.refusal.set(refusal);
        }
        page
    }

    /// How far the model has come.
    pub fn phase(self) -> Phase {
        self.engine.with(Engine::phase).get()
    }

    /// Takes a new text, and reads it when nothing more comes for a moment.
    pub fn type_text(self, text: String) {
        self.text.set(text);
        self.stop_pause();
        self.pause.set_value(set_timeout_with_handle(move || self.read(), PAUSE).ok());
    }

    /// Opens a text as a new document and reads it at once.
    pub fn put_text(self, text: &str) {
        self.open_document(OpenDocument::of_text(text));
    }

    /// Opens a document, which may have labels already, and reads it at once.
    pub fn open_document(self, document: OpenDocument) {
        self.library.leave(self);
        self.load(document);
    }

    /// Shows a document in the place of the open one, which is saved or to be forgotten.
    pub fn load(self, document: OpenDocument) {
        self.text.set(document.text().to_owned());
        self.window.set(0);
        self.editor.open(document);
        self.read();
    }

    /// The open document as it is kept.
    pub fn body(self) -> Body {
        let (text, model) = (self.text.get_untracked(), self.model.get_untracked());
        let document = self.editor.document.get_untracked();
        let draft = (text != document.text()).then_some(text);
        Body::new(model.folder(), document, draft)
    }

    /// What a model has made of the open document, as it is kept.
    pub fn state(self) -> State {
        if self.as_opened.get_untracked() { State::Labelled } else { State::New }
    }

    /// Opens a document that was kept, with its model if that is still here.
    pub fn show_body(self, body: Body, state: State) {
        let is_known = |model: &ModelName| {
            !model.is_own() || self.models.own.with_untracked(|own| own.iter().any(|(name, _)| name == model))
        };
        if let Some(model) = ModelName::from_folder(&body.model).filter(is_known) {
            self.switch_model(model);
        }
        let text = body.text().to_owned();
        // Labels that came from a file are shown as they came, until somebody wants a model to read it.
        match state == State::Labelled {
            true => self.load_labelled(body.document),
            false => self.load(body.document),
        }
        if self.text.with_untracked(|shown| *shown != text) {
            self.text.set(text);
            self.read();
        }
    }

    /// Whether there is nothing to keep: no text, or an example as it came.
    pub fn is_untouched(self) -> bool {
        let mut examples = ModelName::SHIPPED.into_iter().flat_map(ModelName::examples);
        let is_example =
            self.text.with_untracked(|text| text.is_empty() || examples.any(|(_, example)| text == example));
        is_example && !self.editor.document.with_untracked(OpenDocument::is_corrected)
    }

    /// The engine of the model that is chosen.
    pub fn engine_now(self) -> Engine {
        self.engine.get_untracked()
    }

    /// Opens a document as it is: one with labels is shown with these alone, until somebody has its text read.
    pub fn open_labelled(self, document: OpenDocument) {
        if document.labels().entities.is_empty() {
            return self.open_document(document);
        }
        self.library.leave(self);
        self.load_labelled(document);
    }

    fn load_labelled(self, document: OpenDocument) {
        self.stop_pause();
        self.again.set(false);
        self.refusal.set(None);
        self.text.set(document.text().to_owned());
        self.window.set(0);
        self.shown.set(None);
        self.editor.open(document);
        self.as_opened.set(true);
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
            self.window.set(sentence);
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

    /// Reads the text with another model.
    pub fn switch_model(self, model: ModelName) {
        if model == self.model.get_untracked() {
            return;
        }
        let was_example =
            (self.model.get_untracked().examples().iter()).any(|(_, text)| self.text.with_untracked(|own| own == text));
        self.engine.with_untracked(Engine::close);
        self.model.set(model);
        self.engine.set(Engine::start(model, self.devices.choice.get_untracked()));
        self.understanding.forget();
        if let Some((_, text)) = model.examples().first().filter(|_| was_example) {
            self.text.set((*text).to_owned());
        }
        self.read();
    }

    /// Reads the text on another device.
    pub fn switch_device(self, choice: DeviceChoice) {
        if choice == self.devices.choice.get_untracked() {
            return;
        }
        self.devices.choice.set(choice);
        self.engine.with_untracked(Engine::close);
        self.engine.set(Engine::start(self.model.get_untracked(), choice));
        self.read();
    }

    /// Whether the browser keeps the model for the next visit.
    pub fn keeping(self) -> Keeping {
        self.engine.with(Engine::keeping).get()
    }

    /// Measures the model on each device, with the beginning of the text.
    pub fn measure_devices(self) {
        let text = self.text.with_untracked(|text| text.chars().take(MEASURED_CHARACTERS).collect::<String>());
        self.devices.measure(self.model.get_untracked(), text);
    }

    /// Takes in a model that a person has brought, and reads the text with it.
    pub fn add_model(self, files: Vec<NamedFile>) {
        self.models.add(files, move |model| self.switch_model(model));
    }

    /// Takes files that were dropped on the page.
    pub fn take_files(self, gathered: Gathered) {
        match dropped::meaning(gathered.files.iter().map(|(path, _)| path.as_str())) {
            Meaning::Model => spawn_local(async move {
                match files::is_archive_of_labels(&gathered.files).await {
                    true => self.files.open(self, gathered),
                    false => {
                        self.files.failures.set(gathered.failures());
                        self.add_model(gathered.files);
                    }
                }
            }),
            Meaning::Documents | Meaning::Nothing => self.files.open(self, gathered),
        }
    }

    /// Forgets a model that a person has brought.
    pub fn remove_model(self, model: ModelName) {
        if self.model.get_untracked() == model {
            self.switch_model(ModelName::SHIPPED[0]);
        }
        self.models.forget(model);
    }

    /// Reads the text as it is now.
    pub fn read(self) {
        self.stop_pause();
        self.refusal.set(None);
        self.as_opened.set(false);
        let text = self.text.get_untracked();
        if text.trim().is_empty() {
            self.again.set(false);
            self.shown.set(None);
            return self.editor.take_text(text);
        }
        if let Some(since) = self.busy_since.get_untracked() {
            self.again.set(true);
            if js_sys::Date::now() - since > PATIENCE_MS && matches!(self.phase_now(), Phase::Ready(_)) {
                self.engine.with_untracked(Engine::interrupt);
            }
            return;
        }
        self.busy_since.set(Some(js_sys::Date::now()));
        let (engine, model) = (self.engine.get_untracked(), self.model.get_untracked());
        spawn_local(async move {
            let answer = engine.annotate(text).await;
            self.busy_since.set(None);
            let newer = self.again.get_untracked() || self.model.get_untracked() != model;
            match answer {
                _ if self.as_opened.get_untracked() => {}
                Ok(answer) if self.model.get_untracked() == model && !self.is_empty() => {
                    let Answer { reading, milliseconds } = answer;
                    let shown = Shown { reading: Arc::new(reading), model, milliseconds };
                    match engine.own_settings() {
                        Some(settings) => self.take_own_reading(shown, settings),
                        None => self.show(shown),
                    }
                }
                Err(message) if !newer => self.refusal.set(Some(message)),
                _ => {}
            }
            if newer && !self.as_opened.get_untracked() {
                self.again.set(false);
                self.read();
            }
        });
    }

    /// Puts a reading on the page; a person's corrections stay.
    pub fn show(self, shown: Shown) {
        self.editor.take_reading(&shown.reading);
        if self.window.get_untracked() >= shown.reading.window_count() {
            self.window.set(0);
        }
        self.shown.set(Some(shown));
        if self.editor.document.with_untracked(OpenDocument::has_own_entities) {
            self.relate();
        }
    }

    /// Scores the relations between the entities of the document anew, from what the encoder made of its text.
    ///
    /// A text that is not read yet needs no such thing: its reading will lead here.
    pub fn relate(self) {
        if self.relating.get_untracked() != Relating::No {
            return self.relating.set(Relating::AskedAndStale);
        }
        if untrack(|| self.is_stale()) || self.as_opened.get_untracked() {
            return;
        }
        let (engine, model) = (self.engine.get_untracked(), self.model.get_untracked());
        let text = self.editor.document.with_untracked(|document| document.text().to_owned());
        let (ids, spans): (Vec<_>, Vec<_>) = self
            .editor
            .labels
            .with_untracked(|labels| labels.entities.iter().map(|entity| (entity.id, entity.words)).unzip());
        let settings = untrack(|| self.understanding.settings());
        let threshold = settings.map(|settings| settings.relation_threshold);
        let switches = settings.map(|settings| settings.switches).unwrap_or_default();
        let is_own = self.understanding.chosen.with_untracked(Option::is_none);
        let most = (!is_own).then_some(MOST.relations);
        self.relating.set(Relating::Asked);
        spawn_local(async move {
            let answer = engine.relate(Some(text.clone()), spans, threshold, switches, most).await;
            let newer = self.relating.get_untracked() == Relating::AskedAndStale;
            self.relating.set(Relating::No);
            let same_text = self.editor.document.with_untracked(|document| document.text() == text);
            if newer {
                return self.relate();
            }
            match answer {
                Ok(relations) if same_text && self.model.get_untracked() == model => {
                    let found = relations.into_iter().filter_map(|relation| {
                        let (head, tail) = (*ids.get(relation.head)?, *ids.get(relation.tail)?);
                        Some(FoundRelation { kind: relation.kind, head, tail, score: Some(relation.score) })
                    });
                    self.editor.document.update(|document| document.take_relations(found.collect()));
                }
                Err(message) if same_text => self.refusal.set(Some(message)),
                _ => {}
            }
        });
    }

    /// Whether what is shown is about to change, because the worker has not answered yet.
    pub fn is_busy(self) -> bool {
        self.is_stale() || self.relating.get() != Relating::No
    }

    /// Whether there has been something to look at: labels, an empty text, or a failure.
    pub fn has_begun(self) -> Memo<bool> {
        Memo::new(move |begun: Option<&bool>| {
            begun == Some(&true)
                || self.shown.with(Option::is_some)
                || self.as_opened.get()
                || self.text.with(|text| text.trim().is_empty())
                || self.refusal.with(Option::is_some)
                || matches!(self.phase(), Phase::Failed(_))
        })
    }

    /// The page as it would be with another document and another reading, for the views that show one.
    pub fn beside(self, editor: Editor, shown: RwSignal<Option<Shown>>) -> Self {
        Self { editor, shown, window: RwSignal::new(0), ..self }
    }

    /// Whether what is shown belongs to another text or model than what is chosen.
    pub fn is_stale(self) -> bool {
        let text = self.text.get();
        self.shown.with(|shown| match shown {
            Some(shown) => shown.model != self.model.get() || shown.reading.annotation.text != text,
            None => !text.trim().is_empty() && !self.as_opened.get(),
        })
    }

    /// Reads again what a lost connection has kept from being read.
    pub fn reconnect(self) {
        if matches!(self.phase_now(), Phase::Failed(failure) if failure.waits_for_connection()) {
            self.read();
        }
    }

    fn phase_now(self) -> Phase {
        self.engine.with_untracked(Engine::phase).get_untracked()
    }

    fn is_empty(self) -> bool {
        self.text.with_untracked(|text| text.trim().is_empty())
    }

    fn stop_pause(self) {
        self.pause.update_value(|pause| {
            if let Some(pause) = pause.take() {
                pause.clear();
            }
        });
    }
}

/// What `?device=` says, and a sentence if it says something unknown.
fn wanted_device() -> (DeviceChoice, Option<String>) {
    let query = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let parameters = web_sys::UrlSearchParams::new_with_str(&query).ok();
    match parameters.and_then(|parameters| parameters.get("device")) {
        None => (DeviceChoice::Auto, None),
        Some(name) => match parse_choice(&name) {
            Some(choice) => (choice, None),
            None => {
                let sentence = format!("There is no device “{name}”: use ?device=auto, cpu or webgpu in the address.");
                (DeviceChoice::Auto, Some(sentence))
            }
        },
    }
}
