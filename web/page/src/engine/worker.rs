//! A worker that runs a model.

use sinet_logic::engine::device::WorkerKind;
use sinet_logic::engine::failure::Failure;
use sinet_protocol::{Fault, Reply, Request};
use web_sys::File;

use super::simd;
use crate::worker::Worker;

/// A worker; dropping it ends it.
pub struct RunningWorker(Worker);

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
        let on_nonsense = on_stop.clone();
        let worker = Worker::start(
            script,
            move |message| match message.as_string().and_then(|json| serde_json::from_str(&json).ok()) {
                Some(reply) => on_reply(reply),
                None => on_nonsense(Failure::new(Fault::Crash, "it sent a message that this page does not know")),
            },
            move |message| on_stop(Failure::of_error_event(&message)),
        );
        worker.map(Self).map_err(|_| Failure::new(Fault::Browser, "it starts no module workers"))
    }

    /// Sends a request.
    pub fn post(&self, request: &Request) {
        self.0.post(&json(request));
    }

    /// Sends a request with files beside it.
    pub fn post_with_files(&self, request: &Request, files: &[File]) {
        self.0.post_with_files(&json(request), files);
    }
}

fn json(request: &Request) -> String {
    serde_json::to_string(request).expect("requests are plain JSON")
}
