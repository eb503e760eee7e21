//! The workspace around the text: the tab beside it, whether it is written, and how wide the panes are.

use leptos::prelude::*;
use sinet_logic::workspace::panes::{Pane, Panes};
use sinet_logic::workspace::tabs::Tab;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use crate::notes::{keep, kept};
use crate::session::Session;

/// The width from which on all panes lie beside each other, as in the style sheet, in CSS pixels.
const WIDE: f64 = 1000.0;
/// The notes that the browser keeps of the workspace.
const PANES: &str = "sinet-panes";
const HINTS: &str = "sinet-hints";

/// The workspace; a copy is the same one.
#[derive(Clone, Copy)]
pub struct Workspace {
    /// The tab that is shown beside the text.
    pub tab: ReadSignal<Tab>,
    /// Whether the tab is unfolded where it lies below the text, in a narrow window.
    pub is_unfolded: RwSignal<bool>,
    /// Whether the text is written now; else its labels are shown.
    pub is_writing: ReadSignal<bool>,
    /// The panes as a person has set them.
    pub panes: ReadSignal<Panes>,
    /// The hint for first-time visitors that is shown, if one is.
    pub hint: ReadSignal<Option<usize>>,
    set_tab: WriteSignal<Tab>,
    set_writing: WriteSignal<bool>,
    set_panes: WriteSignal<Panes>,
    set_hint: WriteSignal<Option<usize>>,
}

impl Workspace {
    /// As the last visit has left it. The text of a document that is opened empty is written at once.
    pub fn begin(session: Session) -> Self {
        let fragment = window().location().hash().unwrap_or_default();
        let (tab, set_tab) = signal(Tab::from_fragment(&fragment).unwrap_or_default());
        let (is_writing, set_writing) = signal(false);
        let mut panes = kept(PANES).map(|json| Panes::from_json(&json)).unwrap_or_default();
        // A narrow window has no room for a list that nobody has asked for.
        panes.is_folded |= !is_wide();
        let (panes, set_panes) = signal(panes);
        let (hint, set_hint) = signal(kept(HINTS).is_none().then_some(0));
        Effect::new(move || {
            session.visits.track();
            set_writing.set(session.text.with_untracked(|text| text.trim().is_empty()));
        });
        let is_unfolded = RwSignal::new(false);
        Self { tab, is_unfolded, is_writing, panes, hint, set_tab, set_writing, set_panes, set_hint }
    }

    /// Shows a tab, and gives the page its address.
    pub fn show(self, tab: Tab) {
        self.set_tab.set(tab);
        self.is_unfolded.set(true);
        if let Ok(history) = window().history() {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{}", tab.fragment()))).ok();
        }
    }

    /// Shows the tab that the page's address names, if it names one.
    pub fn follow_address(self) {
        if let Some(tab) = window().location().hash().ok().and_then(|hash| Tab::from_fragment(&hash)) {
            self.set_tab.set(tab);
        }
    }

    /// Opens the text for writing, with the caret at `place`, in UTF-16 units of the text.
    pub fn write(self, place: u32) {
        self.set_writing.set(true);
        request_animation_frame(move || {
            let field = document().get_element_by_id("text");
            if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlTextAreaElement>().ok()) {
                field.focus().ok();
                field.set_selection_range(place, place).ok();
            }
        });
    }

    /// Shows the labels in the place of the field.
    pub fn stop_writing(self) {
        self.set_writing.set(false);
    }

    /// Sets the width of a pane in CSS pixels, and remembers it.
    pub fn set_width(self, pane: Pane, width: f64) {
        self.change_panes(|panes| panes.set_width(pane, width));
    }

    /// Folds the list of documents away, or shows it.
    pub fn fold(self, is_folded: bool) {
        self.change_panes(|panes| panes.is_folded = is_folded);
    }

    /// Shows the hints once more.
    pub fn show_hints(self) {
        self.set_hint.set(Some(0));
    }

    /// Goes to the next hint; after the last, or with `all`, none is ever shown again.
    pub fn next_hint(self, count: usize, all: bool) {
        let next = self.hint.get_untracked().map(|hint| hint + 1).filter(|&hint| hint < count && !all);
        self.set_hint.set(next);
        if next.is_none() {
            keep(HINTS, "seen");
        }
    }

    fn change_panes(self, change: impl FnOnce(&mut Panes)) {
        self.set_panes.update(change);
        // A narrow window says nothing about a wide one.
        if is_wide() {
            keep(PANES, &self.panes.get_untracked().to_json());
        }
    }
}

/// Puts the focus on an element by its name, now or once it is drawn.
pub fn focus(name: &'static str) {
    let take = move || {
        let element = document().get_element_by_id(name);
        element.is_some_and(|element| element.unchecked_into::<HtmlElement>().focus().is_ok())
    };
    if !take() {
        request_animation_frame(move || _ = take());
    }
}

fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_none_or(|width| width >= WIDE)
}
