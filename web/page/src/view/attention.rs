//! What the model looked at, as in figure 4 of the paper.

use std::sync::Arc;

use leptos::prelude::*;
use sinet_page::attention::{Look, shades, weights};
use sinet_page::reading::Reading;

use crate::app::Page;

/// The three maps of the chosen sentence.
#[component]
pub fn Attention(page: Page) -> impl IntoView {
    let maps = move || {
        let shown = page.shown.get()?;
        let reading = shown.reading;
        let window = page.window.get().min(reading.window_count().checked_sub(1)?);
        let place = reading.attention.iter().position(|attention| attention.window == window)?;
        let which = if reading.window_count() > 1 {
            format!("Sentence {} of {}; choose another by its number above.", window + 1, reading.window_count())
        } else {
            String::new()
        };
        let maps = Look::ALL
            .into_iter()
            .filter(|look| !look.heads(&reading.attention[place]).is_empty())
            .map(|look| map(&reading, window, place, look))
            .collect_view();
        Some(view! {
            <p class="note">{which}</p>
            <div class="maps">{maps}</div>
        })
    };
    view! {
        <section class="attention" aria-labelledby="attention-title" class:stale=move || page.is_stale()>
            <h2 id="attention-title">"What the model looked at"</h2>
            <p class="note">
                "The stronger a word is coloured, the more of the attention it has. The two tasks read each other’s view of the
                 sentence; the encoder’s own [CLS] is there to compare."
            </p>
            {maps}
        </section>
    }
}

/// One map: a button for each head, and the words in shades.
fn map(reading: &Arc<Reading>, window: usize, place: usize, look: Look) -> impl IntoView + use<> {
    let head = RwSignal::new(None::<usize>);
    let head_count = look.heads(&reading.attention[place]).len();
    let buttons = std::iter::once(None)
        .chain((0..head_count).map(Some))
        .map(|choice| {
            let (name, label) = match choice {
                None => ("Mean".to_owned(), "Mean of all heads".to_owned()),
                Some(head) => ((head + 1).to_string(), format!("Head {}", head + 1)),
            };
            view! {
                <button
                    type="button"
                    class="head"
                    aria-label=label
                    aria-pressed=move || (head.get() == choice).to_string()
                    on:click=move |_| head.set(choice)
                >
                    {name}
                </button>
            }
        })
        .collect_view();
    let reading = reading.clone();
    let strip = move || {
        let weights = weights(look.heads(&reading.attention[place]), head.get());
        let shades = shades(&weights);
        let words = reading.words_in(window).chain(["[SEP]", "[CLS]"]);
        words
            .zip(weights.into_iter().zip(shades))
            .map(|(word, (weight, shade))| {
                let percent = format!("{:.1} %", 100.0 * weight);
                view! {
                    <span class=format!("shade-{shade}") title=percent.clone()>
                        {word.to_owned()}<span class="hidden">{format!(" {percent} ")}</span>
                    </span>
                    " "
                }
            })
            .collect_view()
    };
    view! {
        <div class="map">
            <h3>{look.title()}</h3>
            <div class="heads" role="group" aria-label=format!("{}: head", look.title())>{buttons}</div>
            <p class="strip">{strip}</p>
        </div>
    }
}
