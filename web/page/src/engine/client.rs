//! The page's side of an inference worker: starting it, loading a model, asking, and starting again after a crash.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use futures_channel::oneshot;
use leptos::prelude::*;
use sinet_document::Reading;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::{WorkerKind, choose_worker};
use sinet_logic::engine::failure::{Failure, Step, next_step};
use sinet_protocol::{DeviceChoice, DeviceReport, Keeping, Most, Reply, Request, Settings, Switches};
use sinet_text::TypeName;
use sinet_text::annotation::{Relation, WordRange};
use sinet_text::explanation::{self, Explanation};
use wasm_bindgen_futures::spawn_local;

use super::adapter;
use super::worker::RunningWorker;
use crate::network::{address, requests};

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
    /// Nothing works. The next question starts anew.
    Failed(Failure),
}

/// What comes back for a text.
pub struct Answer {
    /// The annotation.
    pub reading: Reading,
    /// From text to annotation in the worker, in milliseconds.
    pub milliseconds: f64,
}

/// What comes back for a text that is read once more.
pub struct Reread {
    /// The likeliest entities and relations of each window.
    pub reading: Reading,
    /// Entities that were found beyond those.
    pub more_entities: usize,
    /// Relations between those entities that were found beyond those.
    pub more_relations: usize,
}

struct Inner {
    model: ModelName,
    choice: DeviceChoice,
    phase: ArcRwSignal<Phase>,
    keeping: ArcRwSignal<Keeping>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    worker: Option<(WorkerKind, RunningWorker)>,
    /// Whether the model is loaded, so that questions may be posted.
    types: Option<[Vec<TypeName>; 2]>,
    /// How the model reads by itself.
    own_settings: Option<Settings>,
    questions: BTreeMap<u32, Question>,
    next_id: u32,
    /// Workers of the present kind that have stopped since the last answer.
    stopped: u32,
    /// The text that was annotated last.
    text: Option<String>,
    /// Whether the present worker was asked to annotate it: relations can be scored in this one only.
    is_encoded: bool,
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
        aside: bool,
        answer: oneshot::Sender<Result<Answer, String>>,
    },
    Relate {
        /// The text that the spans are of; without it, whichever was annotated last.
        text: Option<String>,
        spans: Vec<WordRange>,
        threshold: Option<f32>,
        switches: Switches,
        most: Option<usize>,
        answer: oneshot::Sender<Result<Vec<Relation>, String>>,
    },
    Reread {
        text: String,
        settings: Settings,
        most: Most,
        answer: oneshot::Sender<Result<Reread, String>>,
    },
    Explain {
        text: String,
        question: explanation::Question,
        settings: Settings,
        answer: oneshot::Sender<Result<Explanation, String>>,
    },
    Measure {
        text: String,
        answer: oneshot::Sender<Result<f64, String>>,
    },
}

impl Question {
    fn request(&self, id: u32) -> Request {
        match self {
            Self::Annotate { text, aside, .. } => Request::Annotate { id, text: text.clone(), aside: *aside },
            Self::Relate { spans, threshold, switches, most, .. } => {
                let (spans, threshold, switches) = (spans.clone(), *threshold, *switches);
                Request::Relate { id, spans, threshold, switches, most: *most }
            }
            Self::Reread { settings, most, .. } => Request::Reread { id, settings: *settings, most: *most },
            Self::Explain { question, settings, .. } => {
                Request::Explain { id, question: question.clone(), settings: *settings }
            }
            Self::Measure { text, .. } => Request::Measure { id, text: text.clone() },
        }
    }

    /// Answers with one sentence about why there is no answer.
    fn refuse(self, message: String) {
        // Whoever asked may have gone.
        match self {
            Self::Annotate { answer, .. } => drop(answer.send(Err(message))),
            Self::Relate { answer, .. } => drop(answer.send(Err(message))),
            Self::Reread { answer, .. } => drop(answer.send(Err(message))),
            Self::Explain { answer, .. } => drop(answer.send(Err(message))),
            Self::Measure { answer, .. } => drop(answer.send(Err(message))),
        }
    }
}

impl Engine {
    /// Starts a worker for a model.
    pub fn start(model: ModelName, choice: DeviceChoice) -> Self {
        let engine = Self(Rc::new(Inner {
            model,
            choice,
            phase: ArcRwSignal::new(Phase::Starting),
            keeping: ArcRwSignal::new(Keeping::Kept),
            state: RefCell::default(),
        }));
        engine.0.clone().launch_best();
        engine
    }

    /// How far it has come.
    pub fn phase(&self) -> ArcRwSignal<Phase> {
        self.0.phase.clone()
    }

    /// Whether the browser keeps the model for the next visit.
    pub fn keeping(&self) -> ArcRwSignal<Keeping> {
        self.0.keeping.clone()
    }

    /// Annotates a text, as soon as the model is there. Relations are scored for this text from then on.
    ///
    /// # Errors
    ///
    /// One sentence for the reader, if the model cannot be had or refuses the text.
    pub async fn annotate(&self, text: String) -> Result<Answer, String> {
        self.annotate_as(text, false).await
    }

    /// Annotates another text meanwhile: relations are scored for the same text as before.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn annotate_aside(&self, text: String) -> Result<Answer, String> {
        self.annotate_as(text, true).await
    }

    async fn annotate_as(&self, text: String, aside: bool) -> Result<Answer, String> {
        let (answer, receiver) = oneshot::channel();
        self.retry();
        self.0.ask(Question::Annotate { text, aside, answer });
        receiver
            .await
            .unwrap_or_else(|_| Err("The page turned to another text or model before this text was read.".to_owned()))
    }

    /// The median time of annotating a short text, in milliseconds.
    ///
    /// # Errors
    ///
    /// One sentence for the reader, if the model cannot be had.
    pub async fn measure(&self, text: String) -> Result<f64, String> {
        let (answer, receiver) = oneshot::channel();
        self.retry();
        self.0.ask(Question::Measure { text, answer });
        receiver.await.unwrap_or_else(|_| Err("The page turned to another model.".to_owned()))
    }

    /// Starts anew, if nothing works.
    pub fn retry(&self) {
        if matches!(self.0.phase.get_untracked(), Phase::Failed(_)) {
            self.0.clone().launch_best();
        }
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
        switches: Switches,
        most: Option<usize>,
    ) -> Result<Vec<Relation>, String> {
        self.retry();
        self.answer(|answer| Question::Relate { text, spans, threshold, switches, most, answer }).await
    }

    /// Reads a text once more, in another way, from what the encoder made of it.
    ///
    /// # Errors
    ///
    /// As [`relate`](Self::relate).
    pub async fn reread(&self, text: String, settings: Settings, most: Most) -> Result<Reread, String> {
        self.retry();
        self.answer(|answer| Question::Reread { text, settings, most, answer }).await
    }

    /// Why something is found in a text that is read in this way, or is not.
    ///
    /// # Errors
    ///
    /// As [`relate`](Self::relate).
    pub async fn explain(
        &self,
        text: String,
        question: explanation::Question,
        settings: Settings,
    ) -> Result<Explanation, String> {
        self.answer(|answer| Question::Explain { text, question, settings, answer }).await
    }

    /// Asks about the text that was annotated, and waits.
    async fn answer<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<Result<T, String>>) -> Question,
    ) -> Result<T, String> {
        let (answer, receiver) = oneshot::channel();
        self.0.ask(question(answer));
        receiver.await.unwrap_or_else(|_| Err("The page turned to another text or model.".to_owned()))
    }

    /// How the model reads by itself, once it is loaded.
    pub fn own_settings(&self) -> Option<Settings> {
        self.0.state.borrow().own_settings
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
            state.stopped = 0;
        }
        spawn_local(async move {
            let adapter = adapter::probe().await;
            let (kind, reason) = choose_worker(self.choice, adapter.as_ref(), adapter::has_program());
            self.launch(kind, reason);
        });
    }

    fn launch(self: &Rc<Self>, kind: WorkerKind, reason: String) {
        self.phase.set(Phase::Starting);
        let device = match kind {
            WorkerKind::Cpu => DeviceChoice::Cpu,
            WorkerKind::Gpu => self.choice,
        };
        let base = address(&format!("models/{}/", self.model.folder()));
        let load = Request::Load { base, own: self.model.is_own(), device, reason };
        let on_reply: Weak<Self> = Rc::downgrade(self);
        let on_stop = on_reply.clone();
        let started = RunningWorker::start(
            kind,
            move |reply| {
                if let Some(inner) = on_reply.upgrade() {
                    inner.receive(reply, &load);
                }
            },
            move |failure| {
                if let Some(inner) = on_stop.upgrade() {
                    inner.stop(failure);
                }
            },
        );
        match started {
            Ok(worker) => {
                let mut state = self.state.borrow_mut();
                state.types = None;
                state.is_encoded = false;
                state.worker = Some((kind, worker));
            }
            Err(failure) => self.fail(failure),
        }
    }

    fn receive(self: &Rc<Self>, reply: Reply, load: &Request) {
        match reply {
            Reply::Ready => self.post(load),
            Reply::Progress { loaded_bytes, total_bytes } => {
                self.phase.set(Phase::Loading { loaded_bytes, total_bytes });
            }
            Reply::Loaded { entity_types, relation_types, device, settings, keeping, .. } => {
                {
                    let mut state = self.state.borrow_mut();
                    state.types = Some([entity_types, relation_types]);
                    state.own_settings = Some(settings);
                }
                self.keeping.set(keeping);
                self.phase.set(Phase::Ready(device));
                self.replay();
            }
            Reply::Annotated { id, annotation, attention, milliseconds } => {
                let mut state = self.state.borrow_mut();
                state.stopped = 0;
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
            Reply::Reread { id, annotation, attention, more_entities, more_relations } => {
                let mut state = self.state.borrow_mut();
                let Some([entity_types, relation_types]) = state.types.clone() else { return };
                if let Some(Question::Reread { answer, .. }) = state.questions.remove(&id) {
                    let reading = Reading::new(annotation, attention, entity_types, relation_types);
                    answer.send(Ok(Reread { reading, more_entities, more_relations })).ok();
                }
            }
            Reply::Explained { id, explanation } => {
                let question = self.state.borrow_mut().questions.remove(&id);
                if let Some(Question::Explain { answer, .. }) = question {
                    answer.send(Ok(explanation)).ok();
                }
            }
            Reply::Measured { id, milliseconds } => {
                let question = self.state.borrow_mut().questions.remove(&id);
                if let Some(Question::Measure { answer, .. }) = question {
                    answer.send(Ok(milliseconds)).ok();
                }
            }
            Reply::Fetched { fetches } => requests::note(fetches),
            // Nothing is asked yet that these would answer.
            Reply::Kept { .. } => {}
            Reply::Failed { id: Some(id), fault, message } => {
                let question = self.state.borrow_mut().questions.remove(&id);
                if let Some(question) = question {
                    question.refuse(Failure::new(fault, message).sentence());
                }
            }
            Reply::Failed { id: None, fault, message } => self.fail(Failure::new(fault, message)),
            Reply::Stopped { fault, message } => self.stop(Failure::new(fault, message)),
        }
    }

    /// Posts every open question to a worker that has just loaded its model.
    fn replay(&self) {
        let open: Vec<u32> = self.state.borrow().questions.keys().copied().collect();
        for id in open {
            self.put(id);
        }
    }

    fn ask(&self, question: Question) {
        let (id, is_loaded) = {
            let mut state = self.state.borrow_mut();
            let id = state.new_id();
            state.questions.insert(id, question);
            (id, state.types.is_some())
        };
        if is_loaded {
            self.put(id);
        }
    }

    /// Posts an open question to the worker, after the text that it is about if the worker does not hold that.
    fn put(&self, id: u32) {
        let (first, request) = {
            let mut state = self.state.borrow_mut();
            let Some(question) = state.questions.get(&id) else { return };
            let request = question.request(id);
            let (asked, wanted) = match question {
                Question::Annotate { text, aside: false, .. } => (Some(text.clone()), None),
                Question::Relate { text, .. } => (None, text.clone().or_else(|| state.text.clone())),
                Question::Reread { text, .. } | Question::Explain { text, .. } => (None, Some(text.clone())),
                Question::Annotate { .. } | Question::Measure { .. } => (None, None),
            };
            let missing = wanted.filter(|text| !state.is_encoded || state.text.as_ref() != Some(text));
            // Nobody waits for this answer.
            let first = missing.clone().map(|text| Request::Annotate { id: state.new_id(), text, aside: false });
            if let Some(text) = asked.or(missing) {
                state.text = Some(text);
                state.is_encoded = true;
            }
            (first, request)
        };
        for request in first.iter().chain([&request]) {
            self.post(request);
        }
    }

    fn post(&self, request: &Request) {
        if let Some((_, worker)) = &self.state.borrow().worker {
            worker.post(request);
        }
    }

    /// The worker is gone. Another takes over with every open question, as long as there is hope.
    fn stop(self: &Rc<Self>, failure: Failure) {
        let step = {
            let mut state = self.state.borrow_mut();
            let kind = state.worker.as_ref().map_or(WorkerKind::Cpu, |(kind, _)| *kind);
            let step = next_step(failure.fault, kind, state.stopped);
            state.stopped = if step == Step::Restart(kind) { state.stopped + 1 } else { 0 };
            step
        };
        match step {
            Step::Restart(kind) => self.launch(kind, failure.aftermath(kind)),
            Step::GiveUp => self.fail(failure),
        }
    }

    fn fail(&self, failure: Failure) {
        let questions = {
            let mut state = self.state.borrow_mut();
            state.worker = None;
            state.types = None;
            std::mem::take(&mut state.questions)
        };
        let sentence = failure.sentence();
        self.phase.set(Phase::Failed(failure));
        for question in questions.into_values() {
            question.refuse(sentence.clone());
        }
    }
}
