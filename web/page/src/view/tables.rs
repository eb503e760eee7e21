//! Entities and relations as tables, for those who hear or who prefer to read.

use leptos::prelude::*;
use sinet_document::{EntityId, RelationId, Selection};
use sinet_formats::Source;

use crate::session::Session;

/// How many rows are shown of each at first, and how many more at each wish.
const ROWS: usize = 200;

/// A row for an entity. Rows that are equal are the same row, which stays as it is when others change.
#[derive(Clone, PartialEq, Eq, Hash)]
struct EntityRow {
    id: EntityId,
    text: String,
    kind: String,
    told: String,
}

/// A row for a relation.
#[derive(Clone, PartialEq, Eq, Hash)]
struct RelationRow {
    id: RelationId,
    head: String,
    kind: String,
    tail: String,
    told: String,
}

/// Both tables, in step with the picture.
#[component]
pub fn Tables(session: Session) -> impl IntoView {
    let editor = session.editor;
    let entities = Memo::new(move |_| {
        editor.hidden.with(|hidden| {
            editor.labels.with(|labels| {
                (labels.entities.iter())
                    .filter(|entity| !hidden.entities.contains(&entity.kind))
                    .map(|entity| EntityRow {
                        id: entity.id,
                        text: entity.text.clone(),
                        kind: editor.types.with(|types| types.entity(&entity.kind).to_owned()),
                        told: told(entity.source, entity.score),
                    })
                    .collect::<Vec<_>>()
            })
        })
    });
    let relations = Memo::new(move |_| {
        editor.hidden.with(|hidden| {
            editor.labels.with(|labels| {
                let seen = |id| labels.entity(id).filter(|entity| !hidden.entities.contains(&entity.kind));
                (labels.relations.iter())
                    .filter(|relation| !hidden.relations.contains(&relation.kind))
                    .filter_map(|relation| {
                        let (head, tail) = (seen(relation.head)?, seen(relation.tail)?);
                        Some(RelationRow {
                            id: relation.id,
                            head: head.text.clone(),
                            kind: editor.types.with(|types| types.relation(&relation.kind).to_owned()),
                            tail: tail.text.clone(),
                            told: told(relation.source, relation.score),
                        })
                    })
                    .collect::<Vec<_>>()
            })
        })
    });
    let limits = [RwSignal::new(ROWS), RwSignal::new(ROWS)];
    let first_entities = move || entities.with(|rows| rows.iter().take(limits[0].get()).cloned().collect::<Vec<_>>());
    let first_relations = move || relations.with(|rows| rows.iter().take(limits[1].get()).cloned().collect::<Vec<_>>());
    let entity_row = move |row: EntityRow| {
        let EntityRow { id, text, kind, told } = row;
        view! {
            <tr class:selected=move || editor.selection.get() == Selection::Entity(id)>
                <td>{pick(session, Selection::Entity(id), text)}</td>
                <td class="type">{kind}</td>
                <td class="number">{told}</td>
            </tr>
        }
    };
    let relation_row = move |row: RelationRow| {
        let RelationRow { id, head, kind, tail, told } = row;
        view! {
            <tr class:selected=move || editor.selection.get() == Selection::Relation(id)>
                <td>{pick(session, Selection::Relation(id), head)}</td>
                <td class="type">{kind}</td>
                <td dir="auto">{tail}</td>
                <td class="number">{told}</td>
            </tr>
        }
    };
    let all = move |relations: bool| {
        editor.labels.with(|labels| if relations { labels.relations.len() } else { labels.entities.len() })
    };
    let entity_count = move || entities.with(Vec::len);
    let relation_count = move || relations.with(Vec::len);
    view! {
        <section class="tables" aria-label="Tables" class:stale=move || session.is_stale()>
            <div>
                <table>
                    <caption>{move || caption("Entities", entity_count(), all(false))}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Text"</th><th scope="col">"Type"</th>
                            <th scope="col" class="number">"Score"</th>
                        </tr>
                    </thead>
                    <tbody><For each=first_entities key=EntityRow::clone children=entity_row/></tbody>
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
                    <tbody><For each=first_relations key=RelationRow::clone children=relation_row/></tbody>
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
fn pick(session: Session, selection: Selection, text: String) -> impl IntoView {
    view! {
        <button
            type="button"
            class="row-pick"
            dir="auto"
            aria-pressed=move || (session.editor.selection.get() == selection).to_string()
            on:click=move |_| session.select(selection)
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
