//! Entities and relations as tables, for those who hear or who prefer to read.

use leptos::prelude::*;
use sinet_formats::Source;
use sinet_page::document::{Entity, Relation, Selection};

use crate::app::Page;

/// How many rows are shown of each at first, and how many more at each wish.
const ROWS: usize = 200;

/// Both tables, in step with the picture.
#[component]
pub fn Tables(page: Page) -> impl IntoView {
    let editor = page.editor;
    let entities = Memo::new(move |_| {
        editor.hidden.with(|hidden| {
            editor.labels.with(|labels| {
                let shown = labels.entities.iter().filter(|entity| !hidden.entities.contains(&entity.kind));
                shown.cloned().collect::<Vec<Entity>>()
            })
        })
    });
    let relations = Memo::new(move |_| {
        editor.hidden.with(|hidden| {
            editor.labels.with(|labels| {
                let seen = |id| labels.entity(id).is_some_and(|it| !hidden.entities.contains(&it.kind));
                let shown = labels.relations.iter().filter(|relation| {
                    !hidden.relations.contains(&relation.kind) && seen(relation.head) && seen(relation.tail)
                });
                shown.cloned().collect::<Vec<Relation>>()
            })
        })
    });
    let limits = [RwSignal::new(ROWS), RwSignal::new(ROWS)];
    let entity_rows = move || {
        entities.with(|entities| {
            (entities.iter().take(limits[0].get()))
                .map(|entity| {
                    let Entity { id, text, kind, source, score, .. } = entity.clone();
                    view! {
                        <tr class:selected=move || editor.selection.get() == Selection::Entity(id)>
                            <td>{pick(page, Selection::Entity(id), text)}</td>
                            <td class="type">{move || editor.types.with(|types| types.entity(&kind).to_owned())}</td>
                            <td class="number">{told(source, score)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let relation_rows = move || {
        let text =
            |id| editor.labels.with_untracked(|labels| labels.entity(id).map(|it| it.text.clone()).unwrap_or_default());
        relations.with(|relations| {
            (relations.iter().take(limits[1].get()))
                .map(|relation| {
                    let Relation { id, kind, head, tail, source, score } = relation.clone();
                    view! {
                        <tr class:selected=move || editor.selection.get() == Selection::Relation(id)>
                            <td>{pick(page, Selection::Relation(id), text(head))}</td>
                            <td class="type">{move || editor.types.with(|types| types.relation(&kind).to_owned())}</td>
                            <td dir="auto">{text(tail)}</td>
                            <td class="number">{told(source, score)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let all = move |relations: bool| {
        editor.labels.with(|labels| if relations { labels.relations.len() } else { labels.entities.len() })
    };
    let entity_count = move || entities.with(Vec::len);
    let relation_count = move || relations.with(Vec::len);
    view! {
        <section class="tables" aria-label="Tables" class:stale=move || page.is_stale()>
            <div>
                <table>
                    <caption>{move || caption("Entities", entity_count(), all(false))}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Text"</th><th scope="col">"Type"</th>
                            <th scope="col" class="number">"Score"</th>
                        </tr>
                    </thead>
                    <tbody>{entity_rows}</tbody>
                </table>
                <More limit=limits[0] count=Signal::derive(entity_count)/>
            </div>
            <div>
                <table>
                    <caption>{move || caption("Relations", relation_count(), all(true))}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"From"</th><th scope="col">"Type"</th><th scope="col">"To"</th>
                            <th scope="col" class="number">"Score"</th>
                        </tr>
                    </thead>
                    <tbody>{relation_rows}</tbody>
                </table>
                <More limit=limits[1] count=Signal::derive(relation_count)/>
            </div>
        </section>
    }
}

/// Shows more rows.
#[component]
fn More(limit: RwSignal<usize>, count: Signal<usize>) -> impl IntoView {
    view! {
        <Show when=move || { limit.get() < count.get() }>
            <p class="more">
                {move || format!("{} of {}. ", limit.get(), count.get())}
                <button type="button" class="quiet" on:click=move |_| limit.update(|limit| *limit += ROWS)>"Show more"</button>
            </p>
        </Show>
    }
}

/// The first cell of a row: selects in the picture what the row is about.
fn pick(page: Page, selection: Selection, text: String) -> impl IntoView {
    view! {
        <button
            type="button"
            class="row-pick"
            dir="auto"
            aria-pressed=move || (page.editor.selection.get() == selection).to_string()
            on:click=move |_| page.select(selection)
        >
            {text}
        </button>
    }
}

/// How sure the model is, or that it is a person's word.
fn told(source: Source, score: Option<f32>) -> String {
    match (source, score) {
        (Source::Person, _) => "✓ by you".to_owned(),
        (Source::Model, Some(score)) => format!("{score:.2}"),
        (Source::Model, None) => "by a model".to_owned(),
    }
}

fn caption(name: &str, shown: usize, all: usize) -> String {
    match (shown, all - shown) {
        (0, 0) => format!("{name}: none"),
        (shown, 0) => format!("{name}: {shown}"),
        (shown, hidden) => format!("{name}: {shown}, and {hidden} of hidden types"),
    }
}
