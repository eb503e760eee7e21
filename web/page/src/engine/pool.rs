//! The workers of a model: the first is there for what is typed, helpers read long texts and sets of documents beside it.
//!
//! A text to read is a [`Piece`], or several. Pieces wait in a queue, those of the open document first; helpers take them from
//! there, and the first worker where there is no helper. A helper that fails gives its piece to the first worker, whose word
//! counts: so each piece ends at most one helper, and the chains of restarts end as those of a single worker do.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::join_all;
use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::failure::Failure;
use sinet_logic::engine::pool::{Machine, Speeds, is_worth_a_helper, parts_of};
use sinet_logic::session::Unanswered;
use sinet_protocol::{DeviceChoice, Fault, Keeping, Most, Settings};
use sinet_text::annotation::{Relation, WordRange};
use sinet_text::explanation::{self, Explanation};
use wasm_bindgen_futures::spawn_local;

use super::client::{Client, Phase};
use super::machine;
use super::question::{About, Answer, Answers, Found, Relate, Reread, Source};

/// The number of the first worker; helpers have higher ones.
const FIRST: usize = 0;

/// How long a helper is kept that has nothing to do.
const IDLE: Duration = Duration::from_secs(20);

/// A model and the workers that it answers in. Clones are the same engine; the workers end with the last of them.
#[derive(Clone)]
pub struct Engine(Rc<Pool>);

struct Pool {
    first: Client,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Piece>,
    helpers: Vec<Helper>,
    /// The number of the newest helper.
    numbers: usize,
    /// Whether the first worker reads a piece.
    is_first_reading: bool,
    /// The most helpers, since one could not even start.
    most_seen: Option<usize>,
    speeds: Speeds,
    /// The long text that questions are about.
    held: Option<Held>,
    /// Counts the readings in parts.
    readings: u32,
    /// Counts how often the open document was left.
    left: u32,
    idle: Option<TimeoutHandle>,
    is_closed: bool,
}

/// A worker beside the first one.
struct Helper {
    number: usize,
    client: Client,
    is_reading: bool,
    /// Whether its model was loaded once.
    was_ready: bool,
}

/// A text to read, or a part of one.
struct Piece {
    source: Source,
    part: usize,
    is_open: bool,
    /// Whether a helper has failed on it.
    is_tried: bool,
    answer: Answers<Found>,
}

impl Piece {
    /// Its length in bytes.
    fn bytes(&self) -> usize {
        self.source.text.len() / self.source.of
    }
}

/// A long text whose parts lie in the workers that have read them.
struct Held {
    source: Source,
    parts: Vec<HeldPart>,
}

#[derive(Default)]
struct HeldPart {
    /// The number of the worker that answers for it.
    worker: Option<usize>,
    /// The words of each of its windows, once it was read.
    windows: Vec<WordRange>,
}

impl Held {
    fn nowhere(source: Source) -> Self {
        Self { parts: std::iter::repeat_with(HeldPart::default).take(source.of).collect(), source }
    }

    fn is_of(&self, text: &str) -> bool {
        *self.source.text == *text
    }

    /// Shares the parts that no worker answers for among these, which read them when they are asked.
    fn assign(&mut self, workers: &[usize]) {
        let homeless = self.parts.iter_mut().filter(|part| part.worker.is_none());
        homeless.zip(workers.iter().cycle()).for_each(|(part, &worker)| part.worker = Some(worker));
    }

    /// The workers, and the parts that each of them answers for.
    fn by_worker(&self) -> Vec<(usize, About)> {
        let mut workers: Vec<(usize, About)> = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            let Some(worker) = part.worker else { continue };
            match workers.iter_mut().find(|(of, _)| *of == worker) {
                Some((_, about)) => about.parts.push(number),
                None => workers.push((worker, self.about(number))),
            }
        }
        workers
    }

    /// The part that a word lies in, once that was read.
    fn part_of(&self, word: usize) -> Option<usize> {
        let has = |part: &HeldPart| part.windows.iter().any(|words| (words.start..words.end).contains(&word));
        self.parts.iter().position(has)
    }

    /// The worker that answers for a word, and the part that this lies in.
    fn around(&self, word: usize) -> Option<(usize, About)> {
        let part = self.part_of(word)?;
        Some((self.parts[part].worker?, self.about(part)))
    }

    fn about(&self, part: usize) -> About {
        About { source: self.source.clone(), parts: vec![part] }
    }
}

impl Engine {
    /// Starts the first worker for a model.
    pub fn start(model: ModelName, choice: DeviceChoice) -> Self {
        Self(Rc::new(Pool { first: Client::start(model, choice), state: RefCell::default() }))
    }

    /// How far it has come.
    pub fn phase(&self) -> ArcRwSignal<Phase> {
        self.0.first.phase()
    }

    /// Whether the browser keeps the model for the next visit.
    pub fn keeping(&self) -> ArcRwSignal<Keeping> {
        self.0.first.keeping()
    }

    /// The model that answers.
    pub fn model(&self) -> ModelName {
        self.0.first.model()
    }

    /// The device that was chosen for it.
    pub fn device(&self) -> DeviceChoice {
        self.0.first.device()
    }

    /// How the model reads by itself, once it is loaded.
    pub fn own_settings(&self) -> Option<Settings> {
        self.0.first.own_settings()
    }

    /// Annotates the text of the open document, as soon as the model is there.
    ///
    /// # Errors
    ///
    /// [`Unanswered`], as every question to an engine.
    pub async fn annotate(&self, text: String) -> Result<Answer, Unanswered> {
        let of = self.parts_of_open(&text).await?;
        self.0.state.borrow_mut().held = None;
        if of == 1 {
            self.0.rest();
            let found = self.0.first.annotate(Source::whole(text), 0, true).await?;
            return Ok(Answer { milliseconds: found.milliseconds, reading: found.reading() });
        }
        let source = self.0.new_source(text, of);
        self.0.state.borrow_mut().held = Some(Held::nowhere(source.clone()));
        self.0.read_parts(source, true).await
    }

    /// Annotates another text meanwhile. No newer question takes the place of this one.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn annotate_aside(&self, text: String) -> Result<Answer, Unanswered> {
        match self.parts_of(&text).await {
            1 => {
                let found = self.0.read(Source::whole(text), 0, false).await?;
                Ok(Answer { milliseconds: found.milliseconds, reading: found.reading() })
            }
            of => self.0.read_parts(self.0.new_source(text, of), false).await,
        }
    }

    /// The median time of annotating a short text, in milliseconds.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn measure(&self, text: String) -> Result<f64, Unanswered> {
        self.0.first.measure(text).await
    }

    /// Scores the relations between certain spans of the open document's text. Workers that don't hold it, because they hold
    /// another or were started anew, read it again first.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn relate(&self, text: String, relate: Relate) -> Result<Vec<Relation>, Unanswered> {
        self.relate_in(text, relate, true).await
    }

    /// Scores the relations between certain spans of another text.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn relate_aside(&self, text: String, relate: Relate) -> Result<Vec<Relation>, Unanswered> {
        self.relate_in(text, relate, false).await
    }

    async fn relate_in(&self, text: String, relate: Relate, is_open: bool) -> Result<Vec<Relation>, Unanswered> {
        let of = if is_open { self.parts_of_open(&text).await? } else { self.parts_of(&text).await };
        if of == 1 {
            return self.0.first.relate(About::whole(text), relate, is_open).await;
        }
        let related = async |client: Client, about| client.relate(about, relate.clone(), is_open).await;
        let mut relations = self.0.ask_holders(&text, Held::by_worker, related).await?.concat();
        // Several between the same two are of one worker, and stay in its order.
        relations.sort_by_key(|relation| (relation.head, relation.tail));
        Ok(relations)
    }

    /// Reads the open document's text once more, in another way, from what the encoder made of it.
    ///
    /// # Errors
    ///
    /// As [`annotate`](Self::annotate).
    pub async fn reread(&self, text: String, settings: Settings, most: Most) -> Result<Reread, Unanswered> {
        if self.parts_of_open(&text).await? == 1 {
            let found = self.0.first.reread(About::whole(text), settings, most).await?;
            let [more_entities, more_relations] = found.more;
            return Ok(Reread { reading: found.reading(), more_entities, more_relations });
        }
        let reread = async |client: Client, about| client.reread(about, settings, most).await;
        let found = self.0.ask_holders(&text, Held::by_worker, reread).await?;
        let [more_entities, more_relations] = [0, 1].map(|kind| found.iter().map(|found| found.more[kind]).sum());
        let reading = Found::join(&text, found).ok_or_else(misfit)?;
        Ok(Reread { reading, more_entities, more_relations })
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
        let word = match &question {
            explanation::Question::Span { words } => words.start,
            explanation::Question::Pair { head, tail, .. } => head.start.min(tail.start),
        };
        let is_in_part = {
            let state = self.0.state.borrow();
            state.held.as_ref().is_some_and(|held| held.is_of(&text) && held.part_of(word).is_some())
        };
        if is_in_part {
            let explain = async |client: Client, about| client.explain(about, question.clone(), settings).await;
            let around = |held: &Held| held.around(word).into_iter().collect();
            if let Some(explanation) = self.0.ask_holders(&text, around, explain).await?.pop() {
                return Ok(explanation);
            }
        }
        self.0.first.explain(About::whole(text), question, settings).await
    }

    /// Ends the workers. Every question gets [`Unanswered::Closed`], also those that come later.
    pub fn close(&self) {
        self.0.state.borrow_mut().is_closed = true;
        self.0.stop_idle();
        for client in self.0.clients() {
            client.close();
        }
        let queue = {
            let mut state = self.0.state.borrow_mut();
            state.held = None;
            state.helpers.clear();
            std::mem::take(&mut state.queue)
        };
        queue.into_iter().for_each(|piece| drop(piece.answer.send(Err(Unanswered::Closed))));
    }

    /// Drops all questions about the open document, which is another one by now or has another text: they get
    /// [`Unanswered::Overtaken`].
    pub fn leave_open(&self) {
        let left = {
            let mut state = self.0.state.borrow_mut();
            state.held = None;
            state.left = state.left.wrapping_add(1);
            let (left, others): (Vec<_>, _) =
                std::mem::take(&mut state.queue).into_iter().partition(|piece| piece.is_open);
            state.queue = others.into();
            left
        };
        left.into_iter().for_each(|piece| drop(piece.answer.send(Err(Unanswered::Overtaken))));
        self.0.clients().iter().for_each(Client::leave_open);
        self.0.rest();
    }

    /// Drops the reading of a long text that goes on, if one does: a newer text has come. The first worker is free for that,
    /// so that nothing has to be stopped.
    pub fn overtake_parts(&self) {
        let is_reading = {
            let state = self.0.state.borrow();
            state.held.as_ref().is_some_and(|held| held.parts.iter().any(|part| part.worker.is_none()))
        };
        if is_reading {
            self.leave_open();
        }
    }

    /// As [`leave_open`](Self::leave_open), and stops what the first worker computes for the open document by starting
    /// another one: nothing else does. That one gets all questions that are not about the open document.
    pub fn interrupt(&self) {
        let is_asked = self.0.first.has_open();
        self.leave_open();
        if is_asked {
            self.0.first.interrupt();
        }
    }

    /// In how many parts a text is read. It waits for the model where that may be more than one.
    async fn parts_of(&self, text: &str) -> usize {
        if parts_of(text.len()) == 1 {
            return 1;
        }
        if let Some(held) = self.0.state.borrow().held.as_ref().filter(|held| held.is_of(text)) {
            return held.source.of;
        }
        self.0.first.settled().await;
        if self.0.most_helpers() == 0 { 1 } else { parts_of(text.len()) }
    }

    /// As [`parts_of`](Self::parts_of), unless the open document is left meanwhile.
    async fn parts_of_open(&self, text: &str) -> Result<usize, Unanswered> {
        let left = self.0.state.borrow().left;
        let of = self.parts_of(text).await;
        if self.0.state.borrow().left == left { Ok(of) } else { Err(Unanswered::Overtaken) }
    }
}

impl Pool {
    fn new_source(&self, text: String, of: usize) -> Source {
        let mut state = self.state.borrow_mut();
        state.readings = state.readings.wrapping_add(1);
        Source { text: text.into(), of, reading: state.readings }
    }

    /// Reads all parts of a text, and puts together what is found in them.
    async fn read_parts(self: &Rc<Self>, source: Source, is_open: bool) -> Result<Answer, Unanswered> {
        let start = js_sys::Date::now();
        let parts: Vec<_> = (0..source.of).map(|part| self.put(source.clone(), part, is_open)).collect();
        self.go_on();
        let mut found = Vec::with_capacity(source.of);
        for part in parts {
            found.push(part.await.unwrap_or(Err(Unanswered::Closed))?);
        }
        let reading = Found::join(&source.text, found).ok_or_else(misfit)?;
        Ok(Answer { reading, milliseconds: js_sys::Date::now() - start })
    }

    async fn read(self: &Rc<Self>, source: Source, part: usize, is_open: bool) -> Result<Found, Unanswered> {
        let answer = self.put(source, part, is_open);
        self.go_on();
        answer.await.unwrap_or(Err(Unanswered::Closed))
    }

    /// Puts a piece into the queue. Whoever drops the receiver takes it out again.
    fn put(&self, source: Source, part: usize, is_open: bool) -> oneshot::Receiver<Result<Found, Unanswered>> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.state.borrow_mut();
        if state.is_closed {
            answer.send(Err(Unanswered::Closed)).ok();
            return receiver;
        }
        let place = if is_open { state.queue.partition_point(|piece| piece.is_open) } else { state.queue.len() };
        state.queue.insert(place, Piece { source, part, is_open, is_tried: false, answer });
        receiver
    }

    /// Asks workers about the parts of a text that they answer for; what they have not read, they read first.
    async fn ask_holders<T>(
        self: &Rc<Self>,
        text: &str,
        whom: impl Fn(&Held) -> Vec<(usize, About)>,
        ask: impl AsyncFn(Client, About) -> Result<T, Unanswered>,
    ) -> Result<Vec<T>, Unanswered> {
        loop {
            let asked: Vec<_> = {
                let mut state = self.state.borrow_mut();
                if !state.held.as_ref().is_some_and(|held| held.is_of(text)) {
                    state.readings = state.readings.wrapping_add(1);
                    let (of, reading) = (parts_of(text.len()), state.readings);
                    state.held = Some(Held::nowhere(Source { text: text.into(), of, reading }));
                }
                let State { held, helpers, .. } = &mut *state;
                let loaded = helpers.iter().filter(|helper| helper.client.is_loaded());
                let mut workers: Vec<usize> = loaded.map(|helper| helper.number).collect();
                if workers.is_empty() {
                    workers.push(FIRST);
                }
                let held = held.as_mut().expect("it was put there");
                held.assign(&workers);
                let client = |number| match helpers.iter().find(|helper| helper.number == number) {
                    Some(helper) => helper.client.clone(),
                    None => self.first.clone(),
                };
                whom(held).into_iter().map(|(worker, about)| (worker, client(worker), about)).collect()
            };
            let answers = asked.into_iter().map(|(worker, client, about)| {
                let answer = ask(client, about);
                async move { (worker, answer.await) }
            });
            let mut found = Vec::new();
            let mut failed = None;
            for (worker, answer) in join_all(answers).await {
                match answer {
                    Ok(answer) => found.push(answer),
                    Err(Unanswered::Failed(_)) if worker != FIRST => failed = Some(worker),
                    Err(unanswered) => return Err(unanswered),
                }
            }
            match failed {
                // Others take over what it has held.
                Some(worker) => self.let_go(worker),
                None => return Ok(found),
            }
        }
    }

    /// Gives pieces to the workers that have nothing to do, and starts a helper where that is worth it.
    fn go_on(self: &Rc<Self>) {
        while let Some((worker, client, piece)) = self.next() {
            spawn_local(self.clone().read_piece(worker, client, piece));
        }
        self.start_helper();
    }

    /// The next piece, and the worker that reads it.
    fn next(&self) -> Option<(usize, Client, Piece)> {
        let most = self.most_helpers();
        let mut state = self.state.borrow_mut();
        let State { queue, helpers, speeds, is_first_reading, .. } = &mut *state;
        queue.retain(|piece| !piece.answer.is_canceled());
        let is_starting = helpers.iter().any(|helper| !helper.was_ready);
        let crew = speeds.wanted(most);
        let mut ready = helpers.iter_mut().filter(|helper| helper.was_ready).take(crew).peekable();
        // It is there for what is typed, unless there is nobody else, or one is still to come.
        let is_first_spare = ready.peek().is_none() || is_starting;
        if let Some(helper) = ready.find(|helper| !helper.is_reading)
            && let Some(place) = queue.iter().position(|piece| !piece.is_tried)
        {
            helper.is_reading = true;
            return Some((helper.number, helper.client.clone(), queue.remove(place)?));
        }
        let place = queue.iter().position(|piece| piece.is_tried || is_first_spare).filter(|_| !*is_first_reading)?;
        *is_first_reading = true;
        Some((FIRST, self.first.clone(), queue.remove(place)?))
    }

    async fn read_piece(self: Rc<Self>, worker: usize, client: Client, piece: Piece) {
        let crew = self.crew();
        let answer = client.annotate(piece.source.clone(), piece.part, piece.is_open).await;
        let crew = crew.filter(|_| crew == self.crew());
        {
            let mut state = self.state.borrow_mut();
            match state.helpers.iter_mut().find(|helper| helper.number == worker) {
                Some(helper) => helper.is_reading = false,
                None => state.is_first_reading &= worker != FIRST,
            }
            if let (Ok(found), Some(crew)) = (&answer, crew) {
                state.speeds.note(crew, piece.bytes(), found.milliseconds);
            }
            if let (Ok(found), true, Some(held)) = (&answer, piece.is_open, state.held.as_mut())
                && held.source == piece.source
            {
                let windows = found.annotation.windows.iter().map(|window| window.words).collect();
                held.parts[piece.part] = HeldPart { worker: Some(worker), windows };
            }
        }
        let is_lost = worker != FIRST && !self.state.borrow().is_closed;
        match answer {
            Err(Unanswered::Failed(_) | Unanswered::Closed) if is_lost => {
                self.let_go(worker);
                self.state.borrow_mut().queue.push_front(Piece { is_tried: true, ..piece });
            }
            answer => drop(piece.answer.send(answer)),
        }
        self.go_on();
        self.rest();
    }

    /// How many workers read, unless one is starting, which slows the others down.
    fn crew(&self) -> Option<usize> {
        let state = self.state.borrow();
        let is_quiet = state.helpers.iter().all(|helper| helper.client.is_loaded());
        let helpers = state.helpers.iter().filter(|helper| helper.is_reading).count();
        is_quiet.then_some(helpers + usize::from(state.is_first_reading))
    }

    /// The most helpers that this machine may have, as far as is known.
    fn most_helpers(&self) -> usize {
        // While another worker takes the place of the first one, the helpers that there are go on.
        let Phase::Ready(device) = self.first.phase().get_untracked() else { return self.state.borrow().helpers.len() };
        let Some(model_bytes) = self.first.model_bytes() else { return 0 };
        let machine = Machine {
            cores: machine::cores(),
            memory: machine::memory(),
            model_bytes,
            is_cpu: device.device == "cpu",
            keeping: self.first.keeping().get_untracked(),
        };
        let most = machine.most_helpers();
        self.state.borrow().most_seen.map_or(most, |seen| seen.min(most))
    }

    /// Starts one more helper, one at a time, as long as there is work for it.
    fn start_helper(self: &Rc<Self>) {
        let most = self.most_helpers();
        let (number, client) = {
            let mut state = self.state.borrow_mut();
            let waiting = state.queue.iter().map(Piece::bytes).sum();
            let count = state.helpers.len();
            let is_starting = state.helpers.iter().any(|helper| !helper.was_ready);
            let is_wanted = count < state.speeds.wanted(most) && !is_starting && !state.is_closed;
            if !is_wanted || !is_worth_a_helper(waiting, count) {
                return;
            }
            state.numbers += 1;
            let number = state.numbers;
            // The first has chosen the CPU, whatever was asked for.
            let client = Client::start(self.first.model(), DeviceChoice::Cpu);
            state.helpers.push(Helper { number, client: client.clone(), is_reading: false, was_ready: false });
            (number, client)
        };
        let pool = Rc::downgrade(self);
        spawn_local(async move {
            let is_ready = client.settled().await;
            let Some(pool) = pool.upgrade() else { return };
            if is_ready {
                let mut state = pool.state.borrow_mut();
                if let Some(helper) = state.helpers.iter_mut().find(|helper| helper.number == number) {
                    helper.was_ready = true;
                }
            } else {
                pool.let_go(number);
            }
            pool.go_on();
            pool.rest();
        });
    }

    /// A helper goes. One that could not even start is the last that is tried.
    fn let_go(&self, number: usize) {
        let helper = {
            let mut state = self.state.borrow_mut();
            let Some(place) = state.helpers.iter().position(|helper| helper.number == number) else { return };
            let helper = state.helpers.remove(place);
            if !helper.was_ready {
                state.most_seen = Some(state.helpers.len());
            }
            let parts = state.held.iter_mut().flat_map(|held| &mut held.parts);
            parts.filter(|part| part.worker == Some(number)).for_each(|part| part.worker = None);
            helper
        };
        helper.client.close();
    }

    /// Lets go in a while those helpers that have nothing to do then.
    fn rest(self: &Rc<Self>) {
        self.stop_idle();
        if self.state.borrow().helpers.is_empty() {
            return;
        }
        let pool = Rc::downgrade(self);
        let let_idle_go = move || {
            if let Some(pool) = pool.upgrade() {
                pool.let_idle_go();
            }
        };
        let idle = set_timeout_with_handle(let_idle_go, IDLE);
        self.state.borrow_mut().idle = idle.ok();
    }

    fn stop_idle(&self) {
        if let Some(idle) = self.state.borrow_mut().idle.take() {
            idle.clear();
        }
    }

    fn let_idle_go(&self) {
        let idle: Vec<usize> = {
            let state = self.state.borrow();
            let holds = |number| {
                let mut parts = state.held.iter().flat_map(|held| &held.parts);
                parts.any(|part| part.worker == Some(number))
            };
            let is_idle = |helper: &&Helper| helper.was_ready && !helper.is_reading && !holds(helper.number);
            state.helpers.iter().filter(is_idle).map(|helper| helper.number).collect()
        };
        idle.into_iter().for_each(|number| self.let_go(number));
    }

    fn clients(&self) -> Vec<Client> {
        let state = self.state.borrow();
        let helpers = state.helpers.iter().map(|helper| helper.client.clone());
        std::iter::once(self.first.clone()).chain(helpers).collect()
    }
}

/// What workers say of the parts of a text does not fit together, which only a fault in a program explains.
fn misfit() -> Unanswered {
    Unanswered::Refused(Failure::new(Fault::Request, "the parts of a text do not fit together"))
}
