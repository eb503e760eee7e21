//! The selection, and everything that can be done with it, for those who have no keyboard or no pointer.

use leptos::html;
use leptos::prelude::*;
use sinet_document::Selection;
use sinet_document::describe::{describe_entity, describe_relation};
use sinet_formats::Provenance;
use sinet_logic::correct::keys::{Command, HELP, Step};
use sinet_logic::workspace::keys;

use super::sentences::press;
use crate::correct::{Interaction, Palette};

/// The selection in words.
#[component]
pub fn About(interaction: Interaction) -> impl IntoView {
    view! { <p class="about">{move || about(interaction)}</p> }
}

/// The types of the selection, and what else can be done with it.
#[component]
pub fn Actions(interaction: Interaction) -> impl IntoView {
    let editor = interaction.session.editor;
    let palette =
        Memo::new(
            move |_| if interaction.relating.get().is_some() { None } else { Palette::of(editor.selection.get()) },
        );
    let types = move || palette.get().map(|palette| view! { <Types interaction palette/> });
    let can = move |test: fn(&sinet_document::OpenDocument) -> bool| move || editor.document.with(test);
    view! {
        // The focus stays in the text while a pointer presses buttons here, so that keys go on working.
        <div
            class="selection"
            on:mousedown=move |event| event.prevent_default()
            on:keydown=move |event| press(interaction, &event)
        >
            {types}
            <div class="actions" role="toolbar" aria-label="Corrections">
                {move || actions(interaction)}
                <MoreLikeThis interaction/>
                <span class="spacer"></span>
                <Act interaction name="Undo" command=Command::Undo enabled=Signal::derive(can(|document| document.can_undo()))/>
                <Act interaction name="Redo" command=Command::Redo enabled=Signal::derive(can(|document| document.can_redo()))/>
                <Act interaction name="Keys" command=Command::Help enabled=Signal::stored(true)/>
            </div>
            <p class="said" aria-live="polite">{move || editor.said.get()}</p>
        </div>
        <Help interaction/>
    }
}

/// The types that the selection may have.
#[component]
fn Types(interaction: Interaction, palette: Palette) -> impl IntoView {
    let current = move || {
        interaction.session.editor.labels.with(|labels| match interaction.session.editor.selection.get() {
            Selection::Entity(id) => labels.entity(id).map(|entity| entity.kind.clone()),
            Selection::Relation(id) => labels.relation(id).map(|relation| relation.kind.clone()),
            _ => None,
        })
    };
    let buttons = move || {
        let types = interaction.session.editor.types.get();
        let kinds = palette.kinds(interaction.session.editor).get().into_iter();
        kinds
            .map(|kind| {
                let (name, tone) = match palette {
                    Palette::Entities => {
                        (types.entity(&kind).to_owned(), format!("kind tone-{}", sinet_figure::tone(&types, &kind)))
                    }
                    Palette::Relations => (types.relation(&kind).to_owned(), "kind".to_owned()),
                };
                let key = interaction
                    .session
                    .editor
                    .key(palette.sort(), &kind)
                    .map(|key| key.to_ascii_uppercase().to_string());
                let (shortcut, chosen) = (key.clone(), kind.clone());
                view! {
                    <button
                        type="button"
                        class=tone
                        aria-keyshortcuts=shortcut
                        aria-pressed=move || (current().as_ref() == Some(&kind)).to_string()
                        on:click=move |_| interaction.choose_type(chosen.clone())
                    >
                        {name}
                        <kbd aria-hidden="true">{key}</kbd>
                    </button>
                }
            })
            .collect_view()
    };
    let label = match palette {
        Palette::Entities => "Type of entity",
        Palette::Relations => "Type of relation",
    };
    view! { <div class="kinds" role="group" aria-label=label>{buttons}</div> }
}

/// The same words elsewhere in the document, if they are there.
#[component]
fn MoreLikeThis(interaction: Interaction) -> impl IntoView {
    let more = Memo::new(move |_| {
        let sweep = interaction.elsewhere()?;
        let count = interaction.session.editor.document.with(|document| sweep.edits(document).len());
        (count > 0).then_some(count)
    });
    view! {
        <Show when=move || more.get().is_some()>
            <button
                type="button"
                class="quiet"
                aria-keyshortcuts="Shift+L"
                on:click=move |_| {
                    interaction.label_elsewhere();
                    interaction.focus();
                }
            >
                {move || format!("{} more like this", more.get().unwrap_or_default())}
            </button>
        </Show>
    }
}

/// A button that does what a key does.
#[component]
fn Act(
    interaction: Interaction,
    name: &'static str,
    command: Command,
    #[prop(default = Signal::stored(true))] enabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="quiet"
            aria-disabled=move || (!enabled.get()).to_string()
            on:click=move |_| if enabled.get_untracked() { interaction.run(command); }
        >
            {name}
        </button>
    }
}

/// The actions on the selection besides choosing its type.
fn actions(interaction: Interaction) -> Vec<AnyView> {
    let act = |name, command| view! { <Act interaction name command/> }.into_any();
    if interaction.relating.get().is_some() {
        return vec![act("Confirm", Command::Confirm), act("Cancel", Command::Cancel)];
    }
    let selection = interaction.session.editor.selection.get();
    let by_model = interaction.session.editor.labels.with(|labels| match selection {
        Selection::Entity(id) => labels.entity(id).map(|entity| entity.provenance),
        Selection::Relation(id) => labels.relation(id).map(|relation| relation.provenance),
        _ => None,
    }) == Some(Provenance::Model);
    let agree = by_model.then_some(("Agree", Command::Confirm));
    let edge = |end, step| Command::MoveEdge { end, step };
    let named = match selection {
        Selection::None => vec![("Select words", Command::Words)],
        Selection::Words(_) => vec![
            ("Less", Command::Extend(Step::Back)),
            ("More", Command::Extend(Step::On)),
            ("Previous word", Command::Go(Step::Back)),
            ("Next word", Command::Go(Step::On)),
            ("Leave", Command::Cancel),
        ],
        Selection::Entity(_) => agree
            .into_iter()
            .chain([
                ("Relate", Command::Relate),
                ("Start −", edge(false, Step::Back)),
                ("Start +", edge(false, Step::On)),
                ("End −", edge(true, Step::Back)),
                ("End +", edge(true, Step::On)),
                ("Remove", Command::Remove),
                ("Leave", Command::Cancel),
            ])
            .collect(),
        Selection::Relation(_) => agree
            .into_iter()
            .chain([("Reverse", Command::Reverse), ("Remove", Command::Remove), ("Leave", Command::Cancel)])
            .collect(),
        Selection::Pair(..) => vec![("Leave", Command::Cancel)],
    };
    named.into_iter().map(|(name, command)| act(name, command)).collect()
}

/// The selection in one sentence.
fn about(interaction: Interaction) -> String {
    let editor = interaction.session.editor;
    let types = editor.types.get();
    editor.labels.with(|labels| match editor.selection.get() {
        Selection::None => {
            "Select words to make them an entity; drag from one entity to another to relate them.".to_owned()
        }
        Selection::Entity(id) => {
            let Some(entity) = labels.entity(id) else { return String::new() };
            let beyond = editor.document.with(|document| {
                let sentence = document.sentence_of(entity.words.start).map(|sentence| document.sentences()[sentence]);
                sentence.is_none_or(|sentence| entity.words.end > sentence.end)
            });
            let remark = if beyond {
                " It reaches beyond what the model reads as one piece, so the model relates it to nothing."
            } else {
                ""
            };
            format!("{}.{remark}", describe_entity(&types, entity))
        }
        Selection::Relation(id) => {
            labels.relation(id).map(|it| format!("{}.", describe_relation(&types, labels, it))).unwrap_or_default()
        }
        Selection::Words(words) => {
            format!(
                "“{}”: choose a type to make it an entity.",
                editor.document.with(|document| document.text_of(words).to_owned())
            )
        }
        Selection::Pair(head, tail) => {
            let text = |id| labels.entity(id).map(|entity| entity.text.clone()).unwrap_or_default();
            let sentence = |id| {
                let word = labels.entity(id).map(|entity| entity.words.start)?;
                editor.document.with(|document| document.sentence_of(word))
            };
            let remark = if sentence(head) == sentence(tail) {
                ""
            } else {
                " They lie in different sentences: the relation is in the table, not in the picture."
            };
            format!("“{}” to “{}”: choose the type of their relation.{remark}", text(head), text(tail))
        }
    })
}

/// The keys, in a dialog.
#[component]
fn Help(interaction: Interaction) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let (true, Some(dialog)) = (interaction.help.get(), dialog.get()) {
            dialog.show_modal().ok();
        }
    });
    let rows = |help: &[(&'static str, &'static str)]| {
        let row = |&(keys, meaning)| view! { <tr><th scope="row">{keys}</th><td>{meaning}</td></tr> };
        help.iter().map(row).collect_view()
    };
    view! {
        <dialog node_ref=dialog class="help" aria-labelledby="help-title" on:close=move |_| interaction.help.set(false)>
            <h2 id="help-title">"Keys"</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="All keys">
                <table><caption>"In the annotated text"</caption><tbody>{rows(&HELP)}</tbody></table>
                <table><caption>"Everywhere but in a field"</caption><tbody>{rows(&keys::HELP)}</tbody></table>
            </div>
            <form method="dialog"><button class="quiet">"Close"</button></form>
        </dialog>
    }
}
