//! The field in which a text is written. It lies where the labels are shown else.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::correct::Interaction;
use crate::workspace::Workspace;

/// The field. It is there all the time, and hidden while the labels are shown.
#[component]
pub fn Writing(workspace: Workspace, interaction: Interaction) -> impl IntoView {
    let session = interaction.session;
    let press = move |event: KeyboardEvent| {
        let is_end = event.key() == "Escape" || event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if is_end && !event.is_composing() {
            event.prevent_default();
            finish(workspace, interaction);
        }
    };
    view! {
        <div class="writing" hidden=move || !workspace.is_writing.get()>
            <label class="hidden" for="text">"Text to annotate"</label>
            <textarea
                id="text"
                dir="auto"
                spellcheck="false"
                placeholder="Type or paste a text."
                prop:value=move || session.text.get()
                on:input:target=move |event| session.type_text(event.target().value())
                on:keydown=press
            ></textarea>
        </div>
    }
}

/// Shows the labels of what was written, and reads it at once if that has not been done.
pub fn finish(workspace: Workspace, interaction: Interaction) {
    let session = interaction.session;
    if !session.text.with_untracked(|text| text.trim().is_empty()) && untrack(|| session.is_stale()) {
        session.read();
    }
    leave(workspace, interaction);
}

/// Shows the labels in the place of the field.
pub fn leave(workspace: Workspace, interaction: Interaction) {
    // An empty text has no labels to show.
    if !interaction.session.text.with_untracked(|text| text.trim().is_empty()) {
        workspace.stop_writing();
        interaction.focus();
    }
}
