//! Entities and relations as tables, for those who hear or who prefer to read.

use leptos::prelude::*;
use sinet_formats::Source;

use crate::app::Page;

/// How many rows are shown of each.
const ROWS: usize = 200;

/// Both tables.
#[component]
pub fn Tables(page: Page) -> impl IntoView {
    let editor = page.editor;
    let entities = move || {
        let types = editor.types.get();
        editor.labels.with(|labels| {
            (labels.entities.iter().take(ROWS))
                .map(|entity| {
                    view! {
                        <tr>
                            <td>{entity.text.clone()}</td>
                            <td class="type">{types.entity(&entity.kind).to_owned()}</td>
                            <td class="number">{score(entity.source, entity.score)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let relations = move || {
        let types = editor.types.get();
        editor.labels.with(|labels| {
            (labels.relations.iter().take(ROWS))
                .map(|relation| {
                    let text = |id| labels.entity(id).map(|entity| entity.text.clone());
                    view! {
                        <tr>
                            <td>{text(relation.head)}</td>
                            <td class="type">{types.relation(&relation.kind).to_owned()}</td>
                            <td>{text(relation.tail)}</td>
                            <td class="number">{score(relation.source, relation.score)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let count = move |relations: bool| {
        editor.labels.with(|labels| if relations { labels.relations.len() } else { labels.entities.len() })
    };
    view! {
        <section class="tables" aria-label="Tables" class:stale=move || page.is_stale()>
            <table>
                <caption>{move || caption("Entities", count(false))}</caption>
                <thead><tr><th scope="col">"Text"</th><th scope="col">"Type"</th><th scope="col" class="number">"Score"</th></tr></thead>
                <tbody>{entities}</tbody>
            </table>
            <table>
                <caption>{move || caption("Relations", count(true))}</caption>
                <thead>
                    <tr>
                        <th scope="col">"From"</th><th scope="col">"Type"</th><th scope="col">"To"</th>
                        <th scope="col" class="number">"Score"</th>
                    </tr>
                </thead>
                <tbody>{relations}</tbody>
            </table>
        </section>
    }
}

fn caption(name: &str, count: usize) -> String {
    match count {
        0 => format!("{name}: none"),
        count if count > ROWS => format!("{name}: {count}, the first {ROWS} of them"),
        count => format!("{name}: {count}"),
    }
}

/// How sure the model is, or that it is a person's word.
fn score(source: Source, score: Option<f32>) -> String {
    match (source, score) {
        (Source::Person, _) => "by you".to_owned(),
        (Source::Model, Some(score)) => format!("{score:.2}"),
        (Source::Model, None) => "by a model".to_owned(),
    }
}
