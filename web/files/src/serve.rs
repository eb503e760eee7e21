//! Messages in and out. A panic ends the worker, and the browser tells the page.

use futures_channel::mpsc;
use futures_util::StreamExt;
use js_sys::{Array, Uint8Array};
use sinet_logic::files::task::{Answer, Task, perform};
use sinet_protocol::requests;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

/// Does the page's tasks for as long as the worker lives, one after the other.
pub fn serve() {
    console_error_panic_hook::set_once();
    let (sender, mut messages) = mpsc::unbounded();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        _ = sender.unbounded_send(event.data());
    });
    worker_scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    requests::watch(&["resource"], |fetches| post(&Answer::Fetched(fetches), &[]));
    post(&Answer::Ready, &[]);
    spawn_local(async move {
        while let Some(message) = messages.next().await {
            let (answer, content) = answer(&message).await;
            post(&answer, &content);
        }
    });
}

/// Reads what the page has posted, an array of a string and files, and does it.
async fn answer(message: &JsValue) -> (Answer, Vec<u8>) {
    let mut parts = Array::from(message).into_iter();
    let json = parts.next().and_then(|json| json.as_string()).unwrap_or_default();
    let task: Task = match serde_json::from_str(&json) {
        Ok(task) => task,
        Err(error) => {
            return (Answer::Failed(format!("The page asked for nothing that can be done: {error}.")), Vec::new());
        }
    };
    let mut contents = Vec::new();
    for file in parts.filter_map(|part| part.dyn_into::<File>().ok()) {
        let buffer = JsFuture::from(file.array_buffer()).await;
        contents.push(buffer.ok().map(|buffer| Uint8Array::new(&buffer).to_vec()));
    }
    perform(task, contents)
}

fn post(answer: &Answer, content: &[u8]) {
    let json = serde_json::to_string(answer).expect("answers are plain JSON");
    let message = Array::of2(&json.into(), &Uint8Array::from(content));
    worker_scope().post_message(&message).expect("strings and bytes can be posted");
}

fn worker_scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
