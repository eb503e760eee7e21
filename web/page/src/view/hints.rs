//! Three hints for first-time visitors, one at a time, that go away for good.

use leptos::prelude::*;

use crate::workspace::Workspace;

const HINTS: [&str; 3] = [
    "The labels below are a model’s. Select one, and you see why it was found; Enter agrees, Delete takes it away.",
    "Select words and press the key of a type to label them. Drag from one entity to another to relate them.",
    "Paste a text or drop files anywhere on the page: a document opens, and stays in this browser.",
];

/// The hint of now.
#[component]
pub fn Hints(workspace: Workspace) -> impl IntoView {
    let hint = move || workspace.hint.get();
    let is_last = move || hint() == Some(HINTS.len() - 1);
    view! {
        <Show when=move || hint().is_some()>
            <aside class="hint" aria-label="Hint">
                <p>
                    <span class="number">{move || hint().map(|hint| format!("{} of {}", hint + 1, HINTS.len()))}</span>
                    {move || hint().map(|hint| HINTS[hint])}
                </p>
                <div class="actions">
                    <button type="button" class="quiet" on:click=move |_| workspace.next_hint(HINTS.len(), false)>
                        {move || if is_last() { "Got it" } else { "Next hint" }}
                    </button>
                    <Show when=move || !is_last()>
                        <button type="button" class="quiet" on:click=move |_| workspace.next_hint(HINTS.len(), true)>"No hints"</button>
                    </Show>
                </div>
            </aside>
        </Show>
    }
}
