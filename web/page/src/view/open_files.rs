//! The button that opens files, and what came of it. Files may be dropped anywhere on the page, too.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::app::Page;
use crate::files::drop::files_of_input;

/// The button.
#[component]
pub fn OpenFiles(page: Page) -> impl IntoView {
    let chosen = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        page.take_files(files_of_input(&input));
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

/// What was recognised, lost and refused.
#[component]
pub fn OpenedFiles(page: Page) -> impl IntoView {
    let files = page.files;
    let list =
        |sentences: Vec<String>| sentences.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view();
    view! {
        <div class="note opened" role="status">
            {move || list(files.notes.get())}
            {move || page.as_opened.get().then_some("The labels are shown as they came; “Annotate” adds what the model finds.")}
        </div>
        <div class="failure" role="alert">{move || list(files.failures.get())}</div>
    }
}
