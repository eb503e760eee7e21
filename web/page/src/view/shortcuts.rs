//! The keys of the workspace, and pasting: they count wherever the focus is, but in a field.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_logic::correct::keys::Held;
use sinet_logic::workspace::keys::{Shortcut, shortcut};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

use super::sentences::press;
use super::{menu, text_pane, writing};
use crate::correct::Interaction;
use crate::library::Library;
use crate::people::TwoPeople;
use crate::workspace::{Workspace, focus};

/// Listens as long as the page is open.
pub fn listen(workspace: Workspace, library: Library, interaction: Interaction, people: TwoPeople) {
    window_event_listener(leptos::ev::keydown, move |event| {
        if event.default_prevented() || is_field(event.target()) {
            return;
        }
        let held =
            Held { alt: event.alt_key(), shift: event.shift_key(), control: event.ctrl_key() || event.meta_key() };
        match shortcut(&event.key(), held) {
            Some(shortcut) => {
                event.prevent_default();
                run(workspace, library, interaction, people, shortcut);
            }
            // Where nothing has the focus, the text has the keys, or what is in its place.
            None if !is_body(event.target()) => {}
            None if people.is_open.get_untracked() => super::people::press(people, &event),
            None if !workspace.is_writing.get_untracked() => press(interaction, &event),
            None => {}
        }
    });
    window_event_listener(leptos::ev::paste, move |event| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        if !is_field(event.target()) && !text.trim().is_empty() {
            event.prevent_default();
            library.open_new(OpenDocument::of_text(text));
        }
    });
}

fn run(workspace: Workspace, library: Library, interaction: Interaction, people: TwoPeople, shortcut: Shortcut) {
    match shortcut {
        Shortcut::Show(tab) => workspace.show(tab),
        Shortcut::Edit if workspace.is_writing.get_untracked() => writing::finish(workspace, interaction),
        Shortcut::Edit => text_pane::write(workspace, interaction),
        Shortcut::New => text_pane::write_new(workspace, library),
        Shortcut::Documents => workspace.fold(!workspace.panes.with_untracked(|panes| panes.is_folded)),
        Shortcut::Search => {
            workspace.fold(false);
            focus("search");
        }
        Shortcut::Next => library.open_beside(1),
        Shortcut::Previous => library.open_beside(-1),
        Shortcut::NextUnread => library.open_next_unread(),
        Shortcut::Setup => menu::open("setup"),
        Shortcut::TakeAway => menu::open("take-away"),
        Shortcut::People => {
            people.toggle();
            if !people.is_open.get_untracked() {
                interaction.focus();
            }
        }
        Shortcut::Judge => interaction.judge(),
        Shortcut::Done => library.done(),
        Shortcut::Elsewhere => interaction.label_elsewhere(),
    }
}

/// Whether what a person types goes into an element. A dialog has its own keys, too.
fn is_field(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    let fields = "textarea, select, dialog, input:not([type='radio'], [type='checkbox'], [type='file'])";
    element.is_some_and(|element| element.closest(fields).is_ok_and(|field| field.is_some()))
}

fn is_body(target: Option<EventTarget>) -> bool {
    target.and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| element.tag_name() == "BODY")
}
