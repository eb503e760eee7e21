//! Thresholds and parts of the network, to be changed while the picture answers.

use leptos::prelude::*;
use sinet_document::difference::{Difference, Retyped};
use sinet_protocol::Settings;
use sinet_text::Types;

use crate::session::{MOST, Session};

/// Sliders, switches, and what they change.
#[component]
pub fn Tuning(session: Session) -> impl IntoView {
    let ready = move || session.settings().is_some();
    let has = move |part: Part| session.own_settings().is_some_and(|mut settings| *part.of(&mut settings));
    let switches = Part::ALL.map(|part| view! { <Show when=move || has(part)><Switch session part/></Show> });
    view! {
        <section class="tuning" aria-label="Thresholds and parts of the network">
            <h2>"Thresholds and parts of the network"</h2>
                <Show when=ready fallback=|| view! { <p class="note">"As soon as a text has been read."</p> }>
                    <div class="sliders">
                        <Slider session threshold=Threshold::Entity/>
                        <Slider session threshold=Threshold::Relation/>
                    </div>
                </Show>
                <fieldset class="switches">
                    <legend>"Parts of the network that take part"</legend>
                    {switches}
                    <p class="note">
                        "The network was trained with all its parts; this shows what it makes of the text without one of them."
                    </p>
                </fieldset>
            <Changes session/>
        </section>
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Threshold {
    Entity,
    Relation,
}

impl Threshold {
    fn name(self) -> &'static str {
        match self {
            Self::Entity => "Entities from a score of",
            Self::Relation => "Relations from a score of",
        }
    }

    fn of(self, settings: &mut Settings) -> &mut f32 {
        match self {
            Self::Entity => &mut settings.entity_threshold,
            Self::Relation => &mut settings.relation_threshold,
        }
    }
}

#[component]
fn Slider(session: Session, threshold: Threshold) -> impl IntoView {
    let value = move || session.settings().map_or(0.0, |mut settings| *threshold.of(&mut settings));
    let choose = move |percent: String| {
        let settings = untrack(|| session.settings());
        if let (Some(mut settings), Ok(percent)) = (settings, percent.parse::<u8>()) {
            *threshold.of(&mut settings) = f32::from(percent.min(100)) / 100.0;
            session.choose_settings(Some(settings));
        }
    };
    view! {
        <label class="slider">
            <span>{threshold.name()}</span>
            <input
                type="range"
                min="0"
                max="100"
                step="1"
                prop:value=move || (100.0 * value()).round().to_string()
                aria-valuetext=move || format!("{:.2}", value())
                on:input:target=move |event| choose(event.target().value())
            />
            <output>{move || format!("{:.2}", value())}</output>
        </label>
    }
}

/// The parts that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Tap,
    EntityLooks,
    RelationLooks,
}

impl Part {
    const ALL: [Self; 3] = [Self::Tap, Self::EntityLooks, Self::RelationLooks];

    fn name(self) -> &'static str {
        match self {
            Self::Tap => "A projection for each task (TAP)",
            Self::EntityLooks => "Entities look at relations (CTAM)",
            Self::RelationLooks => "Relations look at entities (CTAM)",
        }
    }

    fn of(self, settings: &mut Settings) -> &mut bool {
        let switches = &mut settings.switches;
        match self {
            Self::Tap => &mut switches.tap,
            Self::EntityLooks => &mut switches.entity_looks,
            Self::RelationLooks => &mut switches.relation_looks,
        }
    }
}

#[component]
fn Switch(session: Session, part: Part) -> impl IntoView {
    let on = move || session.settings().is_some_and(|mut settings| *part.of(&mut settings));
    let choose = move |on: bool| {
        if let Some(mut settings) = untrack(|| session.settings()) {
            *part.of(&mut settings) = on;
            session.choose_settings(Some(settings));
        }
    };
    view! {
        <label class="switch">
            <input
                type="checkbox"
                role="switch"
                prop:checked=on
                on:change:target=move |event| choose(event.target().checked())
            />
            <span>{part.name()}</span>
        </label>
    }
}

/// The difference from the findings of the model by itself.
#[component]
fn Changes(session: Session) -> impl IntoView {
    let difference = Memo::new(move |_| session.difference());
    let told = move || {
        difference.with(|difference| {
            difference.as_ref().map(|difference| format!("Compared with the model’s own: {}", difference.tell_change()))
        })
    };
    let list = move || {
        let types = session.editor.known.get();
        difference.get().map(|difference| changes(&difference, &types))
    };
    let more = move || match session.left_out() {
        (0, 0) => None,
        (entities, relations) => Some(format!(
            "Too much to look at: of each sentence the {} likeliest entities and the {} likeliest relations between \
             them are shown; {entities} more entities and {relations} more relations are left out.",
            MOST.entities, MOST.relations
        )),
    };
    view! {
        <div class="changes">
            <p class="told" aria-live="polite">{told}</p>
            <p class="note">{more}</p>
            {list}
            <Show when=move || session.has_chosen_settings()>
                <button type="button" class="quiet" on:click=move |_| session.choose_settings(None)>
                    "Back to the model’s own"
                </button>
            </Show>
        </div>
    }
}

fn changes(difference: &Difference, types: &Types) -> impl IntoView + use<> {
    let gone = difference.only_first.iter().map(|found| ("−", "Gone: ", found.tell(types)));
    let new = difference.only_second.iter().map(|found| ("+", "New: ", found.tell(types)));
    let retyped = difference.retyped.iter().map(|Retyped { text, kinds: [from, to] }| {
        ("→", "Changed: ", format!("“{text}” is {}, not {}", types.entity(to), types.entity(from)))
    });
    let items = (gone.chain(new).chain(retyped))
        .take(CHANGES)
        .map(|(sign, word, told)| {
            view! {
                <li>
                    <span class="sign" aria-hidden="true">{sign}</span>
                    <span class="hidden">{word}</span>
                    {told}
                </li>
            }
        })
        .collect_view();
    view! { <ul>{items}</ul> }
}

/// How many changes are listed; all of them are counted.
const CHANGES: usize = 20;
