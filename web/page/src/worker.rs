//! A worker with its listeners.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, Event, File, MessageEvent, WorkerOptions, WorkerType};

use crate::network::address;

/// A worker; dropping it ends it.
pub struct Worker {
    worker: web_sys::Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(Event)>,
}

impl Worker {
    /// Starts a script of this page as a worker. `on_message` gets what it posts; `on_error` the browser's words, which may be
    /// empty, when it has not arrived or has stopped.
    ///
    /// # Errors
    ///
    /// If the browser starts no module workers.
    pub fn start(
        script: &str,
        on_message: impl Fn(JsValue) + 'static,
        on_error: impl Fn(String) + 'static,
    ) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(&address(script), &options)?;
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| on_message(event.data()));
        let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            event.prevent_default();
            on_error(event.dyn_into::<ErrorEvent>().map(|error| error.message()).unwrap_or_default());
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Posts a string.
    pub fn post(&self, json: &str) {
        self.worker.post_message(&json.into()).ok();
    }

    /// Posts a string with files beside it, as an array.
    pub fn post_with_files<'a>(&self, json: &str, files: impl IntoIterator<Item = &'a File>) {
        let message: Array = std::iter::once(json.into()).chain(files.into_iter().map(JsValue::from)).collect();
        self.worker.post_message(&message).ok();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
