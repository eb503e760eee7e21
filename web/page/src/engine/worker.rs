//! A worker program with its listeners.

use js_sys::Array;
use sinet_logic::engine::device::WorkerKind;
use sinet_logic::engine::failure::Failure;
use sinet_protocol::{Fault, Reply, Request};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::simd;
use crate::network::address;

/// A worker; dropping it ends it.
pub struct RunningWorker {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(Event)>,
}

impl RunningWorker {
    /// Starts a worker. `on_reply` gets what it says, `on_stop` that it has stopped, where it could not say so itself.
    ///
    /// # Errors
    ///
    /// [`Fault::Browser`] if this browser cannot run it.
    pub fn start(
        kind: WorkerKind,
        on_reply: impl Fn(Reply) + 'static,
        on_stop: impl Fn(Failure) + Clone + 'static,
    ) -> Result<Self, Failure> {
        if !simd::has_vectors() {
            return Err(Failure::new(Fault::Browser, "it has no WebAssembly SIMD"));
        }
        let script = match kind {
            WorkerKind::Cpu if simd::has_relaxed() => "sinet-worker-cpu-relaxed_loader.js",
            WorkerKind::Cpu => "sinet-worker-cpu_loader.js",
            WorkerKind::Gpu => "sinet-worker-gpu_loader.js",
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address(script), &options)
            .map_err(|_| Failure::new(Fault::Browser, "it starts no module workers"))?;
        let on_nonsense = on_stop.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().as_string().and_then(|json| serde_json::from_str(&json).ok()) {
                Some(reply) => on_reply(reply),
                None => on_nonsense(Failure::new(Fault::Crash, "it sent a message that this page does not know")),
            }
        });
        let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            event.prevent_default();
            let message = event.dyn_into::<ErrorEvent>().map(|error| error.message()).unwrap_or_default();
            on_stop(Failure::of_error_event(&message));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a request.
    pub fn post(&self, request: &Request) {
        self.worker.post_message(&json(request)).ok();
    }

    /// Sends a request with files beside it.
    pub fn post_with_files(&self, request: &Request, files: &[File]) {
        let message: Array = std::iter::once(json(request)).chain(files.iter().map(JsValue::from)).collect();
        self.worker.post_message(&message).ok();
    }
}

impl Drop for RunningWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn json(request: &Request) -> JsValue {
    serde_json::to_string(request).expect("requests are plain JSON").into()
}
