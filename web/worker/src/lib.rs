//! What both inference workers share: receiving requests, loading a model, annotating.
//!
//! [`serve`] is all that a worker's `main` calls. A panic ends the worker: it says so to the page
//! ([`Reply::Stopped`]), which starts another.

mod cache;
mod download;

use std::pin::Pin;

use burn::tensor::Device;
use futures_channel::mpsc;
use futures_util::StreamExt;
use sinet_infer::{Model, ModelFiles};
use sinet_protocol::{DeviceChoice, DeviceReport, Reply, Request, TypeName};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
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
        let mut model = None;
        while let Some(request) = requests.next().await {
            let reply = match request {
                Request::Load { base, device: choice, reason } => {
                    model = None;
                    match load(&base, choice, reason, &mut device).await {
                        Ok((loaded, report)) => {
                            let reply = introduce(&loaded, report);
                            model = Some(loaded);
                            reply
                        }
                        Err(message) => Reply::Failed { id: None, message },
                    }
                }
                Request::Annotate { id, text } => match &model {
                    Some(model) => annotate(model, id, &text).await,
                    None => Reply::Failed { id: Some(id), message: "No model is loaded.".to_owned() },
                },
            };
            post(&reply);
        }
    });
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
    }
}

async fn annotate(model: &Model, id: u32, text: &str) -> Reply {
    let start = now();
    match model.annotate(text).await {
        Ok(reading) => Reply::Annotated {
            id,
            annotation: reading.annotation,
            attention: reading.attention,
            milliseconds: now() - start,
        },
        // On the CPU nothing fails; a GPU that does is not asked again.
        Err(error) => Reply::Stopped { message: error.to_string() },
    }
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
