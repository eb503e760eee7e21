//! Two models on the same text.

use leptos::prelude::*;
use sinet_document::difference::{Difference, Found, Retyped};
use sinet_logic::engine::catalogue::ModelName;
use sinet_text::Types;

use super::sentences::Pictures;
use crate::engine::Phase;
use crate::explain::Comparison;
use crate::session::Session;

/// The choice of another model, and what it finds.
#[component]
pub fn Compared(session: Session, comparison: Comparison) -> impl IntoView {
    // A model is not compared with itself.
    Effect::new(move || {
        if comparison.model.get() == Some(session.model.get()) {
            comparison.choose(None);
        }
    });
    let choices = move || {
        let own = session.models.own.get().into_iter().map(|(model, _)| model);
        let all = ModelName::SHIPPED.into_iter().chain(own);
        all.filter(|model| *model != session.model.get())
            .map(|model| {
                view! {
                    <button
                        type="button"
                        class="quiet"
                        aria-pressed=move || (comparison.model.get() == Some(model)).to_string()
                        on:click=move |_| comparison.choose(Some(model))
                    >
                        {session.models.title(model)}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <section class="compared" aria-labelledby="compared-title">
            <h2 id="compared-title">"Beside another model"</h2>
            <div class="examples" role="group" aria-label="The other model">
                <span aria-hidden="true">"Read the same text with"</span>
                {choices}
                <Show when=move || comparison.model.get().is_some()>
                    <button type="button" class="quiet" on:click=move |_| comparison.choose(None)>"Close"</button>
                </Show>
            </div>
            <Show when=move || comparison.model.get().is_some()><Both session comparison/></Show>
        </section>
    }
}

#[component]
fn Both(session: Session, comparison: Comparison) -> impl IntoView {
    let progress = move || match comparison.phase() {
        Some(Phase::Starting | Phase::Loading { .. }) => Some("The other model is on its way…".to_owned()),
        Some(Phase::Ready(_)) if comparison.shown.with(Option::is_none) => Some("The other model reads…".to_owned()),
        _ => None,
    };
    let names = move || names(session, comparison);
    let told = move || progress().or_else(|| comparison.difference().map(|difference| summary(&names(), &difference)));
    let list = move || {
        let (mine, others) = (session.editor.known.get(), comparison.editor.known.get());
        comparison.difference().map(|difference| differences(&difference, &names(), [&mine, &others]))
    };
    view! {
        <p class="told note" aria-live="polite">{told}</p>
        <p role="alert" class="failure">{move || comparison.refusal.get()}</p>
        <Show when=move || comparison.shown.with(Option::is_some)>
            {list}
            <div role="group" class="beside" aria-label=move || names()[1].clone()>
                <h3>{move || names()[1].clone()}</h3>
                <Pictures editor=comparison.editor/>
            </div>
        </Show>
    }
}

/// The names of the two models.
fn names(session: Session, comparison: Comparison) -> [String; 2] {
    let title = |model| session.models.title(model);
    [title(session.model.get()), comparison.model.get().map(title).unwrap_or_default()]
}

/// How much the two agree.
fn summary([mine, other]: &[String; 2], difference: &Difference) -> String {
    if difference.is_empty() {
        return "Both models find the same.".to_owned();
    }
    let (only_first, only_second) = (difference.only_first.len(), difference.only_second.len());
    let mut told = format!("Only {mine} finds {only_first}, only {other} {only_second} of all entities and relations");
    match difference.retyped.len() {
        0 => told.push('.'),
        1 => told.push_str("; 1 entity has another type."),
        count => told.push_str(&format!("; {count} entities have other types.")),
    }
    told
}

fn differences(difference: &Difference, names: &[String; 2], types: [&Types; 2]) -> impl IntoView + use<> {
    let only = |name: &str, found: &[Found], types: &Types| {
        let items = found.iter().take(ITEMS).map(|found| view! { <li>{found.tell(types)}</li> }).collect_view();
        (!found.is_empty()).then(|| view! { <div><h3>{format!("Only {name}")}</h3><ul>{items}</ul></div> })
    };
    let [first, second] =
        [only(&names[0], &difference.only_first, types[0]), only(&names[1], &difference.only_second, types[1])];
    let retyped = (difference.retyped.iter().take(ITEMS))
        .map(|Retyped { text, kinds: [mine, other] }| {
            let [mine, other] = [types[0].entity(mine), types[1].entity(other)];
            view! { <li>{format!("“{text}”: {mine} for {}, {other} for {}", names[0], names[1])}</li> }
        })
        .collect_view();
    let retyped =
        (!difference.retyped.is_empty()).then(|| view! { <div><h3>"Other types"</h3><ul>{retyped}</ul></div> });
    view! { <div class="differences">{first}{second}{retyped}</div> }
}

/// How many of each sort are listed; all of them are counted.
const ITEMS: usize = 50;
