//! The types of the model, and under which of one's own its labels are shown.

use leptos::prelude::*;
use sinet_document::Tagset;
use sinet_document::tagset::{Sort, TagsetEdit};
use sinet_text::{TypeName, Types};

use super::{Work, untracked_tagset};

/// A choice for each type that the model knows.
#[component]
pub fn OfModel(work: Work) -> impl IntoView {
    let known = work.library.session.editor.known;
    let choices = move |sort: Sort| {
        let kinds = known.with(|known| match sort {
            Sort::Entity => known.entities.clone(),
            Sort::Relation => known.relations.clone(),
        });
        kinds.into_iter().map(|kind| view! { <Choice work sort kind/> }).collect_view()
    };
    view! {
        <Show when=move || known.with(|known| !known.entities.is_empty())>
            <h3>"What the model says"</h3>
            <p class="note">"Each of its types is shown under one of yours, or hidden."</p>
            <ul class="plain of-model">{move || choices(Sort::Entity)} {move || choices(Sort::Relation)}</ul>
        </Show>
    }
}

#[component]
fn Choice(work: Work, sort: Sort, kind: TypeName) -> impl IntoView {
    let name = kind.name.clone();
    let shown_under = Memo::new({
        let name = name.clone();
        move |_| work.with(|tagset| tagset.of_model(sort, &name).map(str::to_owned))
    });
    let own = Memo::new(move |_| {
        work.with(|tagset| {
            let named = |name: &str| (name.to_owned(), tagset.words(sort, name).to_owned());
            tagset.names(sort).map(named).collect::<Vec<_>>()
        })
    });
    let can_add = Memo::new({
        let name = name.clone();
        move |_| work.with(|tagset| !tagset.has(sort, &name))
    });
    let options = move || {
        let option = |(name, words): (String, String)| {
            let (value, own) = (format!("{OWN}{name}"), name);
            view! {
                <option value=value prop:selected=move || shown_under.with(|shown| shown.as_ref() == Some(&own))>
                    {words}
                </option>
            }
        };
        own.get().into_iter().map(option).collect_view()
    };
    let label = format!("The model’s {sort} type {}", kind.verbose);
    let words = kind.verbose.clone();
    let choose = move |value: String| {
        let to = value.strip_prefix(OWN).map(str::to_owned);
        if value == ADD {
            let only = match sort {
                Sort::Entity => Types { entities: vec![kind.clone()], ..Types::default() },
                Sort::Relation => Types { relations: vec![kind.clone()], ..Types::default() },
            };
            let tagset = untracked_tagset(work.library);
            work.take(Tagset::of_types(&only).and_then(|only| tagset.and(&only)));
        } else {
            work.change(TagsetEdit::Map { sort, kind: name.clone(), to });
        }
    };
    view! {
        <li>
            <span>{words}</span>
            <select aria-label=label on:change:target=move |event| choose(event.target().value())>
                <option value=HIDE prop:selected=move || shown_under.with(Option::is_none)>"hidden"</option>
                {options}
                <Show when=move || can_add.get()><option value=ADD>"add it to mine"</option></Show>
            </select>
        </li>
    }
}

/// What the choices are called. Names of types stand behind a sign of their own.
const OWN: &str = "=";
const ADD: &str = "+";
const HIDE: &str = "";
