//! Entities and relations as tables, for those who hear or who prefer to read.

use leptos::prelude::*;

use crate::app::Page;

/// How many rows are shown of each.
const ROWS: usize = 200;

/// Both tables.
#[component]
pub fn Tables(page: Page) -> impl IntoView {
    let entities = move || {
        page.shown.get().map(|shown| {
            let found = &shown.reading.annotation.entities;
            (found.iter().enumerate().take(ROWS))
                .map(|(index, entity)| {
                    view! {
                        <tr>
                            <td>{entity.text.clone()}</td>
                            <td class="type">{shown.reading.entity_type(index).to_owned()}</td>
                            <td class="number">{format!("{:.2}", entity.score)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let relations = move || {
        page.shown.get().map(|shown| {
            let annotation = &shown.reading.annotation;
            (annotation.relations.iter().enumerate().take(ROWS))
                .map(|(index, relation)| {
                    view! {
                        <tr>
                            <td>{annotation.entities[relation.head].text.clone()}</td>
                            <td class="type">{shown.reading.relation_type(index).to_owned()}</td>
                            <td>{annotation.entities[relation.tail].text.clone()}</td>
                            <td class="number">{format!("{:.2}", relation.score)}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    let count = move |relations: bool| {
        page.shown.with(|shown| {
            shown.as_ref().map_or(0, |shown| {
                let annotation = &shown.reading.annotation;
                if relations { annotation.relations.len() } else { annotation.entities.len() }
            })
        })
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
