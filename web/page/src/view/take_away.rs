//! “Take away”: the document as a file in any format, as a picture, or as a link, and what each of them loses.

use leptos::prelude::*;
use sinet_figure::{Drawn, html, svg};
use sinet_formats::Format;
use sinet_logic::files::link;
use sinet_logic::files::takeaway::{Item, Taken, Terms, file_stem, take, terms};
use wasm_bindgen_futures::spawn_local;

use super::measure;
use crate::files;
use crate::session::Session;

/// The forms, and what each loses, which is looked at while this `is_open`.
#[component]
pub fn TakeAway(session: Session, #[prop(into)] is_open: Signal<bool>) -> impl IntoView {
    let item = RwSignal::new(Item::Data(Format::Sinet));
    let said = RwSignal::new(String::new());
    let terms = Memo::new(move |_| is_open.get().then(|| look(session, item.get())));
    let options = |items: Vec<Item>| {
        items.into_iter().map(|item| view! { <option value=item.name()>{item.title()}</option> }).collect_view()
    };
    let (data, rest): (Vec<Item>, Vec<Item>) = Item::all().into_iter().partition(|item| matches!(item, Item::Data(_)));
    let choose = move |name: String| {
        said.set(String::new());
        if let Some(chosen) = Item::named(&name) {
            item.set(chosen);
        }
    };
    view! {
            <div class="form">
                <label for="take-away-form">"As"</label>
                <select id="take-away-form" on:change:target=move |event| choose(event.target().value())>
                    <optgroup label="Data">{options(data)}</optgroup>
                    <optgroup label="Training, pictures, page">{options(rest)}</optgroup>
                </select>
                <button type="button" class="quiet" on:click=move |_| save(session, item.get_untracked(), said)>"Download"</button>
                <Show when=move || item.get().is_text()>
                    <button type="button" class="quiet" on:click=move |_| copy(session, item.get_untracked(), said)>"Copy"</button>
                </Show>
                <button type="button" class="quiet" on:click=move |_| copy_link(session, said)>"Copy a link"</button>
            </div>
            <Show when=move || item.get() == Item::Training && !session.checked.get()>
                <p class="note">"Nobody has said yet that this document is checked."</p>
            </Show>
            <div class="note terms">{move || terms.get().map(tell_terms)}</div>
            <p class="note">"A link holds the text and its labels in the part of the address that is never sent to a server."</p>
            <p role="status" class="said">{said}</p>
    }
}

fn tell_terms(terms: Result<Terms, String>) -> AnyView {
    match terms {
        Err(message) => view! { <p class="failure">{message}</p> }.into_any(),
        Ok(Terms { unit, losses }) => {
            let lossless = losses.is_empty().then(|| view! { <p>"Nothing is lost."</p> });
            let losses = losses.into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view();
            view! {
                {(!unit.is_empty()).then(|| view! { <p>{unit}</p> })}
                {lossless}
                <ul>{losses}</ul>
            }
            .into_any()
        }
    }
}

/// Follows the document.
fn look(session: Session, item: Item) -> Result<Terms, String> {
    let types = session.editor.types.get();
    session
        .editor
        .document
        .with(|document| terms(item, document, &types, &session.provenance()))
        .map_err(|error| error.to_string())
}

/// The file, but for PNG, which has to be drawn by the browser: that is an SVG picture.
fn make(session: Session, item: Item) -> Result<Taken, String> {
    let types = session.editor.types.get_untracked();
    session.editor.document.with_untracked(|document| {
        let made = take(item, document, &types, &session.provenance()).map_err(|error| error.to_string())?;
        Ok(made.unwrap_or_else(|| {
            let visible = session.editor.visible.get_untracked();
            let drawn = Drawn::all(document.labelled_with(visible), &types, measure::width);
            let stem = file_stem(&document.id);
            let title = if document.id.is_empty() { "Entities and relations" } else { &document.id };
            let (end, media_type, content) = match item {
                Item::Html => ("html", "text/html", html(&document.to_labelled(), &drawn, &types, title)),
                _ => ("svg", "image/svg+xml", svg(&drawn, &types)),
            };
            Taken { name: format!("{stem}.{end}"), media_type, content: content.into_bytes() }
        }))
    })
}

fn save(session: Session, item: Item, said: RwSignal<String>) {
    spawn_local(async move {
        let saved = async {
            let Taken { name, media_type, content } = make(session, item)?;
            if item != Item::Png {
                files::download(&name, media_type, &content)?;
                return Ok(name);
            }
            let name = name.replace(".svg", ".png");
            files::download_blob(&name, &files::png(&String::from_utf8_lossy(&content)).await?)?;
            Ok::<_, String>(name)
        };
        said.set(saved.await.map_or_else(|message| message, |name| format!("{name} is among your downloads.")));
    });
}

fn copy(session: Session, item: Item, said: RwSignal<String>) {
    spawn_local(async move {
        let copied = match make(session, item) {
            Ok(taken) => files::copy(&String::from_utf8_lossy(&taken.content)).await,
            Err(message) => Err(message),
        };
        said.set(copied.map_or_else(|message| message, |()| format!("{} is in the clipboard.", item.title())));
    });
}

fn copy_link(session: Session, said: RwSignal<String>) {
    let fragment = link::to_fragment(&session.editor.document.with_untracked(|document| document.to_labelled()));
    spawn_local(async move {
        let copied = match fragment {
            Ok(fragment) => {
                let address = window().location().href().unwrap_or_default();
                let address = address.split('#').next().unwrap_or_default();
                files::copy(&format!("{address}#{fragment}")).await
            }
            Err(error) => Err(error.to_string()),
        };
        said.set(copied.map_or_else(|message| message, |()| "The link is in the clipboard.".to_owned()));
    });
}
