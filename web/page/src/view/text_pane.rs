//! The pane in the middle: the text, written or with its labels, and what is going on with it.

use leptos::html;
use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_text::{ByteSpan, OffsetUnit, Offsets};

use super::checking::Checking;
use super::coverage::Coverage;
use super::hints::Hints;
use super::legend::Legend;
use super::open_files::OpenedFiles;
use super::privacy::Privacy;
use super::sentences::Sentences;
use super::status::Status;
use super::writing::{Writing, leave};
use crate::correct::Interaction;
use crate::files::Files;
use crate::library::Library;
use crate::network::Offline;
use crate::workspace::Workspace;

/// The text.
#[component]
pub fn TextPane(
    workspace: Workspace,
    library: Library,
    interaction: Interaction,
    files: Files,
    offline: Offline,
) -> impl IntoView {
    let session = interaction.session;
    let page = NodeRef::<html::Div>::new();
    let has_begun = session.has_begun();
    let annotate = move |_| {
        session.read();
        leave(workspace, interaction);
    };
    view! {
        <main class="text" class:unread=move || !has_begun.get()>
            <div class="head">
                <Status session/>
                <div class="buttons">
                    <button
                        type="button"
                        class="quiet"
                        aria-keyshortcuts="Shift+N"
                        on:click=move |_| write_new(workspace, library)
                    >
                        "New"
                    </button>
                    <button
                        type="button"
                        class="quiet"
                        aria-keyshortcuts="Shift+E"
                        aria-disabled=move || workspace.is_writing.get().to_string()
                        on:click=move |_| write(workspace, interaction)
                    >
                        "Edit the text"
                    </button>
                    <button type="button" class="main" on:click=annotate>"Annotate"</button>
                </div>
            </div>
            <Checking library interaction/>
            <Hints workspace/>
            <div class="page" node_ref=page aria-busy=move || session.is_busy().to_string()>
                <Writing workspace interaction/>
                <OpenedFiles session files/>
                <Show when=move || !workspace.is_writing.get()>
                    <Sentences interaction page/>
                    <Coverage session/>
                </Show>
                <footer>
                    <p>"Your text stays on this machine: the page only fetches its own files."</p>
                    <Privacy session offline/>
                </footer>
            </div>
            <Legend interaction/>
        </main>
    }
}

/// Opens a new document, and its text for writing.
pub fn write_new(workspace: Workspace, library: Library) {
    library.open_new(OpenDocument::of_text(""));
    workspace.write(0);
}

/// Opens the text for writing, at the sentence that is worked on.
pub fn write(workspace: Workspace, interaction: Interaction) {
    let session = interaction.session;
    if workspace.is_writing.get_untracked() {
        return;
    }
    let start = session.editor.document.with_untracked(|document| {
        let words = document.sentences().get(session.window.get_untracked())?;
        let start = document.words().get(words.start)?.start;
        let range = Offsets::new(document.text()).range(ByteSpan { start, end: start }, OffsetUnit::Utf16)?;
        Some(range.start)
    });
    workspace.write(start.unwrap_or_default() as u32);
}
