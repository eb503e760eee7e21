//! What both inference workers share: receiving requests, loading a model, annotating.
//!
//! [`serve`] is all that a worker's `main` calls. A panic ends the worker: it says so to the page
//! ([`Reply::Stopped`]), which starts another.

mod cache;
mod download;

use std::pin::{Pin, pin};

use burn::tensor::Device;
use futures_channel::mpsc::{self, UnboundedReceiver};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use sinet_infer::{AnnotateError, Encoded, Model, ModelFiles, Reading, Thresholds};
use sinet_protocol::{DeviceChoice, DeviceReport, Reply, Request, Settings, Switches, TypeName};
use sinet_text::annotation::{Relation, WordRange};
use sinet_text::explanation::Question;
use sinet_text::{Document, LabelledPair};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Opens a GPU, or says in one sentence why it cannot be had.
pub type OpenGpu = fn() -> Pin<Box<dyn Future<Output = Result<Device, String>>>>;

/// Serves the page's requests for as long as the worker lives, one after the other.
pub fn serve(open_gpu: Option<OpenGpu>) {
    std::panic::set_hook(Box::new(|panic| post(&Reply::Stopped { message: panic.to_string() })));
    let (sender, mut requests) = mpsc::unbounded();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let json = event.data().as_string().unwrap_or_default();
        match serde_json::from_str::<Request>(&json) {
            Ok(request) => _ = sender.unbounded_send(request),
            Err(error) => post(&Reply::Failed { id: None, message: format!("The worker got a bad request: {error}.") }),
        }
    });
    worker_scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    post(&Reply::Ready);
    spawn_local(async move {
        let mut device = DeviceSlot { open_gpu, opened: None };
        let mut loaded: Option<Loaded> = None;
        while let Some(request) = next(&mut requests, loaded.as_mut()).await {
            let reply = match request {
                Request::Load { base, device: choice, reason } => {
                    loaded = None;
                    match load(&base, choice, reason, &mut device).await {
                        Ok((model, report)) => {
                            // A GPU has compiled everything in the self-test.
                            let warm_ups = if report.device == "cpu" { WARM_UPS } else { 0 };
                            let reply = introduce(&model, report);
                            loaded = Some(Loaded { model, warm_ups, encoded: None });
                            reply
                        }
                        Err(message) => Reply::Failed { id: None, message },
                    }
                }
                Request::Annotate { id, text } => match &mut loaded {
                    Some(loaded) => loaded.annotate(id, &text).await,
                    None => Reply::Failed { id: Some(id), message: "No model is loaded.".to_owned() },
                },
                Request::Relate { id, spans, threshold, switches } => match &mut loaded {
                    Some(loaded) => loaded.relate(id, &spans, threshold, switches),
                    None => Reply::Failed { id: Some(id), message: "No model is loaded.".to_owned() },
                },
                Request::Reread { id, settings } => match &mut loaded {
                    Some(loaded) => loaded.reread(id, settings),
                    None => Reply::Failed { id: Some(id), message: "No model is loaded.".to_owned() },
                },
                Request::Explain { id, question, settings } => match &mut loaded {
                    Some(loaded) => loaded.explain(id, &question, settings),
                    None => Reply::Failed { id: Some(id), message: "No model is loaded.".to_owned() },
                },
            };
            post(&reply);
        }
    });
}

/// How often a new model reads its self-test while nobody asks for anything. Engines compile what runs often once
/// more, and better: without this the reader's first sentences would take twice as long.
const WARM_UPS: u32 = 20;

/// How long nobody has asked for anything when a warm-up begins.
const IDLE_MILLISECONDS: i32 = 20;

/// A model, and what is kept of the text that it read last.
struct Loaded {
    model: Model,
    /// Warm-ups that are left.
    warm_ups: u32,
    encoded: Option<Encoded>,
}

/// The next request. While there is none, a new model warms up.
async fn next(requests: &mut UnboundedReceiver<Request>, mut loaded: Option<&mut Loaded>) -> Option<Request> {
    while let Some(loaded) = loaded.as_mut().filter(|loaded| loaded.warm_ups > 0) {
        if let Either::Left((request, _)) = select(requests.next(), pin!(sleep(IDLE_MILLISECONDS))).await {
            return request;
        }
        loaded.warm_ups -= 1;
        // It was passed when the model was loaded; a device that fails later says so where it matters.
        loaded.model.self_test().await.ok();
    }
    requests.next().await
}

/// The GPU of this worker: it can be opened only once.
struct DeviceSlot {
    open_gpu: Option<OpenGpu>,
    opened: Option<Result<Device, String>>,
}

impl DeviceSlot {
    /// The GPU, if the page wants one and this worker can have one.
    async fn gpu(&mut self, choice: DeviceChoice) -> Option<Result<Device, String>> {
        let open = self.open_gpu.filter(|_| choice != DeviceChoice::Cpu)?;
        if self.opened.is_none() {
            self.opened = Some(open().await);
        }
        self.opened.clone()
    }
}

/// Fetches a model and runs its self-test, which also warms it up. A GPU that fails is given up for the CPU.
async fn load(
    base: &str,
    choice: DeviceChoice,
    reason: String,
    slot: &mut DeviceSlot,
) -> Result<(Model, DeviceReport), String> {
    let files = download::model_files(base, &|loaded_bytes, total_bytes| {
        post(&Reply::Progress { loaded_bytes, total_bytes });
    })
    .await
    .map_err(|error| format!("The model cannot be loaded: {error}."))?;
    let mut reason = reason;
    match slot.gpu(choice).await {
        Some(Ok(gpu)) => match load_on(files.clone(), &gpu).await {
            Ok(model) => return Ok((model, DeviceReport { device: "webgpu".to_owned(), reason })),
            Err(error) => reason = format!("WebGPU was tried: {error}."),
        },
        Some(Err(message)) => reason = format!("WebGPU cannot be used: {message}."),
        None => {}
    }
    let model =
        load_on(files, &Device::flex()).await.map_err(|error| format!("The model cannot be loaded: {error}."))?;
    Ok((model, DeviceReport { device: "cpu".to_owned(), reason }))
}

async fn load_on(files: ModelFiles, device: &Device) -> Result<Model, String> {
    let model = Model::load(files, device).map_err(|error| error.to_string())?;
    model.self_test().await.map_err(|error| error.to_string())?;
    Ok(model)
}

fn introduce(model: &Model, device: DeviceReport) -> Reply {
    let schema = model.schema();
    let named = |name: &str, verbose: &str, symmetric| TypeName {
        name: name.to_owned(),
        verbose: verbose.to_owned(),
        symmetric,
    };
    Reply::Loaded {
        model: model.name().to_owned(),
        entity_types: schema.entities.iter().map(|kind| named(&kind.name, &kind.verbose, false)).collect(),
        relation_types: (schema.relations.iter())
            .map(|kind| named(&kind.name, &kind.verbose, kind.symmetric))
            .collect(),
        device,
        settings: own_settings(model),
    }
}

fn own_settings(model: &Model) -> Settings {
    let Thresholds { entity, relation } = model.thresholds();
    let interaction = model.config().architecture.heads.interaction;
    let switches = Switches {
        tap: interaction.has_tap(),
        entity_looks: interaction.entity_looks(),
        relation_looks: interaction.relation_looks(),
    };
    Settings { entity_threshold: entity, relation_threshold: relation, switches }
}

impl Loaded {
    async fn annotate(&mut self, id: u32, text: &str) -> Reply {
        let start = now();
        let reading = match self.model.encode(Document::parse(text)).await {
            Ok(encoded) => self.model.read(self.encoded.insert(encoded)),
            Err(error) => Err(error),
        };
        annotated(id, reading, start)
    }

    fn reread(&mut self, id: u32, settings: Settings) -> Reply {
        let start = now();
        let Some((model, encoded)) = self.switched(settings.switches) else { return nothing_annotated(id) };
        annotated(id, model.read_from(encoded, thresholds(settings)), start)
    }

    fn explain(&mut self, id: u32, question: &Question, settings: Settings) -> Reply {
        let Some((model, encoded)) = self.switched(settings.switches) else { return nothing_annotated(id) };
        match model.explain(encoded, question, thresholds(settings)) {
            Ok(explanation) => Reply::Explained { id, explanation },
            Err(error) => stopped(&error),
        }
    }

    fn relate(&mut self, id: u32, spans: &[WordRange], threshold: Option<f32>, switches: Switches) -> Reply {
        let start = now();
        let Some((model, encoded)) = self.switched(switches) else { return nothing_annotated(id) };
        let threshold = threshold.unwrap_or(model.config().relation_threshold);
        match model.relate(encoded, spans, threshold) {
            Ok((pairs, scores)) => {
                let kinds = &model.schema().relations;
                let relation = |(pair, score): (LabelledPair, f32)| Relation {
                    kind: kinds[pair.kind].name.clone(),
                    head: pair.head,
                    tail: pair.tail,
                    score,
                };
                let relations = pairs.into_iter().zip(scores).map(relation).collect();
                Reply::Related { id, relations, milliseconds: now() - start }
            }
            Err(error) => stopped(&error),
        }
    }

    /// The text that was annotated last, as the network reads it with these parts.
    fn switched(&mut self, switches: Switches) -> Option<(&Model, &Encoded)> {
        let Switches { tap, entity_looks, relation_looks } = switches;
        let encoded = self.encoded.as_mut()?;
        self.model.switch(encoded, sinet_infer::Switches { tap, entity_looks, relation_looks });
        Some((&self.model, encoded))
    }
}

fn thresholds(settings: Settings) -> Thresholds {
    Thresholds { entity: settings.entity_threshold, relation: settings.relation_threshold }
}

fn annotated(id: u32, reading: Result<Reading, AnnotateError>, start: f64) -> Reply {
    match reading {
        Ok(Reading { annotation, attention }) => {
            Reply::Annotated { id, annotation, attention, milliseconds: now() - start }
        }
        Err(error) => stopped(&error),
    }
}

/// On the CPU nothing fails; a GPU that does is not asked again.
fn stopped(error: &AnnotateError) -> Reply {
    Reply::Stopped { message: error.to_string() }
}

fn nothing_annotated(id: u32) -> Reply {
    Reply::Failed { id: Some(id), message: "No text was annotated yet.".to_owned() }
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
