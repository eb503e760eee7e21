//! One worker: starting it, loading a model, asking, and starting another after a crash.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use futures_channel::oneshot;
use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::{WorkerKind, choose_worker};
use sinet_logic::engine::failure::{Failure, Step, next_step};
use sinet_logic::session::Unanswered;
use sinet_protocol::{DeviceChoice, DeviceReport, Keeping, Most, Reply, Request, Settings};
use sinet_text::Types;
use sinet_text::annotation::Relation;
use sinet_text::explanation::{self, Explanation};
use wasm_bindgen_futures::spawn_local;

use super::adapter;
use super::question::{About, Answers, Asks, Found, Question, Relate, Source, annotate};
use super::worker::RunningWorker;
use crate::network::{address, requests};

/// A model in a worker of its own. Clones are the same client; the worker ends with the last of them.
#[derive(Clone)]
pub(super) struct Client(Rc<Inner>);

/// How far a worker has come.
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
    /// The types of the model, once it is loaded and questions may be posted.
    types: Option<Types>,
    /// The bytes of the model's files, once that is known.
    model_bytes: Option<u64>,
    /// How the model reads by itself.
    own_settings: Option<Settings>,
    questions: BTreeMap<u32, Question>,
    /// Questions that are not posted yet, because the worker reads their text first.
    waiting: BTreeSet<u32>,
    next_id: u32,
    /// Workers of the present kind that have stopped since the last answer.
    stopped: u32,
    /// The text that the present worker was asked to encode last: it answers questions about this one only.
    encoding: Option<Encoding>,
    /// Those who wait until the model is loaded, or nothing works.
    settling: Vec<oneshot::Sender<()>>,
}

/// A text that a worker encodes.
struct Encoding {
    source: Source,
    /// The request for each of its parts; `None` once the worker has answered, so that questions about it may be posted.
    parts: BTreeMap<usize, Option<u32>>,
}

impl Encoding {
    fn of(source: Source) -> Self {
        Self { source, parts: BTreeMap::new() }
    }

    /// Whether the worker holds all of these.
    fn holds(&self, about: &About) -> bool {
        self.source == about.source && about.parts.iter().all(|part| self.parts.get(part) == Some(&None))
    }
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

    /// What the worker encodes: another text takes the place of the one before it, and a text that is read whole that of
    /// itself.
    fn encode(&mut self, source: Source) -> &mut Encoding {
        let kept = self.encoding.take().filter(|encoding| encoding.source == source);
        self.encoding.insert(kept.unwrap_or_else(|| Encoding::of(source)))
    }

    fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id
    }
}

impl Client {
    /// Starts a worker for a model.
    pub fn start(model: ModelName, choice: DeviceChoice) -> Self {
        let client = Self(Rc::new(Inner {
            model,
            choice,
            phase: ArcRwSignal::new(Phase::Starting),
            keeping: ArcRwSignal::new(Keeping::Kept),
            state: RefCell::default(),
        }));
        client.0.clone().launch_best();
        client
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

    /// The bytes of the model's files, once that is known.
    pub fn model_bytes(&self) -> Option<u64> {
        self.0.state.borrow().model_bytes
    }

    /// How the model reads by itself, once it is loaded.
    pub fn own_settings(&self) -> Option<Settings> {
        self.0.state.borrow().own_settings
    }

    /// Whether the model is loaded now.
    pub fn is_loaded(&self) -> bool {
        self.0.state.borrow().types.is_some()
    }

    /// Waits until the model is loaded or nothing works, and says whether it is loaded.
    pub async fn settled(&self) -> bool {
        let has_failed = matches!(self.0.phase.get_untracked(), Phase::Failed(_));
        if !self.is_loaded() && !has_failed && !self.0.state.borrow().is_closed {
            let (settled, receiver) = oneshot::channel();
            self.0.state.borrow_mut().settling.push(settled);
            receiver.await.ok();
        }
        self.is_loaded()
    }

    /// Annotates a part of a text as soon as the model is there; if it is of the open document, the worker holds it then.
    ///
    /// # Errors
    ///
    /// [`Unanswered`], as every question to a worker.
    pub async fn annotate(&self, source: Source, part: usize, is_open: bool) -> Result<Found, Unanswered> {
        self.ask(is_open, |answer| Asks::Annotate { source, part, answer }).await
    }

    /// The median time of annotating a short text, in milliseconds.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn measure(&self, text: String) -> Result<f64, Unanswered> {
        self.ask(false, |answer| Asks::Measure { text, answer }).await
    }

    /// Scores the relations between certain spans. If the worker holds something else, or was started anew, it reads first
    /// what this is about.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn relate(&self, about: About, relate: Relate, is_open: bool) -> Result<Vec<Relation>, Unanswered> {
        self.ask(is_open, |answer| Asks::Relate { about, relate, answer }).await
    }

    /// Reads once more, in another way, from what the encoder made of the text.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn reread(&self, about: About, settings: Settings, most: Most) -> Result<Found, Unanswered> {
        self.ask(true, |answer| Asks::Reread { about, settings, most, answer }).await
    }

    /// Why something is found in a text that is read in this way, or is not.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn explain(
        &self,
        about: About,
        question: explanation::Question,
        settings: Settings,
    ) -> Result<Explanation, Unanswered> {
        self.ask(true, |answer| Asks::Explain { about, question, settings, answer }).await
    }

    /// Asks and waits. A client that has failed starts anew for it, one that is closed refuses.
    async fn ask<T>(&self, is_open: bool, asks: impl FnOnce(Answers<T>) -> Asks) -> Result<T, Unanswered> {
        if self.0.state.borrow().is_closed {
            return Err(Unanswered::Closed);
        }
        if matches!(self.0.phase.get_untracked(), Phase::Failed(_)) {
            self.0.clone().launch_best();
        }
        let (answer, receiver) = oneshot::channel();
        self.0.ask(Question { is_open, asks: asks(answer) });
        // A question is only ever dropped with its client.
        receiver.await.unwrap_or(Err(Unanswered::Closed))
    }

    /// Ends the worker. Every question gets [`Unanswered::Closed`], also those that come later.
    pub fn close(&self) {
        let questions = {
            let mut state = self.0.state.borrow_mut();
            state.is_closed = true;
            state.forget_worker();
            state.waiting.clear();
            state.settling.clear();
            std::mem::take(&mut state.questions)
        };
        questions.into_values().for_each(|question| question.refuse(Unanswered::Closed));
    }

    /// Whether there are questions about the open document.
    pub fn has_open(&self) -> bool {
        self.0.state.borrow().questions.values().any(|question| question.is_open)
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
                self.state.borrow_mut().model_bytes = Some(total_bytes);
                self.phase.set(Phase::Loading { loaded_bytes, total_bytes });
            }
            Reply::Loaded { entity_types, relation_types, device, settings, keeping, .. } => {
                let settling = {
                    let mut state = self.state.borrow_mut();
                    state.types = Some(Types { entities: entity_types, relations: relation_types, ..Types::default() });
                    state.own_settings = Some(settings);
                    std::mem::take(&mut state.settling)
                };
                self.keeping.set(keeping);
                self.phase.set(Phase::Ready(device));
                self.replay();
                settling.into_iter().for_each(|settled| _ = settled.send(()));
            }
            Reply::Annotated { id, annotation, attention, milliseconds } => {
                {
                    let mut state = self.state.borrow_mut();
                    state.stopped = 0;
                    let Some(types) = state.types.clone() else { return };
                    if let Some(Asks::Annotate { answer, .. }) = state.take(id) {
                        answer.send(Ok(Found { annotation, attention, types, milliseconds, more: [0, 0] })).ok();
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
                let Some(types) = state.types.clone() else { return };
                if let Some(Asks::Reread { answer, .. }) = state.take(id) {
                    let more = [more_entities, more_relations];
                    answer.send(Ok(Found { annotation, attention, types, milliseconds: 0.0, more })).ok();
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

    /// Posts a question to the worker; or the parts of the text that it is about, if the worker does not hold them, and then
    /// it waits.
    fn put(&self, id: u32) {
        let requests = {
            let mut state = self.state.borrow_mut();
            let Some(question) = state.questions.get(&id) else { return };
            let (request, needed) = (question.request(id), question.needs().cloned());
            if let Asks::Annotate { source, part, .. } = &question.asks
                && question.is_open
            {
                let (source, part) = (source.clone(), *part);
                state.encode(source).parts.insert(part, Some(id));
            }
            match needed {
                None => vec![request],
                Some(about) => {
                    let mut next_id = state.next_id;
                    let encoding = state.encode(about.source.clone());
                    if encoding.holds(&about) {
                        vec![request]
                    } else {
                        let mut requests = Vec::new();
                        for part in about.parts {
                            encoding.parts.entry(part).or_insert_with(|| {
                                // Nobody but the questions that wait looks for this answer.
                                requests.push(annotate(next_id, &about.source, part, false));
                                next_id = next_id.wrapping_add(1);
                                Some(next_id.wrapping_sub(1))
                            });
                        }
                        state.next_id = next_id;
                        state.waiting.insert(id);
                        requests
                    }
                }
            }
        };
        requests.iter().for_each(|request| self.post(request));
    }

    /// The worker has answered the request of this number. If it was for a part of the text that it encodes, the questions
    /// that wait for that go on; those about a text that was refused are refused.
    fn go_on_after(&self, id: u32, refused: Option<Unanswered>) {
        let (waiting, source) = {
            let mut state = self.state.borrow_mut();
            let Some(encoding) = state.encoding.as_mut() else { return };
            let Some(part) = encoding.parts.values_mut().find(|part| **part == Some(id)) else { return };
            *part = None;
            let source = encoding.source.clone();
            if refused.is_some() {
                state.encoding = None;
            }
            (std::mem::take(&mut state.waiting), source)
        };
        for id in waiting {
            let refused = refused.clone().and_then(|why| {
                let mut state = self.state.borrow_mut();
                let needs = |question: &Question| question.needs().is_some_and(|about| about.source == source);
                let is_about = state.questions.get(&id).is_some_and(needs);
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
        let (questions, settling) = {
            let mut state = self.state.borrow_mut();
            state.forget_worker();
            state.waiting.clear();
            (std::mem::take(&mut state.questions), std::mem::take(&mut state.settling))
        };
        self.phase.set(Phase::Failed(failure.clone()));
        questions.into_values().for_each(|question| question.refuse(Unanswered::Failed(failure.clone())));
        settling.into_iter().for_each(|settled| _ = settled.send(()));
    }
}
