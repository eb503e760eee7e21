//! A button of the bar at the top, and what it opens below itself.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, Node};

/// Opens and closes like any `details`, and closes by Escape or by a pointer beside it.
#[component]
pub fn Menu(
    /// The name for readers.
    name: &'static str,
    /// The class of the menu, which is its name for the keys of the workspace, too.
    class: &'static str,
    /// Runs when it opens or closes.
    on_toggle: impl Fn(bool) + 'static,
    children: Children,
) -> impl IntoView {
    let menu = NodeRef::<html::Details>::new();
    let is_open = move || menu.get_untracked().is_some_and(|menu| menu.open());
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let beside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        if is_open() && menu.get_untracked().is_some_and(|menu| !menu.contains(target.as_ref())) {
            close();
        }
    });
    on_cleanup(move || beside.remove());
    let press = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open() {
            event.stop_propagation();
            close();
            let summary = menu.get_untracked().and_then(|menu| menu.query_selector("summary").ok().flatten());
            if let Some(summary) = summary {
                summary.unchecked_into::<HtmlElement>().focus().ok();
            }
        }
    };
    view! {
        <details
            node_ref=menu
            class=format!("menu {class}")
            on:keydown=press
            on:toggle=move |_| on_toggle(is_open())
        >
            <summary>{name}</summary>
            <div class="panel">{children()}</div>
        </details>
    }
}

/// Opens the menu of a class, and puts the focus on it.
pub fn open(class: &str) {
    let menu = document().query_selector(&format!("details.{class}")).ok().flatten();
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<web_sys::HtmlDetailsElement>().ok()) {
        menu.set_open(true);
        if let Some(summary) = menu.query_selector("summary").ok().flatten() {
            summary.unchecked_into::<HtmlElement>().focus().ok();
        }
    }
}
