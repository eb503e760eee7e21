//! The text field, the examples and the choice of a model.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_logic::engine::catalogue::ModelName;

use super::open_files::OpenFiles;
use crate::files::Files;
use crate::library::Library;
use crate::session::Session;

/// The field in which a person types.
#[component]
pub fn Composer(session: Session, library: Library, files: Files) -> impl IntoView {
    let all = move || {
        let own = session.models.own.get().into_iter().map(|(model, _)| model);
        ModelName::SHIPPED.into_iter().chain(own).collect::<Vec<_>>()
    };
    let choice = move |model: ModelName| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="model"
                    value=model.folder()
                    prop:checked=move || session.model.get() == model
                    on:change=move |_| session.choose_model(model)
                />
                <span>{session.models.title(model)}</span>
            </label>
        }
    };
    let examples = move || {
        let button = |&(name, text): &(&'static str, &'static str)| {
            view! { <button type="button" class="quiet" on:click=move |_| library.open_new(OpenDocument::of_text(text))>{name}</button> }
        };
        session.model.get().examples().iter().map(button).collect_view()
    };
    view! {
        <section class="composer" aria-label="Text and model">
            <div class="row">
                <fieldset class="models">
                    <legend>"Kind of text"</legend>
                    <For each=all key=|model| *model children=choice/>
                </fieldset>
                <div class="examples" role="group" aria-label="Examples">
                    <span aria-hidden="true">"Try"</span>
                    {examples}
                </div>
            </div>
            <label class="hidden" for="text">"Text to annotate"</label>
            <textarea
                id="text"
                rows="4"
                dir="auto"
                spellcheck="false"
                placeholder="Type or paste a text."
                prop:value=move || session.text.get()
                on:input:target=move |event| session.type_text(event.target().value())
            ></textarea>
            <div class="buttons">
                <button type="button" class="main" on:click=move |_| session.read()>"Annotate"</button>
                <OpenFiles files/>
            </div>
        </section>
    }
}
