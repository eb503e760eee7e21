//! The line between two panes, which widens them, by pointer and by keys.

use leptos::prelude::*;
use sinet_logic::workspace::panes::{Pane, Widths};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

use crate::workspace::Workspace;

/// How far an arrow key moves the line, in CSS pixels.
const STEP: f64 = 24.0;

/// The line beside a pane.
#[component]
pub fn Split(workspace: Workspace, pane: Pane) -> impl IntoView {
    let (id, label) = match pane {
        Pane::Documents => ("documents", "Width of the documents"),
        Pane::Inspector => ("inspector", "Width of what stands beside the text"),
    };
    let width = move || {
        let pane = document().get_element_by_id(id)?.unchecked_into::<HtmlElement>();
        Some(f64::from(pane.offset_width()))
    };
    // The style sheet's width is known once the page is drawn.
    let now = RwSignal::new(f64::from(pane.widths().least));
    Effect::new(move || {
        workspace.panes.track();
        request_animation_frame(move || now.set(width().unwrap_or_default()));
    });
    let drag = move |event: PointerEvent| {
        let line = event.current_target().map(JsCast::unchecked_into::<HtmlElement>);
        let x = f64::from(event.client_x());
        if line.is_some_and(|line| line.has_pointer_capture(event.pointer_id())) {
            let all = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
            workspace.set_width(pane, if pane == Pane::Documents { x } else { all - x });
        }
    };
    let press = move |event: KeyboardEvent| {
        let outwards = match (event.key().as_str(), pane) {
            ("ArrowRight", Pane::Documents) | ("ArrowLeft", Pane::Inspector) => STEP,
            ("ArrowLeft", Pane::Documents) | ("ArrowRight", Pane::Inspector) => -STEP,
            _ => return,
        };
        event.prevent_default();
        if let Some(width) = width() {
            workspace.set_width(pane, width + outwards);
        }
    };
    let Widths { least, most } = pane.widths();
    view! {
        <div
            class="split"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=label
            aria-controls=id
            aria-valuemin=least
            aria-valuemax=most
            aria-valuenow=move || now.get().to_string()
            on:pointerdown=|event: PointerEvent| {
                if let Some(line) = event.current_target() {
                    line.unchecked_into::<HtmlElement>().set_pointer_capture(event.pointer_id()).ok();
                }
            }
            on:pointermove=drag
            on:keydown=press
        ></div>
    }
}
