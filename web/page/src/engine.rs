//! The page's side of an inference worker: starting it, loading a model, asking, and starting again after a crash.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;
use leptos::prelude::*;
use sinet_page::catalogue::ModelName;
use sinet_page::device::{WorkerKind, choose_worker};
use sinet_page::reading::Reading;
use sinet_protocol::{DeviceChoice, DeviceReport, Reply, Request, Switches, TypeName};
use sinet_text::annotation::{Relation, WordRange};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::adapter;

/// A model in a worker of its own. Clones are the same engine; the worker ends with the last of them.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

/// How far an engine has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The worker starts.
    Starting,
    /// The model's files arrive.
    Loading {
        /// Bytes that are here.
        loaded_bytes: u64,
        /// Bytes in all.
        total_bytes: u64,
    },
    /// The model answers, on this device.
    Ready(DeviceReport),
    /// Nothing works, for the reason in this sentence. The next question starts anew.
    Failed(String),
}

/// What comes back for a text.
pub struct Answer {
    /// The annotation.
    pub reading: Reading,
    /// From text to annotation in the worker, in milliseconds.
    pub milliseconds: f64,
}

struct Inner {
    model: ModelName,
    choice: DeviceChoice,
    phase: ArcRwSignal<Phase>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    worker: Option<RunningWorker>,
    /// Whether the model is loaded, so that questions may be posted.
    types: Option<[Vec<TypeName>; 2]>,
    questions: BTreeMap<u32, Question>,
    next_id: u32,
    /// The text that the worker was asked to annotate last: relations can be scored in this one only.
    encoded: Option<String>,
    /// Crashes since the last answer.
    crashes: u32,
}

impl State {
    fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id
    }
}

/// What was asked, and where the answer goes.
enum Question {
    Annotate {
        text: String,
        answer: oneshot::Sender<Result<Answer, String>>,
    },
    Relate {
        /// The text that the spans are of; without it, whichever was annotated last.
        text: Option<String>,
        spans: Vec<WordRange>,
        threshold: Option<f32>,
        answer: oneshot::Sender<Result<Vec<Relation>, String>>,
    },
}

impl Question {
    fn request(&self, id: u32) -> Request {
        match self {
            Self::Annotate { text, .. } => Request::Annotate { id, text: text.clone() },
            Self::Relate { spans, threshold, .. } => {
                Request::Relate { id, spans: spans.clone(), threshold: *threshold, switches: Switches::default() }
            }
        }
    }

    /// Answers with one sentence about why there is no answer.
    fn refuse(self, message: String) {
        // Whoever asked may have gone.
        match self {
            Self::Annotate { answer, .. } => drop(answer.send(Err(message))),
            Self::Relate { answer, .. } => drop(answer.send(Err(message))),
        }
    }
}

/// A worker with its listeners; dropping it ends both.
struct RunningWorker {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(Event)>,
}

impl Drop for RunningWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Engine {
    /// Starts a worker for a model.
    pub fn start(model: ModelName, choice: DeviceChoice) -> Self {
        let engine =
            Self(Rc::new(Inner { model, choice, phase: ArcRwSignal::new(Phase::Starting), state: RefCell::default() }));
        engine.0.clone().launch_best();
        engine
    }

    /// How far it has come.
    pub fn phase(&self) -> ArcRwSignal<Phase> {
        self.0.phase.clone()
    }

    /// Annotates a text, as soon as the model is there.
    ///
    /// # Errors
    ///
    /// One sentence for the reader, if the model cannot be had or refuses the text.
    pub async fn annotate(&self, text: String) -> Result<Answer, String> {
        let (answer, receiver) = oneshot::channel();
        if matches!(self.0.phase.get_untracked(), Phase::Failed(_)) {
            self.0.clone().launch_best();
        }
        self.0.ask(Question::Annotate { text, answer });
        receiver
            .await
            .unwrap_or_else(|_| Err("The page turned to another text or model before this text was read.".to_owned()))
    }

    /// Scores the relations between certain spans of a text, or without one of the text that was annotated last.
    ///
    /// If the worker holds another text, or was started anew, it annotates this one again first.
    ///
    /// # Errors
    ///
    /// One sentence for the reader, if there is no such text or the model has gone.
    pub async fn relate(
        &self,
        text: Option<String>,
        spans: Vec<WordRange>,
        threshold: Option<f32>,
    ) -> Result<Vec<Relation>, String> {
        let (answer, receiver) = oneshot::channel();
        self.0.ask(Question::Relate { text, spans, threshold, answer });
        receiver.await.unwrap_or_else(|_| Err("The page turned to another text or model.".to_owned()))
    }

    /// Drops every open question and ends the worker.
    pub fn close(&self) {
        let mut state = self.0.state.borrow_mut();
        state.worker = None;
        state.types = None;
        state.questions.clear();
    }

    /// Drops every open question, by ending the worker and starting another: nothing else stops a computation.
    pub fn interrupt(&self) {
        self.0.state.borrow_mut().questions.clear();
        self.0.clone().launch_best();
    }
}

impl Inner {
    /// Asks the browser for its adapter and starts the worker that fits.
    fn launch_best(self: Rc<Self>) {
        self.phase.set(Phase::Starting);
        {
            let mut state = self.state.borrow_mut();
            state.worker = None;
            state.types = None;
            state.crashes = 0;
        }
        spawn_local(async move {
            let adapter = adapter::probe().await;
            let (kind, reason) = choose_worker(self.choice, adapter.as_ref());
            self.launch(kind, reason);
        });
    }

    fn launch(self: &Rc<Self>, kind: WorkerKind, reason: String) {
        self.phase.set(Phase::Starting);
        let (script, device) = match kind {
            WorkerKind::Cpu => ("sinet-worker-cpu_loader.js", DeviceChoice::Cpu),
            WorkerKind::Gpu => ("sinet-worker-gpu_loader.js", self.choice),
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = match Worker::new_with_options(&crate::address(script), &options) {
            Ok(worker) => worker,
            Err(_) => return self.fail("This browser starts no module workers; use a newer one."),
        };
        let load = Request::Load { base: crate::address(&format!("models/{}/", self.model.folder())), device, reason };
        let weak = Rc::downgrade(self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                match event.data().as_string().and_then(|json| serde_json::from_str(&json).ok()) {
                    Some(Reply::Ready) => inner.post(&load),
                    Some(reply) => inner.receive(reply),
                    None => inner.crash("it sent a message that this page does not know"),
                }
            }
        });
        let weak: Weak<Self> = Rc::downgrade(self);
        let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            event.prevent_default();
            let message = event.dyn_into::<ErrorEvent>().map(|error| error.message()).unwrap_or_default();
            if let Some(inner) = weak.upgrade() {
                inner.crash(if message.is_empty() { "its program could not be loaded" } else { &message });
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let running = RunningWorker { worker, _on_message: on_message, _on_error: on_error };
        let mut state = self.state.borrow_mut();
        state.types = None;
        state.worker = Some(running);
    }

    fn receive(self: &Rc<Self>, reply: Reply) {
        match reply {
            // Nothing is asked yet that these would answer.
            Reply::Ready | Reply::Explained { .. } => {}
            Reply::Progress { loaded_bytes, total_bytes } => {
                self.phase.set(Phase::Loading { loaded_bytes, total_bytes });
            }
            Reply::Loaded { entity_types, relation_types, device, .. } => {
                let open: Vec<u32> = {
                    let mut state = self.state.borrow_mut();
                    state.types = Some([entity_types, relation_types]);
                    state.encoded = None;
                    state.questions.keys().copied().collect()
                };
                self.phase.set(Phase::Ready(device));
                for id in open {
                    self.put(id);
                }
            }
            Reply::Annotated { id, annotation, attention, milliseconds } => {
                let mut state = self.state.borrow_mut();
                state.crashes = 0;
                let Some([entity_types, relation_types]) = state.types.clone() else { return };
                if let Some(Question::Annotate { answer, .. }) = state.questions.remove(&id) {
                    let reading = Reading::new(annotation, attention, entity_types, relation_types);
                    answer.send(Ok(Answer { reading, milliseconds })).ok();
                }
            }
            Reply::Related { id, relations, .. } => {
                let question = self.state.borrow_mut().questions.remove(&id);
                if let Some(Question::Relate { answer, .. }) = question {
                    answer.send(Ok(relations)).ok();
                }
            }
            Reply::Failed { id: Some(id), message } => {
                let question = self.state.borrow_mut().questions.remove(&id);
                if let Some(question) = question {
                    question.refuse(message);
                }
            }
            Reply::Failed { id: None, message } => self.fail(&message),
            Reply::Stopped { message } => self.crash(&message),
        }
    }

    fn ask(&self, question: Question) {
        let (id, loaded) = {
            let mut state = self.state.borrow_mut();
            let id = state.new_id();
            state.questions.insert(id, question);
            (id, state.types.is_some())
        };
        if loaded {
            self.put(id);
        }
    }

    /// Posts an open question to the worker, after the text that it is about if the worker does not hold that.
    fn put(&self, id: u32) {
        let (first, request) = {
            let mut state = self.state.borrow_mut();
            let Some(question) = state.questions.get(&id) else { return };
            let request = question.request(id);
            let (text, is_read) = match question {
                Question::Annotate { text, .. } => (Some(text.clone()), true),
                Question::Relate { text, .. } => (text.clone(), false),
            };
            let unknown = text.filter(|text| is_read || state.encoded.as_ref() != Some(text));
            let first = unknown.and_then(|text| {
                state.encoded = Some(text.clone());
                // Nobody waits for this answer.
                (!is_read).then(|| Request::Annotate { id: state.new_id(), text })
            });
            (first, request)
        };
        for request in first.iter().chain([&request]) {
            self.post(request);
        }
    }

    fn post(&self, request: &Request) {
        let json = serde_json::to_string(request).expect("requests are plain JSON");
        if let Some(running) = &self.state.borrow().worker {
            running.worker.post_message(&JsValue::from_str(&json)).ok();
        }
    }

    /// The worker is gone: the first time another takes over on the CPU, with every open question.
    fn crash(self: &Rc<Self>, why: &str) {
        let crashes = {
            let mut state = self.state.borrow_mut();
            state.crashes += 1;
            state.crashes
        };
        if crashes == 1 {
            let reason = format!("The worker before this one stopped ({why}), so the CPU took over.");
            self.launch(WorkerKind::Cpu, reason);
        } else {
            self.fail(&format!("The model stopped twice ({why}); press Annotate to start it again."));
        }
    }

    fn fail(&self, message: &str) {
        let questions = {
            let mut state = self.state.borrow_mut();
            state.worker = None;
            state.types = None;
            std::mem::take(&mut state.questions)
        };
        self.phase.set(Phase::Failed(message.to_owned()));
        for question in questions.into_values() {
            question.refuse(message.to_owned());
        }
    }
}
