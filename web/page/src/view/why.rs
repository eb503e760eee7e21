//! Why what is selected is found, or is not.

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::explain::why::{Bar, Group};

use crate::explain::{Answered, Explaining};
use crate::session::Session;

/// The decision in one sentence, and the scores behind it.
#[component]
pub fn WhyPanel(session: Session, explaining: Explaining) -> impl IntoView {
    let contents = move || {
        match explaining.answer.get() {
        None if session.model.get() == ModelName::NoModel => view! {
            <p class="note">"There is no model whose reasons could stand here. Choose one at the top to see what it says."</p>
        }
        .into_any(),
        None => view! {
            <p class="note">
                "Select an entity, a relation or some words, and here stands why the model found them, or why it did not."
            </p>
        }
        .into_any(),
        Some(Ok(answer)) => explained(answer).into_any(),
        Some(Err(message)) => view! { <p class="failure">{message}</p> }.into_any(),
    }
    };
    view! {
        <section class="why" aria-labelledby="why-title" class:stale=move || session.is_stale()>
            <h2 id="why-title">"Why, or why not"</h2>
            {contents}
        </section>
    }
}

fn explained(Answered { subject, by_person, why }: Answered) -> impl IntoView {
    let groups = why.groups.into_iter().map(group).collect_view();
    view! {
        <p class="subject">{subject}</p>
        {by_person.map(|told| view! { <p class="note">{told}</p> })}
        <p class="decision">{why.decision}</p>
        <div class="scores">{groups}</div>
    }
}

/// A table whose scores are bars too. The line on the bars is the threshold.
fn group(Group { title, threshold, bars }: Group) -> impl IntoView {
    let caption = if title.is_empty() { "Scores of all types".to_owned() } else { title };
    let rows = bars.into_iter().map(|bar| row(bar, threshold)).collect_view();
    let note = (threshold > 0.0).then(|| format!("The line marks the threshold, {threshold:.2}."));
    view! {
        <div class="group">
            <table>
                <caption>{caption}</caption>
                <thead class="hidden">
                    <tr><th scope="col">"Type"</th><th scope="col">"Score"</th><th scope="col">"Outcome"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {note.map(|note| view! { <p class="note">{note}</p> })}
        </div>
    }
}

fn row(Bar { name, score, is_reported, note }: Bar, threshold: f32) -> impl IntoView {
    let width = format!("{}%", (100.0 * score).clamp(0.0, 100.0));
    let mark = format!("{}%", 100.0 * threshold);
    view! {
        <tr class:reported=is_reported>
            <th scope="row">{name}</th>
            <td class="score">
                <span class="track" aria-hidden="true">
                    <span class="fill" style:width=width></span>
                    {(threshold > 0.0).then(|| view! { <span class="mark" style:inset-inline-start=mark></span> })}
                </span>
                <span class="value">{format!("{score:.2}")}</span>
            </td>
            <td class="outcome">{note}</td>
        </tr>
    }
}
