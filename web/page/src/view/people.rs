//! Two people's labels of the same documents: how far they agree, and their differences side by side.

use leptos::html;
use leptos::prelude::*;
use sinet_document::agreement::{Alone, Kind, Label, Side};
use sinet_formats::Format;
use sinet_logic::correct::keys::{Held, Step};
use sinet_logic::library::progress::documents;
use sinet_logic::people::{Act, HELP, Measure, People, act, measures, of_types};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::sentences::Pictures;
use crate::files::drop::files_of_input;
use crate::people::TwoPeople;
use crate::workspace::focus;

/// How many differences are listed before and after the one that is looked at.
const AROUND: usize = 30;

/// How many documents without a partner are named.
const NAMED: usize = 20;

/// The two files, in the place of the text.
#[component]
pub fn PeopleView(people: TwoPeople) -> impl IntoView {
    let section = NodeRef::<html::Section>::new();
    // Whoever opens it has its keys at once.
    Effect::new(move || {
        if let Some(section) = section.get() {
            section.focus().ok();
        }
    });
    let has_both = move || people.people.with(Option::is_some);
    let failures = move || people.failures.get().into_iter().map(|it| view! { <p>{it}</p> }).collect_view();
    view! {
        <section
            class="people"
            node_ref=section
            tabindex="-1"
            aria-labelledby="people-title"
            on:keydown=move |event| press(people, &event)
        >
            <div class="row">
                <h2 id="people-title">"Two people"</h2>
                <div class="buttons">
                    <Choose people side=Side::First name="First file…"/>
                    <Choose people side=Side::Second name="Second file…"/>
                    <button type="button" class="quiet" aria-keyshortcuts="Shift+P" on:click=move |_| close(people)>"Close"</button>
                </div>
            </div>
            <div class="failure" role="alert">{failures}</div>
            <Show
                when=has_both
                fallback=|| view! {
                    <p class="note">
                        "Open two files of the same documents, labelled by two people. Documents go together by their names and texts."
                    </p>
                }
            >
                <Differences people/>
                <Measures people/>
                <Keys/>
            </Show>
            <p class="said" role="status" aria-label="Two people">{move || people.said.get()}</p>
        </section>
    }
}

/// Closes, and leaves the focus where it can be opened again.
fn close(people: TwoPeople) {
    people.toggle();
    focus("two-people");
}

/// A file of one person.
#[component]
fn Choose(people: TwoPeople, side: Side, name: &'static str) -> impl IntoView {
    let chosen = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        people.take(side, files_of_input(&input));
        // The same file may be chosen again.
        input.set_value("");
    };
    let shown = move || people.files.with(|files| files[side as usize].as_ref().map(|file| file.name.clone()));
    view! {
        <label class="quiet">{name} <input type="file" class="hidden" multiple on:change=chosen/></label>
        <span class="note">{shown}</span>
    }
}

/// The difference that is looked at, those around it, and the third document.
#[component]
fn Differences(people: TwoPeople) -> impl IntoView {
    let told = move || look(people, progress);
    view! {
        <p class="progress" aria-live="polite">{told}</p>
        <Show when=move || look(people, |people| people.at()).flatten().is_some()>
            <div class="beside-each-other">
                <Person people side=Side::First/>
                <Person people side=Side::Second/>
            </div>
            <div class="buttons" role="toolbar" aria-label="Decide" on:mousedown=|event| event.prevent_default()>
                <Decide people name="First" key="A" act=Act::First/>
                <Decide people name="Second" key="B" act=Act::Second/>
                <Decide people name="Both" key="C" act=Act::Both/>
                <Decide people name="Neither" key="X" act=Act::Neither/>
                <Decide people name="Undo" key="Ctrl+Z" act=Act::Undo/>
                <Decide people name="Before" key="↑" act=Act::Go(Step::Up)/>
                <Decide people name="After" key="↓" act=Act::Go(Step::Down)/>
            </div>
            <List people/>
        </Show>
        <Export people/>
    }
}

/// The sentences with the labels of one person.
#[component]
fn Person(people: TwoPeople, side: Side) -> impl IntoView {
    let name = move || look(people, |people| people.names[side as usize].clone());
    let said = move || {
        look(people, |people| {
            let place = people.places()[people.at()?];
            Some(tell(
                people,
                people.disagreement(place).labels[side as usize].as_ref(),
                people.comparison(place).text(),
            ))
        })
        .flatten()
    };
    view! {
        <div role="group" aria-label=name>
            <h3>{name}</h3>
            <p class="label">{said}</p>
            <Pictures editor=people.sentences[side as usize]/>
        </div>
    }
}

#[component]
fn Decide(people: TwoPeople, name: &'static str, key: &'static str, act: Act) -> impl IntoView {
    view! {
        <button type="button" class="quiet" aria-keyshortcuts=key on:click=move |_| people.run(act)>
            {name} <kbd aria-hidden="true">{key}</kbd>
        </button>
    }
}

/// The differences around the one that is looked at, each with its decision.
#[component]
fn List(people: TwoPeople) -> impl IntoView {
    let rows = move || {
        look(people, |people| {
            let at = people.at().unwrap_or(0);
            let (start, end) = (at.saturating_sub(AROUND), people.places().len().min(at + AROUND + 1));
            (start..end).map(|index| row(people, index)).collect::<Vec<_>>()
        })
        .unwrap_or_default()
    };
    // The one that is looked at stays in view.
    Effect::new(move || {
        look(people, |people| people.at());
        request_animation_frame(|| {
            let row = document().query_selector(".people tr[aria-current]").ok().flatten();
            if let Some(row) = row {
                let nearest = web_sys::ScrollIntoViewOptions::new();
                nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
                row.scroll_into_view_with_scroll_into_view_options(&nearest);
            }
        });
    });
    let row = move |Row { index, is_looked_at, kind, labels: [first, second], decision }: Row| {
        view! {
            <tr aria-current=is_looked_at.then_some("true") class:selected=is_looked_at>
                <td>
                    <button type="button" class="row-pick" on:click=move |_| people.look_at(index)>{kind}</button>
                </td>
                <td>{first}</td>
                <td>{second}</td>
                <td>{decision}</td>
            </tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Differences">
            <table>
                <thead>
                    <tr><th scope="col">"Difference"</th><th scope="col">"First"</th><th scope="col">"Second"</th><th scope="col">"Decided"</th></tr>
                </thead>
                <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

struct Row {
    index: usize,
    is_looked_at: bool,
    kind: &'static str,
    labels: [String; 2],
    decision: String,
}

fn row(people: &People, index: usize) -> Row {
    let place = people.places()[index];
    let disagreement = people.disagreement(place);
    let text = people.comparison(place).text();
    let kind = match disagreement.kind() {
        Kind::Only(Side::First) => "Only first",
        Kind::Only(Side::Second) => "Only second",
        Kind::OtherType => "Other type",
        Kind::OtherBoundaries => "Other boundaries",
        Kind::Reversed => "Reversed",
    };
    Row {
        index,
        is_looked_at: people.at() == Some(index),
        kind,
        labels: disagreement.labels.each_ref().map(|label| tell(people, label.as_ref(), text)),
        decision: people.tell_decision(place),
    }
}

fn tell(people: &People, label: Option<&Label>, text: &str) -> String {
    label.map_or("–".to_owned(), |label| label.tell(text, &people.types))
}

fn progress(people: &People) -> String {
    let (documents, differences) = (documents(people.comparisons().len()), people.places().len());
    let place = people.at().map(|at| {
        let id = people.comparison(people.places()[at]).id();
        let of = if id.is_empty() { String::new() } else { format!(" in “{id}”") };
        format!(" Difference {}{of}.", at + 1)
    });
    let decided = people.decided();
    format!("{documents}, {differences} differences, {decided} decided.{}", place.unwrap_or_default())
}

/// The third document, in a format of one's choice.
#[component]
fn Export(people: TwoPeople) -> impl IntoView {
    let format = RwSignal::new(Format::Sinet);
    let choose = move |name: &str| {
        if let Some(chosen) = Format::ALL.into_iter().find(|format| format.name() == name) {
            format.set(chosen);
        }
    };
    let options = || {
        let formats = Format::ALL.into_iter().filter(|format| format.can_be_written());
        formats.map(|format| view! { <option value=format.name()>{format.title()}</option> }).collect_view()
    };
    view! {
        <div class="form">
            <label for="people-form">"The third document as"</label>
            <select id="people-form" on:change:target=move |event| choose(&event.target().value())>{options()}</select>
            <button type="button" class="quiet" on:click=move |_| people.export(format.get_untracked())>"Download"</button>
            <span class="note">"What both agree on, and what is decided."</span>
        </div>
    }
}

/// How far the two agree, and the documents that only one has.
#[component]
fn Measures(people: TwoPeople) -> impl IntoView {
    // Decisions change nothing of it.
    let told = Memo::new(move |_| {
        look(people, |people| {
            let [entities, relations] = of_types(&people.agreement, &people.types);
            (measures(&people.agreement), entities, relations, people.alone.clone())
        })
    });
    let table = |caption: &'static str, rows: Vec<Measure>| {
        let row = |Measure { name, value, counts }: Measure| {
            view! { <tr><th scope="row">{name}</th><td class="number">{value}</td><td class="note">{counts}</td></tr> }
        };
        (!rows.is_empty()).then(|| view! { <table><caption>{caption}</caption><tbody>{rows.into_iter().map(row).collect_view()}</tbody></table> })
    };
    view! {
        <div class="measures">
            {move || told.get().map(|(all, entities, relations, alone)| view! {
                {table("Agreement", all)}
                {table("Entities of each type: F1", entities)}
                {table("Relations of each type: F1", relations)}
                {(!alone.is_empty()).then(|| tell_alone(&alone))}
            })}
        </div>
    }
}

fn tell_alone(alone: &[Alone]) -> impl IntoView + use<> {
    let item = |Alone { side, name, other_text }: &Alone| {
        let file = if *side == Side::First { "first" } else { "second" };
        let reason = if *other_text { ", with another text in the other" } else { "" };
        view! { <li>{format!("“{name}”, only in the {file} file{reason}")}</li> }
    };
    let more = alone
        .len()
        .checked_sub(NAMED)
        .filter(|more| *more > 0)
        .map(|more| view! { <li>{format!("and {more} more")}</li> });
    view! {
        <div>
            <h3>"Documents of one file only, which are not compared"</h3>
            <ul>{alone.iter().take(NAMED).map(item).collect_view()}{more}</ul>
        </div>
    }
}

#[component]
fn Keys() -> impl IntoView {
    let row = |(keys, meaning)| view! { <tr><th scope="row">{keys}</th><td>{meaning}</td></tr> };
    view! {
        <details>
            <summary>"Keys"</summary>
            <table><tbody>{HELP.map(row).collect_view()}</tbody></table>
        </details>
    }
}

/// A key, while two people are shown.
pub fn press(people: TwoPeople, event: &KeyboardEvent) {
    let held = Held { alt: event.alt_key(), shift: event.shift_key(), control: event.ctrl_key() || event.meta_key() };
    let is_field = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.closest("select, input, summary").is_ok_and(|field| field.is_some()));
    if is_field {
        return;
    }
    if let Some(act) = act(&event.key(), held, false) {
        event.prevent_default();
        people.run(act);
    }
}

/// What is compared, if two files are there; follows it.
fn look<T>(people: TwoPeople, look: impl FnOnce(&People) -> T) -> Option<T> {
    people.people.with(|people| people.as_ref().map(look))
}
