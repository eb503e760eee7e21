//! The places that the model looked at, as in figure 4 of the paper: a heat map for each direction of CTAM, and the encoder's own.

use std::ops::Range;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use sinet_document::Reading;
use sinet_figure::Face;
use sinet_logic::explain::attention::{Heat, Look, SHADES, in_window, lines, percent};
use wasm_bindgen::JsCast;

use super::measure;
use super::sentences::watch_width;
use crate::explain::selected_words;
use crate::session::Session;

/// The words of a heat map, smaller than those of the picture.
const WORD_SIZE: f32 = 13.0;
/// The pixels by which a column is wider than its word.
const COLUMN_PAD: f32 = 10.0;
/// The narrowest column.
const NARROWEST: f32 = 28.0;
/// Room for the names of the rows.
const NAMES: f32 = 52.0;

/// The maps of the chosen sentence.
#[component]
pub fn Attention(session: Session) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = watch_width(frame);
    let window = Memo::new(move |_| {
        let count = session.shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.reading.window_count()));
        session.window.get().min(count.saturating_sub(1))
    });
    let maps = move || {
        let reading = session.shown.get()?.reading;
        let window = window.get();
        let place = reading.attention.iter().position(|attention| attention.window == window)?;
        let which = if reading.window_count() > 1 {
            format!("Sentence {} of {}; choose another by its number above.", window + 1, reading.window_count())
        } else {
            String::new()
        };
        let map = |look: Look| match Heat::new(look.heads(&reading.attention[place])) {
            Some(heat) => {
                view! { <Map session reading=reading.clone() window heat=Arc::new(heat) look width/> }.into_any()
            }
            None => {
                view! { <div class="map"><h3>{look.title()}</h3><p class="note">"Switched off."</p></div> }.into_any()
            }
        };
        Some(view! {
            <p class="note">{which}</p>
            <div class="maps">{Look::CTAM.map(map).collect_view()}</div>
            <details>
                <summary>"To compare: where the encoder’s own [CLS] looked"</summary>
                {map(Look::EncoderCls)}
            </details>
        })
    };
    view! {
        <section class="attention" aria-labelledby="attention-title" class:stale=move || session.is_stale()>
            <h2 id="attention-title">"What the model looked at"</h2>
            <p class="note">
                "Each task reads the other’s view of the sentence before it decides. A column is a word, a row a head of
                 the attention, and the mean of all heads lies on top; cells of 10 % and more say so. The selection is
                 underlined."
            </p>
            <div node_ref=frame>{maps}</div>
        </section>
    }
}

/// One map. Its columns are reached with the arrow keys.
#[component]
fn Map(
    session: Session,
    reading: Arc<Reading>,
    window: usize,
    heat: Arc<Heat>,
    look: Look,
    width: Signal<f32>,
) -> impl IntoView {
    let words: Arc<Vec<String>> =
        Arc::new(reading.words_in(window).chain(["[SEP]", "[CLS]"]).map(str::to_owned).collect());
    let window_words = reading.annotation.windows[window].words;
    let chosen = Memo::new(move |_| -> Vec<Range<usize>> {
        let ranges = selected_words(session.editor).into_iter().map(|words| in_window(words, window_words));
        ranges.filter(|range| !range.is_empty()).collect()
    });
    let pointed = RwSignal::new(None::<usize>);
    let reached = RwSignal::new(0_usize);
    let share = {
        let heat = heat.clone();
        move || {
            chosen
                .with(|chosen| heat.share(chosen))
                .map(|share| format!("{} of the mean lie on what is selected.", percent(share)))
        }
    };
    let readout = {
        let (heat, words) = (heat.clone(), words.clone());
        move || pointed.get().map(|column| heat.tell(column, &words[column]))
    };
    let rows = {
        let (heat, words) = (heat.clone(), words.clone());
        move || {
            let room = (width.get() - NAMES).max(NARROWEST);
            let widths: Vec<f32> = words.iter().map(|word| column_width(word).min(room)).collect();
            lines(&widths, room)
                .into_iter()
                .map(|line| {
                    let names = heat.rows.iter().map(|row| view! { <span>{row.name.clone()}</span> }).collect_view();
                    let columns = line
                        .map(|place| column(&heat, &words[place], place, widths[place], chosen, pointed, reached))
                        .collect_view();
                    view! { <div class="heat-line"><div class="heat-names" aria-hidden="true">{names}</div>{columns}</div> }
                })
                .collect_view()
        }
    };
    let last = words.len() - 1;
    view! {
        <div class="map">
            <h3>{look.title()}</h3>
            <p class="note scale-line">
                <span>"0 %"</span>
                <span class="scale" aria-hidden="true">
                    {(0..SHADES).map(|shade| view! { <span class=format!("shade-{shade}")></span> }).collect_view()}
                </span>
                <span>{percent(heat.top)}</span>
                <span class="share">{share}</span>
            </p>
            <div
                class="heat"
                role="group"
                aria-label=format!("{}: word by word; arrow keys go on", look.title())
                on:keydown=move |event| step(&event, reached.get_untracked(), last)
            >
                {rows}
            </div>
            <p class="readout" aria-hidden="true">{readout}</p>
            <details>
                <summary>"Numbers"</summary>
                {numbers(&heat, &words, look)}
            </details>
        </div>
    }
}

fn column_width(word: &str) -> f32 {
    let (_, size) = measure::weight_and_size(Face::Word);
    (measure::width(word, Face::Word) * WORD_SIZE / size + COLUMN_PAD).max(NARROWEST)
}

/// A word under its weights.
fn column(
    heat: &Heat,
    word: &str,
    place: usize,
    width: f32,
    chosen: Memo<Vec<Range<usize>>>,
    pointed: RwSignal<Option<usize>>,
    reached: RwSignal<usize>,
) -> impl IntoView + use<> {
    let cells = (heat.rows.iter())
        .map(|row| {
            let weight = row.weights[place];
            view! { <span class=format!("cell shade-{}", heat.shade(weight))>{Heat::mark(weight)}</span> }
        })
        .collect_view();
    let is_chosen = move || chosen.with(|chosen| chosen.iter().any(|range| range.contains(&place)));
    let leave = move || {
        if pointed.get_untracked() == Some(place) {
            pointed.set(None);
        }
    };
    view! {
        <div
            class="column"
            class:chosen=is_chosen
            role="img"
            aria-label=heat.tell(place, word)
            data-column=place
            style:width=format!("{width}px")
            tabindex=move || if reached.get() == place { "0" } else { "-1" }
            on:pointerenter=move |_| pointed.set(Some(place))
            on:pointerleave=move |_| leave()
            on:focus=move |_| {
                reached.set(place);
                pointed.set(Some(place));
            }
            on:blur=move |_| leave()
        >
            {cells}
            <span class="word">{word.to_owned()}</span>
        </div>
    }
}

/// The arrow keys go from column to column.
fn step(event: &web_sys::KeyboardEvent, from: usize, last: usize) {
    let to = match event.key().as_str() {
        "ArrowRight" => (from + 1).min(last),
        "ArrowLeft" => from.saturating_sub(1),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    let heat = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let column = heat.and_then(|heat| heat.query_selector(&format!("[data-column='{to}']")).ok().flatten());
    if let Some(column) = column.and_then(|column| column.dyn_into::<web_sys::HtmlElement>().ok()) {
        column.focus().ok();
    }
}

/// The same as a table: a row for each word.
fn numbers(heat: &Heat, words: &[String], look: Look) -> impl IntoView + use<> {
    let names =
        heat.rows.iter().map(|row| view! { <th scope="col" class="number">{row.name.clone()}</th> }).collect_view();
    let rows = (words.iter().enumerate())
        .map(|(place, word)| {
            let cells = heat
                .rows
                .iter()
                .map(|row| view! { <td class="number">{percent(row.weights[place])}</td> })
                .collect_view();
            view! { <tr><th scope="row">{word.clone()}</th>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="numbers" role="region" aria-label=format!("Numbers: {}", look.title()) tabindex="0">
            <table>
                <thead><tr><th scope="col">"Word"</th>{names}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
