//! The ways to begin with types of one's own.

use leptos::prelude::*;
use sinet_document::Tagset;
use sinet_document::counts::Counts;

use super::{FileChoice, Work};

/// A button for each.
#[component]
pub fn Begin(work: Work) -> impl IntoView {
    let library = work.library;
    let editor = library.session.editor;
    let of_model = move |_| work.take(editor.known.with_untracked(Tagset::of_types));
    let of_document = move |_| work.take(Tagset::of_labels(&editor.labels.with_untracked(Counts::of_labels)));
    let of_all = move |_| work.take(Tagset::of_labels(&library.counts()));
    let back = move |_| {
        if let Some(tagset) = library.given_up.get_untracked() {
            work.take(Ok(tagset));
        }
    };
    view! {
        <p class="note">
            "Labels have the types that the model knows. With types of your own, the labels of the model are shown under yours \
             or hidden, and relations join only what you allow. Begin:"
        </p>
        <div class="buttons">
            <button type="button" class="quiet" on:click=move |_| work.take(Ok(Tagset::default()))>"With nothing"</button>
            <Show when=move || editor.known.with(|known| !known.entities.is_empty())>
                <button type="button" class="quiet" on:click=of_model>"With the model’s types"</button>
            </Show>
            <button type="button" class="quiet" on:click=of_document>"With the labels of this document"</button>
            <button type="button" class="quiet" on:click=of_all>"With the labels of all documents"</button>
            <FileChoice work/>
            <Show when=move || library.given_up.with(Option::is_some)>
                <button type="button" class="quiet" on:click=back>"Have my types back"</button>
            </Show>
        </div>
    }
}
