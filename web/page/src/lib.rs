//! The annotation page: a Leptos application in rooms, each with one purpose. [`start`] opens it.
//!
//! - `app`: the whole page, which makes the rooms and puts their views together
//! - `view`: the parts of the page
//! - `workspace`: which tab is shown, whether the text is written, how wide the panes are
//! - `people`: two files of the same documents
//! - `files`: opening and downloading
//! - `explain`: reasons for a reading, and another model's reading of the same text
//! - `correct`: a person's work on the open document
//! - `script`: `window.sinet`, the page's model for other scripts
//! - `library`: the documents that the browser keeps
//! - `session`: the open document and the model that reads it; every question is asked here
//! - `engine`: the model at work, in a worker of its own
//! - `worker`: a program beside the page
//! - `network`: the page's requests, and the page without a network
//! - `notes`: small notes that the browser keeps
//!
//! A room uses those below it, and none above.
//!
//! All of it needs a browser. Decisions that need none lie in `sinet-logic`, in rooms of the same names; the open
//! document is `sinet-document`, its pictures are `sinet-figure`. Those three are tested natively.

#![cfg(target_arch = "wasm32")]

mod app;
mod correct;
mod engine;
mod explain;
mod files;
mod library;
mod network;
mod notes;
mod people;
mod script;
mod session;
mod view;
mod worker;
mod workspace;

/// Opens the page in the document's body.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        show_crash();
    }));
    leptos::mount::mount_to_body(app::App);
}

/// Shows the sentence that stands ready in the document: after a panic nothing else of the page can be relied on.
fn show_crash() {
    let sentence = web_sys::window().and_then(|window| window.document()?.get_element_by_id("crashed"));
    if let Some(sentence) = sentence {
        sentence.remove_attribute("hidden").ok();
    }
}
