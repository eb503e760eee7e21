//! The editor of a person's own types: beside the text, so that every label shows at once what a change does.

mod begin;
mod of_model;
mod row;

use leptos::prelude::*;
use sinet_document::Tagset;
use sinet_document::counts::Counts;
use sinet_document::tagset::{FILE_BYTES, Sort, TagsetEdit, TagsetError, TagsetHistory};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlElement, HtmlInputElement, SubmitEvent};

use crate::files;
use crate::library::Library;
use begin::Begin;
use of_model::OfModel;
use row::Row;

/// Types of one's own, or the ways to begin with them.
#[component]
pub fn TypesPanel(library: Library) -> impl IntoView {
    let work = Work { library, said: RwSignal::default() };
    let has_types = Memo::new(move |_| library.types.with(Option::is_some));
    let contents = move || match has_types.get() {
        true => view! { <Own work/> }.into_any(),
        false => view! { <Begin work/> }.into_any(),
    };
    view! {
        <section class="types" aria-labelledby="types-title">
            <h2 id="types-title">"Types"</h2>
            {contents}
            <p class="said" role="status" aria-label="News of the types">
                {move || if library.is_following.get() { "Labels of other documents follow…".to_owned() } else { work.said.get() }}
            </p>
        </section>
    }
}

/// The types under work; a copy is the same.
#[derive(Clone, Copy)]
struct Work {
    library: Library,
    said: RwSignal<String>,
}

impl Work {
    /// Makes a change, and says why not otherwise. Whether it was made.
    fn change(self, edit: TagsetEdit) -> bool {
        self.tell(self.library.change_types(edit))
    }

    fn tell(self, done: Result<(), String>) -> bool {
        self.said.set(done.as_ref().err().cloned().unwrap_or_default());
        done.is_ok()
    }

    /// Begins with types, or puts them in the place of those that are there.
    fn take(self, tagset: Result<Tagset, TagsetError>) {
        match tagset {
            Err(error) => self.said.set(error.to_string()),
            Ok(tagset) if self.library.types.with_untracked(Option::is_some) => {
                self.change(TagsetEdit::Replace(Box::new(tagset)));
            }
            Ok(tagset) => {
                self.said.set(String::new());
                self.library.begin_types(tagset);
            }
        }
    }

    /// Takes the types of a file.
    fn take_file(self, file: File) {
        spawn_local(async move {
            if file.size() > FILE_BYTES as f64 {
                return self.said.set(TagsetError::TooLarge.to_string());
            }
            match JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
                Some(json) => self.take(Tagset::from_json(&json)),
                None => self.said.set(format!("{} cannot be read.", file.name())),
            }
        });
    }

    /// Follows the types; an empty tagset where there are none.
    fn with<T>(self, look: impl FnOnce(&Tagset) -> T) -> T {
        self.library.types.with(|types| match types {
            Some(types) => look(types.tagset()),
            None => look(&Tagset::default()),
        })
    }
}

/// The types themselves.
#[component]
fn Own(work: Work) -> impl IntoView {
    let library = work.library;
    let take_away = move |_| {
        let json = library.types.with_untracked(|types| types.as_ref().map(|types| types.tagset().to_json()));
        let saved = files::download("types.json", "application/json", json.unwrap_or_default().as_bytes());
        work.said.set(saved.map_or_else(|message| message, |()| "types.json is among your downloads.".to_owned()));
    };
    let add_all = move |_| {
        let tagset = library.types.with_untracked(|types| types.as_ref().map(|types| types.tagset().clone()));
        let counts: Counts = library.counts();
        work.take(Tagset::of_labels(&counts).and_then(|found| tagset.unwrap_or_default().and(&found)));
    };
    view! {
        <Sorted work sort=Sort::Entity title="Types of entities"/>
        <Sorted work sort=Sort::Relation title="Types of relations"/>
        <OfModel work/>
        <div class="buttons">
            <button type="button" class="quiet" on:click=move |_| _ = work.tell(library.undo_types())>"Undo a change of the types"</button>
            <button type="button" class="quiet" on:click=move |_| _ = work.tell(library.redo_types())>"Redo it"</button>
            <button type="button" class="quiet" on:click=take_away>"Download types.json"</button>
            <FileChoice work/>
            <button type="button" class="quiet" on:click=add_all>"Add the types of all labels"</button>
            <button type="button" class="quiet" on:click=move |_| library.give_up_types()>"Go back to the model’s types"</button>
        </div>
    }
}

/// The types of one sort, and a field for another.
#[component]
fn Sorted(work: Work, sort: Sort, title: &'static str) -> impl IntoView {
    let count = Memo::new(move |_| work.with(|tagset| tagset.names(sort).count()));
    // A row is of a place, not of a name: so a field keeps the focus while its type is renamed.
    let row = move |place: usize| view! { <Row work sort place/> };
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let field: Option<HtmlInputElement> =
            document().get_element_by_id(field_name(sort)).and_then(|field| field.dyn_into().ok());
        if let Some(field) = field
            && work.change(TagsetEdit::Add { sort, name: field.value() })
        {
            field.set_value("");
        }
    };
    view! {
        <h3>{title}</h3>
        <ul class="plain tags">
            <For each=move || 0..count.get() key=|place| *place children=row/>
        </ul>
        <form class="form" on:submit=add>
            <input id=field_name(sort) type="text" aria-label=format!("Name of another {sort} type") autocomplete="off"/>
            <button type="submit" class="quiet">"Add"</button>
        </form>
    }
}

/// The name of the field for another type.
fn field_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Entity => "add-entity-type",
        Sort::Relation => "add-relation-type",
    }
}

/// Puts the focus where the next type is entered: the row that had it has gone.
fn focus_field(sort: Sort) {
    request_animation_frame(move || {
        if let Some(field) = document().get_element_by_id(field_name(sort)) {
            field.unchecked_into::<HtmlElement>().focus().ok();
        }
    });
}

/// A choice of a `types.json`.
#[component]
fn FileChoice(work: Work) -> impl IntoView {
    let open = move |event: web_sys::Event| {
        let input: HtmlInputElement = event.target().expect("an event of an input").unchecked_into();
        let file = input.files().and_then(|files| files.get(0));
        if let Some(file) = file {
            work.take_file(file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <label class="quiet">
            "Open a types.json…"
            <input class="hidden" type="file" accept=".json,application/json" on:change=open/>
        </label>
    }
}

/// The tagset of a history, for those who do not follow it.
fn untracked_tagset(library: Library) -> Tagset {
    library.types.with_untracked(|types| types.as_ref().map(TagsetHistory::tagset).cloned()).unwrap_or_default()
}
