//! The button that opens files, and what came of it. Files may be dropped anywhere on the page, too.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::files::Files;
use crate::files::drop::files_of_input;
use crate::session::Session;

/// The button.
#[component]
pub fn OpenFiles(files: Files) -> impl IntoView {
    let chosen = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        files.take(files_of_input(&input));
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <label class="quiet">
            "Open files…"
            <input type="file" class="hidden" multiple on:change=chosen/>
        </label>
    }
}

/// The formats that were recognised, the losses and the refusals.
#[component]
pub fn OpenedFiles(session: Session, files: Files) -> impl IntoView {
    let list =
        |sentences: Vec<String>| sentences.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view();
    view! {
        <div class="note opened" role="status">
            {move || list(files.notes.get())}
            {move || session.as_opened.get().then_some("The labels are shown as they came; “Annotate” adds what the model finds.")}
        </div>
        <div class="failure" role="alert">{move || list(files.failures.get())}</div>
    }
}
