//! The documents that this browser keeps, in the pane at the left.

use leptos::html;
use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_document::counts::{Count, Counts};
use sinet_document::record::{Head, State, tell_age};
use sinet_formats::Format;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::files::takeaway::Item;
use sinet_logic::library::progress::Progress;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::files::Files;
use crate::files::drop::files_of_input;
use crate::library::Library;
use crate::workspace::Workspace;

/// The height of a row, as in the style sheet, in CSS pixels.
const ROW: usize = 56;

/// How many rows outside of what is seen are drawn, above and below.
const AHEAD: usize = 12;

/// The list, and what is done with all of it. It can be folded away.
#[component]
pub fn Documents(workspace: Workspace, library: Library, files: Files) -> impl IntoView {
    let is_folded = move || workspace.panes.with(|panes| panes.is_folded);
    let summary = move || match library.heads.with(Vec::len) {
        0 => "Documents".to_owned(),
        count => format!("Documents ({count})"),
    };
    let saved = move || match (library.trouble.get(), library.open.get()) {
        (None, Some(_)) => "Saved in this browser",
        _ => "",
    };
    view! {
        <section class="documents" id="documents" aria-label="Documents" class:folded=is_folded>
            <div class="row">
                <button
                    type="button"
                    class="fold"
                    aria-expanded=move || (!is_folded()).to_string()
                    aria-keyshortcuts="Shift+D"
                    on:click=move |_| workspace.fold(!workspace.panes.with_untracked(|panes| panes.is_folded))
                >
                    {summary}
                </button>
                <span class="note saved">{saved}</span>
            </div>
            <p class="note said" role="status" aria-label="Documents">
                {move || library.said.get()}
            </p>
            <Show when=move || library.removed.with(Option::is_some)>
                <button type="button" class="quiet" on:click=move |_| library.restore()>"Undo the deletion"</button>
            </Show>
            <p class="failure" role="alert">{move || library.trouble.get().map(|trouble| trouble.to_string())}</p>
            <Show when=move || !is_folded()><List library files/></Show>
        </section>
    }
}

#[component]
fn List(library: Library, files: Files) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let search = search.get();
        library.found.with(|found| {
            let matches = |head: &&Head| head.matches(&search) || found.contains(&head.id);
            library.heads.with(|heads| heads.iter().filter(matches).cloned().collect::<Vec<_>>())
        })
    });
    let examples = move || {
        let button = |&(name, text): &(&'static str, &'static str)| {
            view! { <button type="button" class="quiet" on:click=move |_| library.open_new(OpenDocument::of_text(text))>{name}</button> }
        };
        library.session.model.get().examples().iter().map(button).collect_view()
    };
    view! {
        <div class="examples" role="group" aria-label="Examples">
            <span aria-hidden="true">"Try"</span>
            {examples}
        </div>
        <All library files/>
        <HowFar library/>
        <Show when=move || library.heads.with(|heads| heads.len() > 5)>
            <input
                type="search"
                id="search"
                aria-label="Search documents"
                placeholder="Search"
                on:input:target=move |event| {
                    search.set(event.target().value());
                    library.search(event.target().value());
                }
            />
        </Show>
        <Show
            when=move || !library.heads.with(Vec::is_empty)
            fallback=|| view! { <p class="note">"What you write or open is kept here, in this browser only, until you delete it."</p> }
        >
            <Rows library found search/>
        </Show>
    }
}

/// How far the work on all documents has come.
#[component]
fn HowFar(library: Library) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let progress = Memo::new(move |_| library.heads.with(|heads| Progress::over(heads)));
    let types = library.session.editor.types;
    let rows = move || {
        // Nobody looks at a list that is closed.
        let counts = if is_open.get() { progress.get().counts } else { Counts::default() };
        types.with(|types| {
            let entities = counts.entities.iter().map(|(kind, count)| (types.entity(kind).to_owned(), *count));
            let relations = counts.relations.iter().map(|(kind, count)| (types.relation(kind).to_owned(), *count));
            let row = |(name, count): (String, Count)| {
                view! { <tr><th scope="row">{name}</th><td class="number">{count.person}</td><td class="number">{count.model}</td></tr> }
            };
            entities.chain(relations).map(row).collect_view()
        })
    };
    view! {
        <Show when=move || { progress.with(|progress| progress.documents > 0) }>
            <details class="how-far" on:toggle=move |_| is_open.update(|is_open| *is_open = !*is_open)>
                <summary>{move || progress.with(Progress::tell)}</summary>
                <p class="note">{move || progress.with(Progress::tell_agreement)}</p>
                <div class="scroll" tabindex="0" role="region" aria-label="Labels by type">
                    <table>
                        <thead><tr><th scope="col">"Type"</th><th scope="col" class="number">"By you"</th><th scope="col" class="number">"By a model"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </Show>
    }
}

/// What is done with all documents.
#[component]
fn All(library: Library, files: Files) -> impl IntoView {
    let add = move |event: Event| {
        let input: HtmlInputElement = event.target().expect("an event of an input").unchecked_into();
        let chosen = files_of_input(&input);
        input.set_value("");
        files.take(chosen);
    };
    let progress = move || library.work.get();
    let (item, only_checked) = (RwSignal::new(Item::Data(Format::Sinet)), RwSignal::new(false));
    let choose = move |name: &str| {
        if let Some(chosen) = Item::named(name) {
            item.set(chosen);
            // Nobody's silence is a label, unless somebody says so.
            only_checked.set(chosen == Item::Training);
        }
    };
    let options = || {
        let items = Item::all().into_iter().filter(|item| matches!(item, Item::Data(_) | Item::Training));
        items.map(|item| view! { <option value=item.name()>{item.title()}</option> }).collect_view()
    };
    view! {
        <p class="buttons">
            <label class="quiet">
                "Open a folder…" <input class="hidden" type="file" multiple prop:webkitdirectory=true on:change=add/>
            </label>
            <Show when=move || library.heads.with(|heads| heads.len() > 1)>
                <Show when=move || library.session.model.get() != ModelName::NoModel>
                    <button type="button" class="quiet" on:click=move |_| library.read_all()>"Annotate all"</button>
                </Show>
                <span class="pair">
                    <select aria-label="Format of all documents" on:change:target=move |event| choose(&event.target().value())>
                        {options()}
                    </select>
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| files.export(item.get_untracked(), only_checked.get_untracked())
                    >
                        "Export all"
                    </button>
                    <button type="button" class="quiet" on:click=move |_| files.export_set()>"Download the set"</button>
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || only_checked.get()
                            on:change:target=move |event| only_checked.set(event.target().checked())
                        />
                        "only checked"
                    </label>
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
    }
}

/// The documents that were found. Only the rows near what is seen are drawn; the others keep their room.
#[component]
fn Rows(library: Library, found: Memo<Vec<Head>>, search: RwSignal<String>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    // The first and the last row that are seen.
    let seen = RwSignal::new((0, 40));
    let look = move || {
        if let Some(list) = list.get_untracked() {
            let first = list.scroll_top().max(0) as usize / ROW;
            seen.set((first, first + list.client_height().max(0) as usize / ROW + 1));
        }
    };
    let drawn = Memo::new(move |_| {
        let (first, last) = seen.get();
        let count = found.with(Vec::len);
        // What was scrolled to may have gone.
        let start = first.saturating_sub(AHEAD).min(count.saturating_sub(1));
        (start, (last + AHEAD).min(count).max(start))
    });
    let rows = move || {
        let (start, end) = drawn.get();
        found.with(|found| {
            found
                .iter()
                .enumerate()
                .skip(start)
                .take(end - start)
                .map(|(at, head)| (at, head.clone()))
                .collect::<Vec<_>>()
        })
    };
    // Whoever opens the next document by a key sees it in the list.
    Effect::new(move || {
        let place = library.open.with(|open| {
            let open = open.as_ref()?;
            found.with_untracked(|found| found.iter().position(|head| head.id == *open))
        });
        if let (Some(place), Some(list)) = (place, list.get()) {
            let (top, height) = ((place * ROW) as i32, list.client_height());
            if top < list.scroll_top() || top + ROW as i32 > list.scroll_top() + height {
                list.set_scroll_top(top - height / 3);
            }
        }
    });
    // What is found begins at the top.
    Effect::new(move |before: Option<()>| {
        search.track();
        if let (Some(()), Some(list)) = (before, list.get_untracked()) {
            list.set_scroll_top(0);
        }
    });
    view! {
        <div node_ref=list class="rows" on:scroll=move |_| look()>
            <ul class="plain" style:height=move || format!("{}px", ROW * found.with(Vec::len))>
                <For
                    each=rows
                    key=|(at, head)| (*at, head.id.clone(), head.revision)
                    children=move |(at, head)| view! { <Row library head at count=Signal::derive(move || found.with(Vec::len))/> }
                />
            </ul>
        </div>
    }
}

#[component]
fn Row(library: Library, head: Head, at: usize, count: Signal<usize>) -> impl IntoView {
    let (opened, deleted, shown) = (head.id.clone(), head.id.clone(), head.id.clone());
    let is_open = move || library.open.with(|open| open.as_ref() == Some(&shown));
    let state = match head.state {
        State::New => "",
        State::Labelled => " · labels of a file",
        State::Read => " · annotated",
        State::Failed => " · could not be read",
    };
    let checked = if head.checked { "✓ checked · " } else { "" };
    let note = format!("{checked}{}{state}", tell_age(head.edited, js_sys::Date::now()));
    view! {
        <li
            aria-current=move || is_open().then_some("true")
            aria-posinset=at + 1
            aria-setsize=move || count.get()
            style:top=format!("{}px", ROW * at)
        >
            <button type="button" class="title" title=head.title.clone() on:click=move |_| library.open(opened.clone())>
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
