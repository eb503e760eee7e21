//! “Take away”: the document as a file in any format, as a picture, or as a link, and what each of them loses.

use leptos::prelude::*;
use sinet_figure::{Drawn, html, svg};
use sinet_formats::Format;
use sinet_logic::files::takeaway::{Item, losses_of_picture};
use wasm_bindgen_futures::spawn_local;

use super::measure;
use crate::files;
use crate::files::program::{self, Written};
use crate::session::{Latest, Session};

/// What the chosen form loses and, unless it is drawn, its file; a copy is the same. It follows the document while the menu is
/// open, so that the file is there when a button is pressed: some browsers let a page into the clipboard only at once.
#[derive(Clone, Copy)]
struct Prepared {
    item: RwSignal<Item>,
    made: RwSignal<Option<Result<Made, String>>>,
    work: Latest,
    session: Session,
}

#[derive(Clone)]
struct Made {
    item: Item,
    losses: Vec<String>,
    /// Pictures are drawn when somebody takes them.
    content: Option<Vec<u8>>,
}

impl Prepared {
    fn follow(session: Session, is_open: Signal<bool>) -> Self {
        let prepared = Self {
            item: RwSignal::new(Item::Data(Format::Sinet)),
            made: RwSignal::new(None),
            work: Latest::new(),
            session,
        };
        Effect::new(move || {
            prepared.item.track();
            session.editor.document.track();
            session.editor.types.track();
            if is_open.get() {
                prepared.work.run(move || async move {
                    let made = prepared.make().await;
                    if !prepared.work.has_newer() {
                        prepared.made.set(Some(made));
                    }
                });
            }
        });
        prepared
    }

    async fn make(self) -> Result<Made, String> {
        let editor = self.session.editor;
        let item = self.item.get_untracked();
        let Written { content, losses } = match item {
            Item::Data(format) => {
                let document = editor.document.with_untracked(|document| document.to_labelled());
                program::write(format, vec![document]).await?
            }
            Item::Training => {
                let (types, tagset) = (editor.types.get_untracked(), editor.tagset.get_untracked());
                let documents = vec![editor.document.get_untracked()];
                program::write_training(documents, types, tagset.as_deref().cloned(), self.session.provenance()).await?
            }
            Item::Svg | Item::Png | Item::Html => {
                let losses = editor.document.with_untracked(|document| losses_of_picture(item, document));
                return Ok(Made { item, losses, content: None });
            }
        };
        Ok(Made { item, losses, content: Some(content) })
    }

    /// The file as it is now; for PNG, which the browser has to draw, an SVG picture.
    async fn content(self) -> Result<Vec<u8>, String> {
        let item = self.item.get_untracked();
        if item.is_drawn() {
            return Ok(draw(self.session, item).into_bytes());
        }
        let made = match self.made.get_untracked() {
            Some(Ok(made)) if !self.work.is_running_now() => made,
            // What failed may go well now.
            _ => self.make().await?,
        };
        Ok(made.content.unwrap_or_default())
    }
}

/// The forms, and what each loses, which is looked at while this `is_open`.
#[component]
pub fn TakeAway(session: Session, #[prop(into)] is_open: Signal<bool>) -> impl IntoView {
    let prepared = Prepared::follow(session, is_open);
    let item = prepared.item;
    let said = RwSignal::new(String::new());
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
                <button type="button" class="quiet" on:click=move |_| save(prepared, said)>"Download"</button>
                <Show when=move || item.get().is_text()>
                    <button type="button" class="quiet" on:click=move |_| copy(prepared, said)>"Copy"</button>
                </Show>
                <button type="button" class="quiet" on:click=move |_| copy_link(session, said)>"Copy a link"</button>
            </div>
            <Show when=move || item.get() == Item::Training && !session.checked.get()>
                <p class="note">"Nobody has said yet that this document is checked."</p>
            </Show>
            <div class="note terms">{move || prepared.made.get().map(tell)}</div>
            <p class="note">"A link holds the text and its labels in the part of the address that is never sent to a server."</p>
            <p role="status" class="said">{said}</p>
    }
}

fn tell(made: Result<Made, String>) -> AnyView {
    match made {
        Err(message) => view! { <p class="failure">{message}</p> }.into_any(),
        Ok(Made { item, losses, .. }) => {
            let lossless = losses.is_empty().then(|| view! { <p>"Nothing is lost."</p> });
            let losses = losses.into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view();
            view! {
                {item.unit().map(|unit| view! { <p>{unit}</p> })}
                {lossless}
                <ul>{losses}</ul>
            }
            .into_any()
        }
    }
}

fn draw(session: Session, item: Item) -> String {
    let types = session.editor.types.get_untracked();
    session.editor.document.with_untracked(|document| {
        let visible = session.editor.visible.get_untracked();
        let drawn = Drawn::all(document.labelled_with(visible), &types, measure::width);
        let title = if document.id.is_empty() { "Entities and relations" } else { &document.id };
        match item {
            Item::Html => html(&document.to_labelled(), &drawn, &types, title),
            _ => svg(&drawn, &types),
        }
    })
}

fn save(prepared: Prepared, said: RwSignal<String>) {
    spawn_local(async move {
        let item = prepared.item.get_untracked();
        let name = prepared.session.editor.document.with_untracked(|document| item.file_name(&document.id));
        let saved = async {
            let content = prepared.content().await?;
            match item {
                Item::Png => files::download_blob(&name, &files::png(&String::from_utf8_lossy(&content)).await?)?,
                _ => files::download(&name, item.media_type(), &content)?,
            }
            Ok::<_, String>(format!("{name} is among your downloads."))
        };
        said.set(saved.await.unwrap_or_else(|message| message));
    });
}

fn copy(prepared: Prepared, said: RwSignal<String>) {
    spawn_local(async move {
        let title = prepared.item.get_untracked().title();
        let copied = async { files::copy(&String::from_utf8_lossy(&prepared.content().await?)).await };
        said.set(copied.await.map_or_else(|message| message, |()| format!("{title} is in the clipboard.")));
    });
}

fn copy_link(session: Session, said: RwSignal<String>) {
    let document = session.editor.document.with_untracked(|document| document.to_labelled());
    spawn_local(async move {
        let copied = async {
            let fragment = program::write_link(document).await?;
            let address = window().location().href().unwrap_or_default();
            let address = address.split('#').next().unwrap_or_default();
            files::copy(&format!("{address}#{fragment}")).await
        };
        said.set(copied.await.map_or_else(|message| message, |()| "The link is in the clipboard.".to_owned()));
    });
}
