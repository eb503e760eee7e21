//! The documents that this browser keeps.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_document::record::{Head, State, tell_age};
use sinet_formats::Format;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::files::Files;
use crate::files::drop::files_of_input;
use crate::library::Library;

/// How many documents are listed before somebody asks for more.
const ROWS: usize = 20;

/// One line as long as nobody wants more: how many there are, and whether the open one is saved.
#[component]
pub fn Documents(library: Library, files: Files) -> impl IntoView {
    let summary = move || match library.heads.with(Vec::len) {
        0 => "Documents".to_owned(),
        count => format!("Documents ({count})"),
    };
    let saved = move || match (library.trouble.get(), library.open.get()) {
        (None, Some(_)) => "Saved in this browser",
        _ => "",
    };
    view! {
        <section class="documents" aria-label="Documents">
            <div class="row">
                <details>
                    <summary>{summary}</summary>
                    <List library files/>
                </details>
                <span class="note saved">{saved}</span>
            </div>
            <p class="note said" role="status" aria-label="Documents">
                {move || library.said.get()}
            </p>
            <Show when=move || library.removed.with(Option::is_some)>
                <button type="button" class="quiet" on:click=move |_| library.restore()>"Undo the deletion"</button>
            </Show>
            <p class="failure" role="alert">{move || library.trouble.get().map(|trouble| trouble.to_string())}</p>
        </section>
    }
}

#[component]
fn List(library: Library, files: Files) -> impl IntoView {
    let (search, limit) = (RwSignal::new(String::new()), RwSignal::new(ROWS));
    let found = Memo::new(move |_| {
        let search = search.get();
        library.found.with(|found| {
            let matches = |head: &&Head| head.matches(&search) || found.contains(&head.id);
            library.heads.with(|heads| heads.iter().filter(matches).cloned().collect::<Vec<_>>())
        })
    });
    let shown = move || found.with(|found| found.iter().take(limit.get()).cloned().collect::<Vec<_>>());
    let add = move |event: Event| {
        let input: HtmlInputElement = event.target().expect("an event of an input").unchecked_into();
        let chosen = files_of_input(&input);
        input.set_value("");
        files.take(chosen);
    };
    let progress = move || library.work.get();
    let format = RwSignal::new(Format::Sinet);
    let choose = move |name: &str| {
        if let Some(chosen) = Format::ALL.into_iter().find(|format| format.name() == name) {
            format.set(chosen);
        }
    };
    let options = || {
        let formats = Format::ALL.into_iter().filter(|format| format.can_be_written());
        formats.map(|format| view! { <option value=format.name()>{format.title()}</option> }).collect_view()
    };
    view! {
        <p class="buttons">
            <button type="button" class="quiet" on:click=move |_| library.open_new(OpenDocument::of_text(""))>"New"</button>
            <label class="quiet">
                "Open a folder…" <input class="hidden" type="file" multiple prop:webkitdirectory=true on:change=add/>
            </label>
            <Show when=move || library.heads.with(|heads| heads.len() > 1)>
                <button type="button" class="quiet" on:click=move |_| library.read_all()>"Annotate all"</button>
                <span class="pair">
                    <select aria-label="Format of all documents" on:change:target=move |event| choose(&event.target().value())>
                        {options()}
                    </select>
                    <button type="button" class="quiet" on:click=move |_| files.export(format.get_untracked())>
                        "Export all"
                    </button>
                </span>
            </Show>
        </p>
        <Show when=move || progress().is_some()>
            <p class="work">
                <progress
                    aria-label="Annotating all documents"
                    prop:max=move || progress().map_or(1.0, |work| work.total.max(1) as f64)
                    prop:value=move || progress().map_or(0.0, |work| work.done as f64)
                ></progress>
                <span>{move || progress().map(|work| format!("{} of {}", work.done, work.total))}</span>
                <button type="button" class="quiet" on:click=move |_| library.cancel()>"Cancel"</button>
            </p>
        </Show>
        <Show when=move || library.heads.with(|heads| heads.len() > 5)>
            <input
                type="search"
                aria-label="Search documents"
                placeholder="Search"
                on:input:target=move |event| {
                    search.set(event.target().value());
                    limit.set(ROWS);
                    library.search(event.target().value());
                }
            />
        </Show>
        <ul class="plain">
            <For each=shown key=|head| (head.id.clone(), head.revision) children=move |head| view! { <Row library head/> }/>
        </ul>
        <Show when=move || { limit.get() < found.with(Vec::len) }>
            <button type="button" class="quiet" on:click=move |_| limit.update(|limit| *limit += 5 * ROWS)>"Show more"</button>
        </Show>
        <Show when=move || library.heads.with(Vec::is_empty)>
            <p class="note">"What you write or open is kept here, in this browser only, until you delete it."</p>
        </Show>
    }
}

#[component]
fn Row(library: Library, head: Head) -> impl IntoView {
    let (opened, deleted, shown) = (head.id.clone(), head.id.clone(), head.id.clone());
    let is_open = move || library.open.with(|open| open.as_ref() == Some(&shown));
    let state = match head.state {
        State::New => "",
        State::Labelled => " · labels of a file",
        State::Read => " · annotated",
        State::Failed => " · could not be read",
    };
    let note = format!("{}{state}", tell_age(head.edited, js_sys::Date::now()));
    view! {
        <li aria-current=move || is_open().then_some("true")>
            <button type="button" class="title" on:click=move |_| library.open(opened.clone())>
                {head.title.clone()}
            </button>
            <span class="note">{note}</span>
            <button
                type="button"
                class="quiet"
                aria-label=format!("Delete “{}”", head.title)
                on:click=move |_| library.remove(&deleted)
            >
                "Delete"
            </button>
        </li>
    }
}
