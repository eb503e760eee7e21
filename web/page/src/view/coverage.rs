//! The pieces in which the text was read: a bar and a sentence.

use leptos::prelude::*;
use sinet_logic::explain::coverage::{Coverage as Covered, Kind};
use sinet_text::Document;

use crate::session::Session;

/// Nothing, where a single sentence was read.
#[component]
pub fn Coverage(session: Session) -> impl IntoView {
    let covered = Memo::new(move |_| {
        session.shown.with(|shown| {
            let annotation = &shown.as_ref()?.reading.annotation;
            let sentences = Document::parse(annotation.text.as_str()).sentences;
            let covered = Covered::new(annotation.words.len(), &sentences, &annotation.windows);
            covered.is_worth_telling().then_some(covered)
        })
    });
    let bar = |covered: &Covered| {
        let stretch = |stretch: &sinet_logic::explain::coverage::Stretch| {
            let class = match stretch.kind {
                Kind::Whole => "whole",
                Kind::Part => "part",
                Kind::Unread => "unread",
            };
            view! { <span class=class style:flex-grow=stretch.words.to_string()></span> }
        };
        covered.stretches.iter().map(stretch).collect_view()
    };
    view! {
        <Show when=move || covered.with(Option::is_some)>
            <section class="coverage" aria-label="How the text was read">
                <div class="bar" aria-hidden="true">{move || covered.with(|covered| covered.as_ref().map(bar))}</div>
                <p class="note">{move || covered.with(|covered| covered.as_ref().map(Covered::sentence))}</p>
            </section>
        </Show>
    }
}
