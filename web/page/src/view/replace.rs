//! Find and replace over labels, in the open document and in all of them.

use leptos::prelude::*;
use sinet_document::Selection;
use sinet_logic::correct::sweep::{Becomes, Form, Sweep};

use crate::correct::Interaction;
use crate::library::Library;

/// The same words elsewhere, then the form.
#[component]
pub fn Replace(library: Library, interaction: Interaction) -> impl IntoView {
    let session = interaction.session;
    let form = RwSignal::new(untrack(|| form_of_selection(interaction)));
    let sweep = Memo::new(move |_| {
        session.editor.types.with(|types| form.with(|form| form.sweep(|kind| types.is_symmetric(kind))))
    });
    let elsewhere = Memo::new(move |_| interaction.elsewhere());
    let words = move || match elsewhere.get() {
        Some(Sweep::Elsewhere { text, kind }) => {
            session.editor.types.with(|types| format!("“{text}” as {}", types.entity(&kind)))
        }
        _ => "Select an entity to label the same words elsewhere.".to_owned(),
    };
    view! {
        <section class="replace" aria-labelledby="elsewhere-title">
            <h2 id="elsewhere-title">"The same words"</h2>
            <p class="note">{words}</p>
            <Make library interaction sweep=elsewhere/>
        </section>
        <section class="replace" aria-labelledby="replace-title">
            <h2 id="replace-title">"Find and replace labels"</h2>
            <Fields interaction form/>
            <Make library interaction sweep/>
        </section>
        <Show when=move || library.swept.with(Option::is_some)>
            <p class="swept">
                <span>{move || library.swept.with(|swept| swept.as_ref().map(|swept| swept.told.clone()))}</span>
                <button
                    type="button"
                    class="quiet"
                    aria-disabled=move || library.is_sweeping.get().to_string()
                    on:click=move |_| library.undo_sweep()
                >
                    "Undo in all documents"
                </button>
            </p>
        </Show>
    }
}

/// Looks for labels like the one that is selected.
fn form_of_selection(interaction: Interaction) -> Form {
    let editor = interaction.session.editor;
    editor.labels.with(|labels| match editor.selection.get() {
        Selection::Entity(id) => labels.entity(id).map_or_else(Form::default, |entity| Form {
            text: entity.text.clone(),
            kind: entity.kind.clone(),
            ..Form::default()
        }),
        Selection::Relation(id) => labels.relation(id).map_or_else(Form::default, |relation| Form {
            is_relations: true,
            kind: relation.kind.clone(),
            ..Form::default()
        }),
        _ => Form::default(),
    })
}

/// What is found, and what becomes of it.
#[component]
fn Fields(interaction: Interaction, form: RwSignal<Form>) -> impl IntoView {
    let is_relations = move || form.with(|form| form.is_relations);
    let sort = move |relations: bool| form.set(Form { is_relations: relations, ..Form::default() });
    view! {
        <div class="radios" role="radiogroup" aria-label="Labels">
            <label>
                <input type="radio" name="replace-sort" prop:checked=move || !is_relations() on:change=move |_| sort(false)/>
                "Entities"
            </label>
            <label>
                <input type="radio" name="replace-sort" prop:checked=is_relations on:change=move |_| sort(true)/>
                "Relations"
            </label>
        </div>
        <div class="fields">
            <Show when=move || !is_relations()>
                <label for="replace-text">"with the words"</label>
                <input
                    id="replace-text"
                    type="text"
                    prop:value=move || form.with(|form| form.text.clone())
                    on:input:target=move |event| form.update(|form| form.text = event.target().value())
                />
            </Show>
            <Type interaction form id="replace-kind" name="of the type" relations=is_relations field=|form| &mut form.kind/>
            <Show when=is_relations>
                <Type interaction form id="replace-head" name="from a" relations=|| false field=|form| &mut form.head/>
                <Type interaction form id="replace-tail" name="to a" relations=|| false field=|form| &mut form.tail/>
            </Show>
            <Change interaction form/>
        </div>
    }
}

/// A type that is looked for, or any.
#[component]
fn Type(
    interaction: Interaction,
    form: RwSignal<Form>,
    id: &'static str,
    name: &'static str,
    relations: impl Fn() -> bool + Copy + Send + Sync + 'static,
    field: fn(&mut Form) -> &mut String,
) -> impl IntoView {
    let options = move || {
        let kinds = kinds(interaction, relations());
        let chosen = form.with_untracked(|form| field(&mut form.clone()).clone());
        let option = |(kind, name): (String, String)| {
            let is_chosen = kind == chosen;
            view! { <option value=kind selected=is_chosen>{name}</option> }
        };
        kinds.into_iter().map(option).collect_view()
    };
    view! {
        <label for=id>{name}</label>
        <select id=id on:change:target=move |event| form.update(|form| *field(form) = event.target().value())>
            <option value="">"any"</option>
            {options}
        </select>
    }
}

/// What becomes of the labels.
#[component]
fn Change(interaction: Interaction, form: RwSignal<Form>) -> impl IntoView {
    let is_relations = Memo::new(move |_| form.with(|form| form.is_relations));
    let types = move || {
        let option = |(kind, name): (String, String)| view! { <option value=format!("{TYPE}{kind}")>{name}</option> };
        kinds(interaction, is_relations.get()).into_iter().map(option).collect_view()
    };
    let choose = move |value: String| {
        let change = match value.as_str() {
            "removed" => Becomes::Removed,
            "reversed" => Becomes::Reversed,
            other => other.strip_prefix(TYPE).map_or(Becomes::Nothing, |kind| Becomes::Of(kind.to_owned())),
        };
        form.update(|form| form.change = change);
    };
    view! {
        <label for="replace-change">"become"</label>
        <select id="replace-change" on:change:target=move |event| choose(event.target().value())>
            <option value="">"choose"</option>
            <optgroup label="The type">{types}</optgroup>
            <Show when=move || is_relations.get()><option value="reversed">"reversed"</option></Show>
            <option value="removed">"removed"</option>
        </select>
    }
}

/// What a type begins with among the values of a choice that has others, too.
const TYPE: &str = "type:";

/// All types by their names in the data, with their names for readers.
fn kinds(interaction: Interaction, relations: bool) -> Vec<(String, String)> {
    let editor = interaction.session.editor;
    let types = editor.types.get();
    let named = |kind: String| {
        let name = if relations { types.relation(&kind) } else { types.entity(&kind) }.to_owned();
        (kind, name)
    };
    if relations { editor.relation_kinds.get() } else { editor.entity_kinds.get() }.into_iter().map(named).collect()
}

/// How much a change comes to, and the buttons that make it.
#[component]
fn Make(library: Library, interaction: Interaction, sweep: Memo<Option<Sweep>>) -> impl IntoView {
    let editor = interaction.session.editor;
    let here = Memo::new(move |_| {
        sweep.with(|sweep| editor.document.with(|document| sweep.as_ref().map(|sweep| sweep.edits(document).len())))
    });
    let others = move || library.heads.with(|heads| heads.len() > 1);
    let reach = move || {
        library.reach.with(|reach| {
            reach
                .as_ref()
                .filter(|(counted, _)| sweep.with(|sweep| sweep.as_ref() == Some(counted)))
                .map(|(_, reach)| *reach)
        })
    };
    let everywhere = move || match reach() {
        None => "Count in all documents".to_owned(),
        Some(reach) => format!("Change {} in all documents ({})", reach.labels, reach.documents),
    };
    let make_everywhere = move |_| {
        let Some(sweep) = sweep.get_untracked() else { return };
        match untrack(reach) {
            None => library.count(sweep),
            Some(_) => library.sweep(sweep),
        }
    };
    view! {
        <Show when=move || here.get().is_some()>
            <p class="buttons">
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| sweep.with_untracked(|sweep| sweep.iter().for_each(|sweep| interaction.sweep(sweep)))
                >
                    {move || format!("Change {} here", here.get().unwrap_or_default())}
                </button>
                <Show when=others>
                    <button type="button" class="quiet" aria-disabled=move || library.is_sweeping.get().to_string() on:click=make_everywhere>
                        {everywhere}
                    </button>
                </Show>
            </p>
        </Show>
    }
}
