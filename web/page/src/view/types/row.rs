//! One type: its name and key, and everything else behind “More”.

use leptos::prelude::*;
use sinet_document::describe::describe_relation;
use sinet_document::tagset::{Sort, TagsetEdit};
use sinet_formats::Provenance;
use sinet_logic::correct::types::{COLOURS, Removal};
use web_sys::HtmlInputElement;

use super::{Work, focus_field};

/// A type as its row shows it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Shown {
    name: String,
    verbose: String,
    key: String,
    tone: usize,
    symmetric: bool,
    heads: Vec<String>,
    tails: Vec<String>,
}

/// The row of the type at a place.
#[component]
pub fn Row(work: Work, sort: Sort, place: usize) -> impl IntoView {
    let shown = Memo::new(move |_| work.with(|tagset| look(tagset, sort, place)));
    let name = move || shown.with(|shown| shown.name.clone());
    let name_now = move || shown.with_untracked(|shown| shown.name.clone());
    let editor = work.library.session.editor;
    let is_unknown = move || {
        let name = name();
        editor.known.with(|known| {
            let has_model = !known.entities.is_empty();
            has_model && work.with(|tagset| !tagset.is_known_to(known, sort, &name))
        })
    };
    let rename = move |field: HtmlInputElement| {
        if !work.change(TagsetEdit::Rename { sort, name: name_now(), to: field.value() }) {
            field.set_value(&name_now());
        }
    };
    let set_key = move |field: HtmlInputElement| {
        let key = field.value().trim().chars().next();
        if !work.change(TagsetEdit::SetKey { sort, name: name_now(), key }) {
            field.set_value(&shown.with_untracked(|shown| shown.key.clone()));
        }
    };
    let swatch = move || match sort {
        Sort::Entity => Some(view! {
            <svg class=move || format!("swatch tone-{}", shown.with(|shown| shown.tone)) viewBox="0 0 40 18" aria-hidden="true">
                <rect x="0.5" y="0.5" width="39" height="17" rx="4"/>
                <path d="M3 14H37"/>
            </svg>
        }),
        Sort::Relation => None,
    };
    view! {
        <li class="tag">
            {swatch}
            <input
                type="text"
                class="name"
                autocomplete="off"
                aria-label=format!("Name of {sort} type {}", place + 1)
                prop:value=name
                on:change:target=move |event| rename(event.target())
            />
            <input
                type="text"
                class="key"
                autocomplete="off"
                maxlength="1"
                aria-label=move || format!("Key of {}", name())
                prop:value=move || shown.with(|shown| shown.key.clone())
                on:change:target=move |event| set_key(event.target())
            />
            <Show when=is_unknown><span class="note unknown">"unknown to the model"</span></Show>
            <details>
                <summary aria-label=move || format!("More about {}", name())>"More"</summary>
                <More work sort place shown/>
            </details>
        </li>
    }
}

fn look(tagset: &sinet_document::Tagset, sort: Sort, place: usize) -> Shown {
    let key = |key: Option<char>| key.map(|key| key.to_ascii_uppercase().to_string()).unwrap_or_default();
    match sort {
        Sort::Entity => tagset.entities().get(place).map(|tag| Shown {
            name: tag.name.clone(),
            verbose: tag.verbose.clone(),
            key: key(tag.key),
            tone: tag.tone,
            ..Shown::default()
        }),
        Sort::Relation => tagset.relations().get(place).map(|tag| Shown {
            name: tag.name.clone(),
            verbose: tag.verbose.clone(),
            key: key(tag.key),
            symmetric: tag.symmetric,
            heads: tag.heads.clone(),
            tails: tag.tails.clone(),
            ..Shown::default()
        }),
    }
    .unwrap_or_default()
}

/// Words, colour, direction, ends, place, merging and removing.
#[component]
fn More(work: Work, sort: Sort, place: usize, shown: Memo<Shown>) -> impl IntoView {
    let name = move || shown.with_untracked(|shown| shown.name.clone());
    let removal = RwSignal::<Option<Removal>>::new(None);
    let reword = move |field: HtmlInputElement| {
        if !work.change(TagsetEdit::Reword { sort, name: name(), verbose: field.value() }) {
            field.set_value(&shown.with_untracked(|shown| shown.verbose.clone()));
        }
    };
    let others = Memo::new(move |_| {
        let own = shown.with(|shown| shown.name.clone());
        work.with(|tagset| tagset.names(sort).filter(|name| *name != own).map(str::to_owned).collect::<Vec<_>>())
    });
    let merge = move |into: String| {
        if !into.is_empty() && work.change(TagsetEdit::Merge { sort, name: name(), into }) {
            focus_field(sort);
        }
    };
    let remove = move || {
        removal.set(None);
        if work.change(TagsetEdit::Remove { sort, name: name() }) {
            focus_field(sort);
        }
    };
    let ask = move |_| {
        let asked = going(work, sort, &name());
        if asked.is_empty() { remove() } else { removal.set(Some(asked)) }
    };
    let up = move |_| _ = work.change(TagsetEdit::Move { sort, name: name(), place: place.saturating_sub(1) });
    view! {
        <label class="field">
            <span>"Words for readers"</span>
            <input
                type="text"
                autocomplete="off"
                prop:value=move || shown.with(|shown| shown.verbose.clone())
                on:change:target=move |event| reword(event.target())
            />
        </label>
        {match sort {
            Sort::Entity => view! { <Colour work shown/> }.into_any(),
            Sort::Relation => view! { <Joins work shown/> }.into_any(),
        }}
        <label class="field">
            <span>"Merge into"</span>
            <select on:change:target=move |event| merge(event.target().value())>
                <option value="">"–"</option>
                {move || others.get().into_iter().map(|other| view! { <option value=other.clone()>{other.clone()}</option> }).collect_view()}
            </select>
        </label>
        <p class="buttons">
            <Show when=move || place != 0><button type="button" class="quiet" on:click=up>"Move up"</button></Show>
            <button type="button" class="quiet" on:click=ask>"Remove"</button>
        </p>
        {move || removal.get().map(|asked| view! {
            <div class="removal" role="group" aria-label="Labels that would go">
                <p>{asked.tell()}</p>
                <ul>{asked.here.iter().take(Removal::NAMED).map(|label| view! { <li>{label.clone()}</li> }).collect_view()}</ul>
                <p class="buttons">
                    <button type="button" class="quiet" on:click=move |_| remove()>"Remove all of them"</button>
                    <button type="button" class="quiet" on:click=move |_| removal.set(None)>"Keep them"</button>
                </p>
            </div>
        })}
    }
}

/// The labels of a person that go with a type.
fn going(work: Work, sort: Sort, name: &str) -> Removal {
    let editor = work.library.session.editor;
    let here = editor.labels.with_untracked(|labels| match sort {
        Sort::Entity => {
            let own = labels.entities.iter().filter(|it| it.provenance == Provenance::Person && it.kind == name);
            own.map(|entity| format!("“{}”", entity.text)).collect::<Vec<_>>()
        }
        Sort::Relation => editor.types.with_untracked(|types| {
            let own = labels.relations.iter().filter(|it| it.provenance == Provenance::Person && it.kind == name);
            own.map(|relation| describe_relation(types, labels, relation)).collect()
        }),
    });
    let elsewhere = work.library.concerned(sort, name);
    let counted = elsewhere.iter().filter_map(|head| head.counts.as_ref());
    Removal {
        here,
        labels_elsewhere: counted.map(|counts| counts.of_type(sort, name).person).sum(),
        documents_elsewhere: elsewhere.len(),
        uncounted: elsewhere.iter().filter(|head| head.counts.is_none()).count(),
    }
}

/// The colour of a type of entity, with its dash.
#[component]
fn Colour(work: Work, shown: Memo<Shown>) -> impl IntoView {
    let choose = move |value: String| {
        if let Ok(tone) = value.parse() {
            let name = shown.with_untracked(|shown| shown.name.clone());
            work.change(TagsetEdit::SetTone { name, tone });
        }
    };
    let option = move |(tone, words): (usize, &'static str)| {
        view! {
            <option value=tone.to_string() prop:selected=move || shown.with(|shown| shown.tone == tone)>{words}</option>
        }
    };
    view! {
        <label class="field">
            <span>"Colour and line"</span>
            <select on:change:target=move |event| choose(event.target().value())>
                {COLOURS.into_iter().enumerate().map(option).collect_view()}
            </select>
        </label>
    }
}

/// The direction of a type of relation, and the entities that it may join.
#[component]
fn Joins(work: Work, shown: Memo<Shown>) -> impl IntoView {
    let name = move || shown.with_untracked(|shown| shown.name.clone());
    let turn = move |symmetric| _ = work.change(TagsetEdit::SetSymmetric { name: name(), symmetric });
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || shown.with(|shown| shown.symmetric)
                on:change:target=move |event| turn(event.target().checked())
            />
            "Has no direction"
        </label>
        <Ends work shown title="May go out from" of_heads=true/>
        <Ends work shown title="May go to" of_heads=false/>
    }
}

/// The entity types at one end. Without any, it may be any.
#[component]
fn Ends(work: Work, shown: Memo<Shown>, title: &'static str, of_heads: bool) -> impl IntoView {
    let entities = Memo::new(move |_| {
        work.with(|tagset| {
            let named = |name: &str| (name.to_owned(), tagset.words(Sort::Entity, name).to_owned());
            tagset.names(Sort::Entity).map(named).collect::<Vec<_>>()
        })
    });
    let ends = move |shown: &Shown| if of_heads { shown.heads.clone() } else { shown.tails.clone() };
    let set = move |end: String, is_in: bool| {
        let Shown { name, mut heads, mut tails, .. } = shown.get_untracked();
        let chosen = if of_heads { &mut heads } else { &mut tails };
        chosen.retain(|other| *other != end);
        if is_in {
            chosen.push(end);
        }
        work.change(TagsetEdit::SetEnds { name, heads, tails });
    };
    let check = move |(end, words): (String, String)| {
        let known = end.clone();
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || shown.with(|shown| ends(shown).contains(&known))
                    on:change:target=move |event| set(end.clone(), event.target().checked())
                />
                {words}
            </label>
        }
    };
    let remark = move || if shown.with(|shown| ends(shown).is_empty()) { " (anything)" } else { "" };
    view! {
        <fieldset class="ends">
            <legend>{title} {remark}</legend>
            <For each=move || entities.get() key=|entity| entity.clone() children=check/>
        </fieldset>
    }
}
