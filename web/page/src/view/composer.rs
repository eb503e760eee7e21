//! The text field, the examples and the choice of a model.

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;

use super::open_files::OpenFiles;
use crate::app::Page;

/// Where a person types.
#[component]
pub fn Composer(page: Page) -> impl IntoView {
    let all = move || {
        let own = page.models.own.get().into_iter().map(|(model, _)| model);
        ModelName::SHIPPED.into_iter().chain(own).collect::<Vec<_>>()
    };
    let choice = move |model: ModelName| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="model"
                    value=model.folder()
                    prop:checked=move || page.model.get() == model
                    on:change=move |_| page.switch_model(model)
                />
                <span>{page.models.title(model)}</span>
            </label>
        }
    };
    let examples = move || {
        let button = |&(name, text): &(&'static str, &'static str)| {
            view! { <button type="button" class="quiet" on:click=move |_| page.put_text(text)>{name}</button> }
        };
        page.model.get().examples().iter().map(button).collect_view()
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
                prop:value=move || page.text.get()
                on:input:target=move |event| page.type_text(event.target().value())
            ></textarea>
            <div class="buttons">
                <button type="button" class="main" on:click=move |_| page.read()>"Annotate"</button>
                <OpenFiles page/>
            </div>
        </section>
    }
}
