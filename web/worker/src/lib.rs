//! The parts that all inference workers share: receiving requests, loading a model, annotating.
//!
//! [`serve`] is all that a worker's `main` calls. A panic ends the worker: it says so to the page
//! ([`Reply::Stopped`]), which starts another.

mod cache;
mod device;
mod download;
mod fault;
mod hash;
mod keep;

use std::pin::{Pin, pin};

use burn::tensor::Device;
use futures_channel::mpsc::{self, UnboundedReceiver};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use js_sys::Array;
use sinet_infer::{AnnotateError, Annotated, Encoded, Limits, Model, Thresholds};
use sinet_protocol::{
    DeviceReport, Fault, Keeping, MEASURED_READINGS, Most, Reply, Request, Settings, Switches, requests,
};
use sinet_text::annotation::{Relation, WordRange};
use sinet_text::explanation::Question;
use sinet_text::{Document, LabelledPair, Part, TypeName};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::device::{DeviceSlot, Folder};
use crate::fault::Trouble;

/// Opens a GPU, or says in one sentence why it cannot be had.
pub type OpenGpu = fn() -> Pin<Box<dyn Future<Output = Result<Device, String>>>>;

/// Serves the page's requests for as long as the worker lives, one after the other.
pub fn serve(open_gpu: Option<OpenGpu>) {
    std::panic::set_hook(Box::new(|panic| post(&Trouble::new(Fault::Crash, panic.to_string()).stopped())));
    let (sender, mut requests) = mpsc::unbounded();
    let on_message =
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match Message::read(&event.data()) {
            Ok(message) => _ = sender.unbounded_send(message),
            Err(error) => {
                post(&Trouble::new(Fault::Request, format!("the worker got a bad request: {error}")).failed(None))
            }
        });
    worker_scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    requests::watch(&["resource"], |fetches| post(&Reply::Fetched { fetches }));
    post(&Reply::Ready);
    spawn_local(async move {
        let mut device = DeviceSlot::new(open_gpu);
        let mut loaded: Option<Loaded> = None;
        while let Some(Message { request, files }) = next(&mut requests, loaded.as_mut()).await {
            let reply = match request {
                Request::Load { base, own, integrity, device: choice, reason } => {
                    loaded = None;
                    let folder = Folder { base, own, integrity };
                    match device::load(&folder, choice, reason, &mut device).await {
                        Ok((model, report, keeping)) => {
                            // A GPU has compiled everything in the self-test.
                            let warm_ups = if report.device == "cpu" { WARM_UPS } else { 0 };
                            let reply = introduce(&model, report, keeping);
                            loaded = Some(Loaded { model, warm_ups, open: None, aside: None });
                            reply
                        }
                        Err(trouble) => trouble.failed(None),
                    }
                }
                Request::Annotate { id, text, aside, part, reading } => match &mut loaded {
                    Some(loaded) => loaded.annotate(id, &text, aside, part, reading).await,
                    None => no_model().failed(Some(id)),
                },
                Request::Relate { id, spans, threshold, switches, most } => match &mut loaded {
                    Some(loaded) => loaded.relate(id, &spans, threshold, switches, most),
                    None => no_model().failed(Some(id)),
                },
                Request::Reread { id, settings, most } => match &mut loaded {
                    Some(loaded) => loaded.reread(id, settings, most),
                    None => no_model().failed(Some(id)),
                },
                Request::Explain { id, question, settings } => match &mut loaded {
                    Some(loaded) => loaded.explain(id, &question, settings),
                    None => no_model().failed(Some(id)),
                },
                Request::Keep { shelf, paths } => match keep::keep(&paths, &files, &shelf).await {
                    Ok(reply) => reply,
                    Err(trouble) => trouble.failed(None),
                },
                Request::Measure { id, text } => match &loaded {
                    Some(loaded) => loaded.measure(id, &text).await,
                    None => no_model().failed(Some(id)),
                },
            };
            post(&reply);
        }
    });
}

/// A request and the files beside it.
struct Message {
    request: Request,
    files: Vec<File>,
}

impl Message {
    /// Reads what the page has posted: a string, or an array of a string and files.
    fn read(data: &JsValue) -> Result<Self, serde_json::Error> {
        let parts: Vec<JsValue> = match data.dyn_ref::<Array>() {
            Some(parts) => parts.iter().collect(),
            None => vec![data.clone()],
        };
        let json = parts.first().and_then(JsValue::as_string).unwrap_or_default();
        let files = parts.into_iter().filter_map(|part| part.dyn_into().ok()).collect();
        Ok(Self { request: serde_json::from_str(&json)?, files })
    }
}

fn no_model() -> Trouble {
    Trouble::new(Fault::Request, "no model is loaded")
}

/// How often a new model reads its self-test while nobody asks for anything. Engines compile what runs often once
/// more, and better: without this the reader's first sentences would take twice as long.
const WARM_UPS: u32 = 20;

/// How long nobody has asked for anything when a warm-up begins.
const IDLE_MILLISECONDS: i32 = 20;

/// A model, and what is kept of the texts that it read last.
struct Loaded {
    model: Model,
    /// Warm-ups that are left.
    warm_ups: u32,
    /// The text that questions are about.
    open: Option<Kept>,
    /// A text that is read aside in parts: how it is cut, and nothing of what the encoder made of it.
    aside: Option<Kept>,
}

/// A text, as far as it was read.
struct Kept {
    encoded: Encoded,
    /// The number of its reading.
    reading: u32,
    /// The number of parts.
    of: usize,
}

/// The next request. While there is none, a new model warms up.
async fn next(requests: &mut UnboundedReceiver<Message>, mut loaded: Option<&mut Loaded>) -> Option<Message> {
    while let Some(loaded) = loaded.as_mut().filter(|loaded| loaded.warm_ups > 0) {
        if let Either::Left((message, _)) = select(requests.next(), pin!(sleep(IDLE_MILLISECONDS))).await {
            return message;
        }
        loaded.warm_ups -= 1;
        // It was passed when the model was loaded; a device that fails later says so where it matters.
        loaded.model.self_test().await.ok();
    }
    requests.next().await
}

fn introduce(model: &Model, device: DeviceReport, keeping: Keeping) -> Reply {
    let schema = model.schema();
    let named = |name: &str, verbose: &str, symmetric| TypeName {
        name: name.to_owned(),
        verbose: verbose.to_owned(),
        symmetric,
    };
    Reply::Loaded {
        entity_types: schema.entities.iter().map(|kind| named(&kind.name, &kind.verbose, false)).collect(),
        relation_types: (schema.relations.iter())
            .map(|kind| named(&kind.name, &kind.verbose, kind.symmetric))
            .collect(),
        device,
        settings: own_settings(model),
        keeping,
    }
}

fn own_settings(model: &Model) -> Settings {
    let Thresholds { entity, relation } = model.thresholds();
    let interaction = model.config().architecture.tasks.interaction;
    let switches = Switches {
        tap: interaction.has_tap(),
        entity_looks: interaction.entity_looks(),
        relation_looks: interaction.relation_looks(),
    };
    Settings { entity_threshold: entity, relation_threshold: relation, switches }
}

impl Loaded {
    async fn annotate(&mut self, id: u32, text: &str, aside: bool, part: Part, reading: u32) -> Reply {
        let start = now();
        let of = part.of;
        let slot = if aside { &mut self.aside } else { &mut self.open };
        let is_same = |kept: &Kept| (kept.reading, kept.of) == (reading, of) && kept.encoded.document().text == text;
        // What is read whole is read anew.
        let kept = slot.take().filter(|kept| of > 1 && is_same(kept));
        let mut kept = kept.unwrap_or_else(|| Kept { encoded: self.model.cut(Document::parse(text)), reading, of });
        match self.model.annotate_part(&mut kept.encoded, part).await {
            Ok(Annotated { annotation, attention }) => {
                if aside {
                    kept.encoded.forget();
                }
                *slot = Some(kept).filter(|_| !aside || of > 1);
                Reply::Annotated { id, annotation, attention, milliseconds: now() - start }
            }
            Err(error) => stopped(error),
        }
    }

    async fn measure(&self, id: u32, text: &str) -> Reply {
        let mut times = Vec::with_capacity(MEASURED_READINGS);
        for _ in 0..MEASURED_READINGS {
            let start = now();
            if let Err(error) = self.model.annotate(text).await {
                return stopped(error);
            }
            times.push(now() - start);
        }
        times.sort_by(f64::total_cmp);
        Reply::Measured { id, milliseconds: times[MEASURED_READINGS / 2] }
    }

    fn reread(&mut self, id: u32, settings: Settings, Most { entities, relations }: Most) -> Reply {
        let Some((model, encoded)) = self.switched(settings.switches) else { return nothing_annotated(id) };
        match model.annotate_with(encoded, thresholds(settings), Limits { entities, relations }) {
            Ok((Annotated { annotation, attention }, omitted)) => Reply::Reread {
                id,
                annotation,
                attention,
                more_entities: omitted.entities,
                more_relations: omitted.relations,
            },
            Err(error) => stopped(error),
        }
    }

    fn explain(&mut self, id: u32, question: &Question, settings: Settings) -> Reply {
        let Some((model, encoded)) = self.switched(settings.switches) else { return nothing_annotated(id) };
        match model.explain(encoded, question, thresholds(settings)) {
            Ok(explanation) => Reply::Explained { id, explanation },
            Err(error) => stopped(error),
        }
    }

    fn relate(
        &mut self,
        id: u32,
        spans: &[WordRange],
        threshold: Option<f32>,
        switches: Switches,
        most: Option<usize>,
    ) -> Reply {
        let Some((model, encoded)) = self.switched(switches) else { return nothing_annotated(id) };
        let threshold = threshold.unwrap_or(model.config().relation_threshold);
        match model.relate(encoded, spans, threshold) {
            Ok((mut pairs, mut scores)) => {
                if let Some(most) = most {
                    model.keep_likeliest_relations(encoded, spans, &mut pairs, &mut scores, most);
                }
                let kinds = &model.schema().relations;
                let relation = |(pair, score): (LabelledPair, f32)| Relation {
                    kind: kinds[pair.kind].name.clone(),
                    head: pair.head,
                    tail: pair.tail,
                    score,
                };
                let relations = pairs.into_iter().zip(scores).map(relation).collect();
                Reply::Related { id, relations }
            }
            Err(error) => stopped(error),
        }
    }

    /// The text that was annotated last, as the network reads it with these parts.
    fn switched(&mut self, switches: Switches) -> Option<(&Model, &Encoded)> {
        let Switches { tap, entity_looks, relation_looks } = switches;
        let encoded = &mut self.open.as_mut()?.encoded;
        self.model.switch(encoded, sinet_infer::Switches { tap, entity_looks, relation_looks });
        Some((&self.model, encoded))
    }
}

fn thresholds(settings: Settings) -> Thresholds {
    Thresholds { entity: settings.entity_threshold, relation: settings.relation_threshold }
}

/// On the CPU nothing fails; a GPU that does is not asked again.
fn stopped(error: AnnotateError) -> Reply {
    Trouble::from(error).stopped()
}

fn nothing_annotated(id: u32) -> Reply {
    Trouble::new(Fault::Request, "no text was annotated yet").failed(Some(id))
}

async fn sleep(milliseconds: i32) {
    let later = js_sys::Promise::new(&mut |done, _| {
        let set = worker_scope().set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds);
        set.expect("a worker has timers");
    });
    JsFuture::from(later).await.ok();
}

fn post(reply: &Reply) {
    let json = serde_json::to_string(reply).expect("replies are plain JSON");
    worker_scope().post_message(&JsValue::from_str(&json)).expect("strings can be posted");
}

fn now() -> f64 {
    worker_scope().performance().map_or(0.0, |clock| clock.now())
}

/// The global object of this worker.
pub(crate) fn worker_scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
