//! The pane beside the text: what is selected, the tab that explains it, and what can be done about it.

use leptos::prelude::*;
use sinet_logic::workspace::tabs::Tab;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::attention::Attention;
use super::compared::Compared;
use super::replace::Replace;
use super::selection::{About, Actions};
use super::tables::Tables;
use super::tuning::Tuning;
use super::types::TypesPanel;
use super::why::WhyPanel;
use crate::correct::Interaction;
use crate::explain::{Comparison, Explaining};
use crate::library::Library;
use crate::workspace::Workspace;

/// Stays in view, and follows the selection.
#[component]
pub fn Inspector(
    workspace: Workspace,
    library: Library,
    interaction: Interaction,
    explaining: Explaining,
    comparison: Comparison,
) -> impl IntoView {
    let session = interaction.session;
    // Whoever writes sees what is found meanwhile.
    let shown = Memo::new(move |_| if workspace.is_writing.get() { Tab::Triples } else { workspace.tab.get() });
    // Below the text a tab takes its room from it.
    Effect::new(move || {
        workspace.is_unfolded.track();
        interaction.keep_in_sight();
    });
    let tab = move |tab: Tab| {
        let is_changed = move || tab == Tab::Thresholds && session.has_chosen_settings();
        view! {
            <button
                type="button"
                role="tab"
                id=format!("tab-{}", tab.fragment())
                aria-controls="tab-panel"
                aria-selected=move || (shown.get() == tab).to_string()
                aria-keyshortcuts=format!("Shift+{}", tab.letter())
                aria-label=move || is_changed().then_some("Thresholds, changed")
                tabindex=move || if shown.get() == tab { "0" } else { "-1" }
                on:click=move |_| choose(workspace, tab)
            >
                {tab.name()}
                {move || is_changed().then_some(" •")}
            </button>
        }
    };
    let contents = move || match shown.get() {
        Tab::Why => view! { <WhyPanel session explaining/> }.into_any(),
        Tab::Attention => view! { <Attention session/> }.into_any(),
        Tab::Triples => view! { <Tables session/> }.into_any(),
        Tab::Compare => view! { <Compared session comparison/> }.into_any(),
        Tab::Thresholds => view! { <Tuning session/> }.into_any(),
        Tab::Types => view! { <TypesPanel library/> }.into_any(),
        Tab::Replace => view! { <Replace library interaction/> }.into_any(),
    };
    view! {
        <aside class="inspector" id="inspector" aria-label="Selection and reasons">
            <About interaction/>
            <div
                class="tabs"
                role="tablist"
                aria-label="About the selection and the text"
                // The focus stays in the text while a pointer chooses a tab, so that keys go on working.
                on:mousedown=|event| event.prevent_default()
                on:keydown=move |event| step(workspace, &event)
            >
                {Tab::ALL.map(tab)}
            </div>
            <div
                class="tab-panel"
                id="tab-panel"
                role="tabpanel"
                tabindex="0"
                class:unfolded=move || workspace.is_unfolded.get()
                aria-labelledby=move || format!("tab-{}", shown.get().fragment())
            >
                {contents}
            </div>
            <Actions interaction/>
        </aside>
    }
}

/// A second press on the tab that is shown folds it where it lies below the text.
fn choose(workspace: Workspace, tab: Tab) {
    let is_shown = workspace.tab.get_untracked() == tab && workspace.is_unfolded.get_untracked();
    workspace.show(tab);
    workspace.is_unfolded.set(!is_shown);
}

/// The arrow keys go from tab to tab.
fn step(workspace: Workspace, event: &KeyboardEvent) {
    let tab = workspace.tab.get_untracked();
    let next = match event.key().as_str() {
        "ArrowRight" => tab.beside(1),
        "ArrowLeft" => tab.beside(-1),
        "Home" => Tab::ALL[0],
        "End" => Tab::ALL[Tab::ALL.len() - 1],
        _ => return,
    };
    event.prevent_default();
    workspace.show(next);
    if let Some(tab) = document().get_element_by_id(&format!("tab-{}", next.fragment())) {
        tab.unchecked_into::<HtmlElement>().focus().ok();
    }
}
