//! What a person says about the document: whether it is done, and a note; and the way to judge the model's labels one by one.

use leptos::prelude::*;
use sinet_document::Order;

use crate::correct::Interaction;
use crate::library::Library;

/// One line below the status.
#[component]
pub fn Checking(library: Library, interaction: Interaction) -> impl IntoView {
    let session = library.session;
    let left = Memo::new(move |_| interaction.left_to_judge());
    let judge = move || match left.get() {
        0 => "Judge".to_owned(),
        left => format!("Judge ({left})"),
    };
    let is_judging = move || interaction.judging.get().is_some();
    let choose = move |name: String| {
        interaction.judge_in(if name == "text" { Order::Text } else { Order::Doubt });
    };
    view! {
        <div class="checking" role="group" aria-label="Checking">
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || session.checked.get()
                    on:change:target=move |event| session.set_checked(event.target().checked())
                />
                "Checked"
            </label>
            <button type="button" class="quiet" aria-keyshortcuts="Shift+K" on:click=move |_| library.done()>"Done, next"</button>
            <button
                type="button"
                class="quiet"
                aria-keyshortcuts="Shift+J"
                aria-pressed=move || is_judging().to_string()
                on:click=move |_| interaction.judge()
            >
                {judge}
            </button>
            <Show when=is_judging>
                <select aria-label="Order of judging" on:change:target=move |event| choose(event.target().value())>
                    <option value="doubt" selected=move || interaction.judging.get() == Some(Order::Doubt)>"doubtful first"</option>
                    <option value="text" selected=move || interaction.judging.get() == Some(Order::Text)>"as the text goes"</option>
                </select>
                <span class="note">"Enter agrees, Delete removes, a type corrects, Space passes over."</span>
            </Show>
            <input
                type="text"
                class="remark"
                aria-label="Note on this document"
                placeholder="Note"
                prop:value=move || session.note.get()
                on:input:target=move |event| session.set_note(event.target().value())
            />
        </div>
    }
}
