//! The page's side of an inference worker: starting it, loading a model, asking, and starting again after a crash.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use futures_channel::oneshot;
use leptos::prelude::*;
use sinet_document::Reading;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::{WorkerKind, choose_worker};
use sinet_logic::engine::failure::{Failure, Step, next_step};
use sinet_logic::session::Unanswered;
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

/// The answer to a text.
pub struct Answer {
    /// The annotation.
    pub reading: Reading,
    /// From text to annotation in the worker, in milliseconds.
    pub milliseconds: f64,
}

/// The answer to a text that is read once more.
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
    worker: Option<(WorkerKind, Rc<RunningWorker>)>,
    /// Nobody is answered any more.
    is_closed: bool,
    /// Whether the model is loaded, so that questions may be posted.
    types: Option<[Vec<TypeName>; 2]>,
    /// How the model reads by itself.
    own_settings: Option<Settings>,
    questions: BTreeMap<u32, Question>,
    /// Questions that are not posted yet, because the worker reads their text first.
    waiting: BTreeSet<u32>,
    next_id: u32,
    /// Workers of the present kind that have stopped since the last answer.
    stopped: u32,
    /// The text that the present worker was asked to annotate last: it answers questions about this one only.
    encoding: Option<Encoding>,
}

/// A text that a worker encodes.
struct Encoding {
    /// Its request.
    id: u32,
    text: String,
    /// Whether the worker has answered, so that questions about the text may be posted.
    is_done: bool,
}

impl State {
    fn take(&mut self, id: u32) -> Option<Asks> {
        Some(self.questions.remove(&id)?.asks)
    }

    /// The worker goes, with all that it holds.
    fn forget_worker(&mut self) {
        self.worker = None;
        self.types = None;
        self.encoding = None;
    }

    fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id
    }
}

/// A question, and where its answer goes.
struct Question {
    /// Whether it is about the open document: then a newer one takes its place.
    is_open: bool,
    asks: Asks,
}

enum Asks {
    Annotate { text: String, answer: Answers<Answer> },
    Relate { text: String, relate: Relate, answer: Answers<Vec<Relation>> },
    Reread { text: String, settings: Settings, most: Most, answer: Answers<Reread> },
    Explain { text: String, question: explanation::Question, settings: Settings, answer: Answers<Explanation> },
    Measure { text: String, answer: Answers<f64> },
}

type Answers<T> = oneshot::Sender<Result<T, Unanswered>>;

/// How relations are scored.
#[derive(Debug, Clone)]
pub struct Relate {
    /// The entities, as words of the text.
    pub spans: Vec<WordRange>,
    /// The lowest probability that is reported, 0 to 1; without it, the model's own.
    pub threshold: Option<f32>,
    /// The parts of the network that take part.
    pub switches: Switches,
    /// How many relations of a window are reported at most, the likeliest; all without it.
    pub most: Option<usize>,
}

impl Question {
    fn request(&self, id: u32) -> Request {
        match &self.asks {
            Asks::Annotate { text, .. } => Request::Annotate { id, text: text.clone(), aside: !self.is_open },
            Asks::Relate { relate: Relate { spans, threshold, switches, most }, .. } => {
                let (spans, threshold, switches) = (spans.clone(), *threshold, *switches);
                Request::Relate { id, spans, threshold, switches, most: *most }
            }
            Asks::Reread { settings, most, .. } => Request::Reread { id, settings: *settings, most: *most },
            Asks::Explain { question, settings, .. } => {
                Request::Explain { id, question: question.clone(), settings: *settings }
            }
            Asks::Measure { text, .. } => Request::Measure { id, text: text.clone() },
        }
    }

    /// The text that the worker must have encoded before.
    fn needs(&self) -> Option<&String> {
        match &self.asks {
            Asks::Relate { text, .. } | Asks::Reread { text, .. } | Asks::Explain { text, .. } => Some(text),
            Asks::Annotate { .. } | Asks::Measure { .. } => None,
        }
    }

    /// Says why there is no answer.
    fn refuse(self, why: Unanswered) {
        // Whoever asked may have gone.
        match self.asks {
            Asks::Annotate { answer, .. } => drop(answer.send(Err(why))),
            Asks::Relate { answer, .. } => drop(answer.send(Err(why))),
            Asks::Reread { answer, .. } => drop(answer.send(Err(why))),
            Asks::Explain { answer, .. } => drop(answer.send(Err(why))),
            Asks::Measure { answer, .. } => drop(answer.send(Err(why))),
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

    /// The model that answers.
    pub fn model(&self) -> ModelName {
        self.0.model
    }

    /// The device that was chosen for it.
    pub fn device(&self) -> DeviceChoice {
        self.0.choice
    }

    /// Annotates the text of the open document, as soon as the model is there.
    ///
    /// # Errors
    ///
    /// [`Unanswered`], as every question to an engine.
    pub async fn annotate(&self, text: String) -> Result<Answer, Unanswered> {
        self.ask(true, |answer| Asks::Annotate { text, answer }).await
    }

    /// Annotates another text meanwhile. No newer question takes the place of this one.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn annotate_aside(&self, text: String) -> Result<Answer, Unanswered> {
        self.ask(false, |answer| Asks::Annotate { text, answer }).await
    }

    /// The median time of annotating a short text, in milliseconds.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn measure(&self, text: String) -> Result<f64, Unanswered> {
        self.ask(false, |answer| Asks::Measure { text, answer }).await
    }

    /// Scores the relations between certain spans of the open document's text. If the worker holds another text, or was
    /// started anew, it annotates this one again first.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn relate(&self, text: String, relate: Relate) -> Result<Vec<Relation>, Unanswered> {
        self.ask(true, |answer| Asks::Relate { text, relate, answer }).await
    }

    /// Scores the relations between certain spans of another text.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn relate_aside(&self, text: String, relate: Relate) -> Result<Vec<Relation>, Unanswered> {
        self.ask(false, |answer| Asks::Relate { text, relate, answer }).await
    }

    /// Reads the open document's text once more, in another way, from what the encoder made of it.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn reread(&self, text: String, settings: Settings, most: Most) -> Result<Reread, Unanswered> {
        self.ask(true, |answer| Asks::Reread { text, settings, most, answer }).await
    }

    /// Why something is found in the open document's text that is read in this way, or is not.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn explain(
        &self,
        text: String,
        question: explanation::Question,
        settings: Settings,
    ) -> Result<Explanation, Unanswered> {
        self.ask(true, |answer| Asks::Explain { text, question, settings, answer }).await
    }

    /// Asks and waits. An engine that has failed starts anew for it, one that is closed refuses.
    async fn ask<T>(&self, is_open: bool, asks: impl FnOnce(Answers<T>) -> Asks) -> Result<T, Unanswered> {
        if self.0.state.borrow().is_closed {
            return Err(Unanswered::Closed);
        }
        if matches!(self.0.phase.get_untracked(), Phase::Failed(_)) {
            self.0.clone().launch_best();
        }
        let (answer, receiver) = oneshot::channel();
        self.0.ask(Question { is_open, asks: asks(answer) });
        // A question is only ever dropped with its engine.
        receiver.await.unwrap_or(Err(Unanswered::Closed))
    }

    /// How the model reads by itself, once it is loaded.
    pub fn own_settings(&self) -> Option<Settings> {
        self.0.state.borrow().own_settings
    }

    /// Ends the worker. Every question gets [`Unanswered::Closed`], also those that come later.
    pub fn close(&self) {
        let questions = {
            let mut state = self.0.state.borrow_mut();
            state.is_closed = true;
            state.forget_worker();
            state.waiting.clear();
            std::mem::take(&mut state.questions)
        };
        questions.into_values().for_each(|question| question.refuse(Unanswered::Closed));
    }

    /// Drops all questions about the open document, which is another one by now or has another text: they get
    /// [`Unanswered::Overtaken`].
    pub fn leave_open(&self) {
        let left: Vec<Question> = {
            let mut state = self.0.state.borrow_mut();
            let State { questions, waiting, .. } = &mut *state;
            let left: Vec<u32> = questions.iter().filter(|(_, it)| it.is_open).map(|(&id, _)| id).collect();
            waiting.retain(|id| !left.contains(id));
            left.iter().filter_map(|id| questions.remove(id)).collect()
        };
        left.into_iter().for_each(|question| question.refuse(Unanswered::Overtaken));
    }

    /// As [`leave_open`](Self::leave_open), and stops the computation that is going on by starting another worker: nothing
    /// else does. That one gets all questions that are not about the open document.
    pub fn interrupt(&self) {
        self.leave_open();
        if !self.0.state.borrow().is_closed {
            self.0.clone().launch_best();
        }
    }
}

impl Inner {
    /// Asks the browser for its adapter and starts the worker that fits.
    fn launch_best(self: Rc<Self>) {
        self.phase.set(Phase::Starting);
        {
            let mut state = self.state.borrow_mut();
            state.forget_worker();
            state.stopped = 0;
        }
        spawn_local(async move {
            let adapter = adapter::probe().await;
            let (kind, reason) = choose_worker(self.choice, adapter.as_ref(), adapter::has_program());
            self.launch(kind, reason);
        });
    }

    fn launch(self: &Rc<Self>, kind: WorkerKind, reason: String) {
        if self.state.borrow().is_closed {
            return;
        }
        self.phase.set(Phase::Starting);
        let device = match kind {
            WorkerKind::Cpu => DeviceChoice::Cpu,
            WorkerKind::Gpu => self.choice,
        };
        let base = address(&format!("models/{}/", self.model.folder()));
        let load = Request::Load { base, own: self.model.is_own(), integrity: None, device, reason };
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
                state.forget_worker();
                state.worker = Some((kind, Rc::new(worker)));
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
                {
                    let mut state = self.state.borrow_mut();
                    state.stopped = 0;
                    let Some([entity_types, relation_types]) = state.types.clone() else { return };
                    if let Some(Asks::Annotate { answer, .. }) = state.take(id) {
                        let reading = Reading::new(annotation, attention, entity_types, relation_types);
                        answer.send(Ok(Answer { reading, milliseconds })).ok();
                    }
                }
                self.go_on_after(id, None);
            }
            Reply::Related { id, relations, .. } => {
                if let Some(Asks::Relate { answer, .. }) = self.state.borrow_mut().take(id) {
                    answer.send(Ok(relations)).ok();
                }
            }
            Reply::Reread { id, annotation, attention, more_entities, more_relations } => {
                let mut state = self.state.borrow_mut();
                let Some([entity_types, relation_types]) = state.types.clone() else { return };
                if let Some(Asks::Reread { answer, .. }) = state.take(id) {
                    let reading = Reading::new(annotation, attention, entity_types, relation_types);
                    answer.send(Ok(Reread { reading, more_entities, more_relations })).ok();
                }
            }
            Reply::Explained { id, explanation } => {
                if let Some(Asks::Explain { answer, .. }) = self.state.borrow_mut().take(id) {
                    answer.send(Ok(explanation)).ok();
                }
            }
            Reply::Measured { id, milliseconds } => {
                if let Some(Asks::Measure { answer, .. }) = self.state.borrow_mut().take(id) {
                    answer.send(Ok(milliseconds)).ok();
                }
            }
            Reply::Fetched { fetches } => requests::note(fetches),
            // Nothing is asked yet that these would answer.
            Reply::Kept { .. } => {}
            Reply::Failed { id: Some(id), fault, message } => {
                let why = Unanswered::Refused(Failure::new(fault, message));
                let question = self.state.borrow_mut().questions.remove(&id);
                if let Some(question) = question {
                    question.refuse(why.clone());
                }
                self.go_on_after(id, Some(why));
            }
            Reply::Failed { id: None, fault, message } => self.fail(Failure::new(fault, message)),
            Reply::Stopped { fault, message } => self.stop(Failure::new(fault, message)),
        }
    }

    /// Posts every open question to a worker that has just loaded its model.
    fn replay(&self) {
        let open: Vec<u32> = {
            let mut state = self.state.borrow_mut();
            state.waiting.clear();
            state.questions.keys().copied().collect()
        };
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

    /// Posts a question to the worker; or the text that it is about, if the worker does not hold that, and then it waits.
    fn put(&self, id: u32) {
        let request = {
            let mut state = self.state.borrow_mut();
            let Some(question) = state.questions.get(&id) else { return };
            let (request, needed) = (question.request(id), question.needs().cloned());
            if let Request::Annotate { text, aside: false, .. } = &request {
                state.encoding = Some(Encoding { id, text: text.clone(), is_done: false });
            }
            match needed {
                None => request,
                Some(text) => match state.encoding.as_ref().filter(|encoding| encoding.text == text) {
                    Some(encoding) if encoding.is_done => request,
                    Some(_) => {
                        state.waiting.insert(id);
                        return;
                    }
                    None => {
                        state.waiting.insert(id);
                        // Nobody but the questions that wait looks for this answer.
                        let id = state.new_id();
                        state.encoding = Some(Encoding { id, text: text.clone(), is_done: false });
                        Request::Annotate { id, text, aside: false }
                    }
                },
            }
        };
        self.post(&request);
    }

    /// The worker has answered the request of this number. If it was for the text that it encodes, the questions that
    /// wait for that go on; those about a text that was refused are refused.
    fn go_on_after(&self, id: u32, refused: Option<Unanswered>) {
        let (waiting, text) = {
            let mut state = self.state.borrow_mut();
            let Some(encoding) = state.encoding.as_mut().filter(|encoding| encoding.id == id) else { return };
            encoding.is_done = true;
            let text = encoding.text.clone();
            if refused.is_some() {
                state.encoding = None;
            }
            (std::mem::take(&mut state.waiting), text)
        };
        for id in waiting {
            let refused = refused.clone().and_then(|why| {
                let mut state = self.state.borrow_mut();
                let is_about = state.questions.get(&id).is_some_and(|question| question.needs() == Some(&text));
                is_about.then(|| state.questions.remove(&id)).flatten().map(|question| (question, why))
            });
            match refused {
                Some((question, why)) => question.refuse(why),
                None => self.put(id),
            }
        }
    }

    fn post(&self, request: &Request) {
        let worker = self.state.borrow().worker.as_ref().map(|(_, worker)| worker.clone());
        if let Some(worker) = worker {
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
            state.forget_worker();
            state.waiting.clear();
            std::mem::take(&mut state.questions)
        };
        self.phase.set(Phase::Failed(failure.clone()));
        questions.into_values().for_each(|question| question.refuse(Unanswered::Failed(failure.clone())));
    }
}
