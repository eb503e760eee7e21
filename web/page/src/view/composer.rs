//! The text field, the examples and the choice of a model.

use leptos::prelude::*;
use sinet_page::catalogue::ModelName;

use crate::app::Page;

/// Where a person types.
#[component]
pub fn Composer(page: Page) -> impl IntoView {
    let models = ModelName::ALL.map(|model| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="model"
                    value=model.folder()
                    prop:checked=move || page.model.get() == model
                    on:change=move |_| page.switch_model(model)
                />
                <span>{model.title()}</span>
            </label>
        }
    });
    let examples = move || {
        page.model.get().examples().map(|(name, text)| {
            view! { <button type="button" class="quiet" on:click=move |_| page.put_text(text)>{name}</button> }
        })
    };
    view! {
        <section class="composer" aria-label="Text and model">
            <div class="row">
                <fieldset class="models">
                    <legend>"Kind of text"</legend>
                    {models}
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
                spellcheck="false"
                placeholder="Type or paste a text."
                prop:value=move || page.text.get()
                on:input:target=move |event| page.type_text(event.target().value())
            ></textarea>
            <button type="button" class="main" on:click=move |_| page.read()>"Annotate"</button>
        </section>
    }
}
