//! The types that the document has, with their numbers; each can be hidden.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::correct::{Interaction, Palette};

/// A button for each type.
#[component]
pub fn Legend(interaction: Interaction) -> impl IntoView {
    view! {
        <div class="legend">
            <Counts interaction palette=Palette::Entities/>
            <Counts interaction palette=Palette::Relations/>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || interaction.alone.get()
                    on:change:target=move |event| interaction.alone.set(event.target().checked())
                />
                "Only the arcs of what is selected"
            </label>
        </div>
    }
}

#[component]
fn Counts(interaction: Interaction, palette: Palette) -> impl IntoView {
    let editor = interaction.session.editor;
    let counts = Memo::new(move |_| {
        let mut counts = BTreeMap::new();
        editor.labels.with(|labels| match palette {
            Palette::Entities => labels.entities.iter().for_each(|it| *counts.entry(it.kind.clone()).or_insert(0) += 1),
            Palette::Relations => {
                labels.relations.iter().for_each(|it| *counts.entry(it.kind.clone()).or_insert(0) += 1)
            }
        });
        counts
    });
    let is_hidden = move |kind: &str| {
        editor.hidden.with(|hidden| match palette {
            Palette::Entities => hidden.entities.contains(kind),
            Palette::Relations => hidden.relations.contains(kind),
        })
    };
    let toggle = move |kind: &str| {
        editor.hidden.update(|hidden| {
            let kinds = match palette {
                Palette::Entities => &mut hidden.entities,
                Palette::Relations => &mut hidden.relations,
            };
            if !kinds.remove(kind) {
                kinds.insert(kind.to_owned());
            }
        });
    };
    let shown = Memo::new(move |_| {
        let all = palette.kinds(editor).get();
        counts.with(|counts| all.into_iter().filter(|kind| counts.contains_key(kind)).collect::<Vec<_>>())
    });
    let buttons = move || {
        let types = editor.types.get();
        (shown.get().into_iter())
            .map(|kind| {
                let (name, class) = match palette {
                    Palette::Entities => {
                        (types.entity(&kind).to_owned(), format!("kind tone-{}", sinet_figure::tone(&types, &kind)))
                    }
                    Palette::Relations => (types.relation(&kind).to_owned(), "kind".to_owned()),
                };
                let (own, counted, pressed) = (kind.clone(), kind.clone(), kind);
                view! {
                    <button
                        type="button"
                        class=class
                        aria-pressed=move || (!is_hidden(&pressed)).to_string()
                        on:click=move |_| toggle(&own)
                    >
                        {name}
                        <span class="count">{move || counts.with(|counts| counts.get(&counted).copied())}</span>
                    </button>
                }
            })
            .collect_view()
    };
    let label = match palette {
        Palette::Entities => "Entity types that are shown",
        Palette::Relations => "Relation types that are shown",
    };
    let is_empty = move || shown.with(Vec::is_empty);
    view! { <div class="kinds" role="group" aria-label=label class:empty=is_empty>{buttons}</div> }
}
