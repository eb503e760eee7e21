//! The whole page: its rooms, and what they share.

use std::time::Duration;

use leptos::prelude::*;
use sinet_logic::engine::device::parse_choice;
use sinet_logic::workspace::panes::Pane;
use sinet_protocol::DeviceChoice;
use wasm_bindgen_futures::spawn_local;

use crate::correct::Interaction;
use crate::engine::{Devices, Phase};
use crate::explain::{Comparison, Explaining};
use crate::files::{Files, drop, link};
use crate::library::Library;
use crate::network::{Offline, requests};
use crate::people::TwoPeople;
use crate::script;
use crate::session::Session;
use crate::view::{self, Bar, Documents, Inspector, PeopleView, Split, TextPane};
use crate::workspace::Workspace;

/// How long after a model has arrived the page is made ready for a visit without a network.
const KEEP_AFTER: Duration = Duration::from_millis(1500);

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let (device, refusal) = wanted_device();
    let session = Session::begin(device);
    let library = Library::new(session);
    let files = Files::new(library);
    let interaction = Interaction::new(session);
    let workspace = Workspace::begin(session);
    let people = TwoPeople::begin(session);
    let explaining = Explaining::start(session);
    let comparison = Comparison::start(session);
    let (devices, offline) = (Devices::new(), Offline::new());
    session.models.refresh();
    let link_at_start = link();
    if link_at_start.is_none() {
        session.read();
    }
    library.start(async move {
        let Some(link) = link_at_start else { return false };
        let has_opened = files.open_link(link).await;
        if !has_opened {
            session.read();
        }
        has_opened
    });
    if let Some(refusal) = refusal {
        session.refuse(refusal);
    }
    window_event_listener(leptos::ev::online, move |_| session.reconnect());
    window_event_listener(leptos::ev::hashchange, move |_| match link() {
        Some(link) => spawn_local(async move { _ = files.open_link(link).await }),
        None => {
            workspace.follow_address();
            people.follow_address();
        }
    });
    requests::watch();
    // Whenever a model has arrived, what it took is kept; the reader's first text goes first.
    Effect::new(move |_| {
        if matches!(session.phase(), Phase::Ready(_)) {
            let keep = move || {
                session.models.refresh();
                offline.prepare();
            };
            set_timeout(keep, KEEP_AFTER);
        }
    });
    drop::listen(move |dropped| files.take(dropped));
    script::install(session);
    view::listen(workspace, library, interaction, people);
    let width = move |pane| move || workspace.panes.with(|panes| panes.width(pane)).map(|width| format!("{width}px"));
    view! {
        <div
            class="workspace"
            class:two=move || people.is_open.get()
            style=("--documents", width(Pane::Documents))
            style=("--inspector", width(Pane::Inspector))
        >
            <Bar workspace interaction files devices people/>
            <Documents workspace library files/>
            <Split workspace pane=Pane::Documents/>
            <TextPane workspace library interaction files offline/>
            <Split workspace pane=Pane::Inspector/>
            <Inspector workspace library interaction explaining comparison/>
            <Show when=move || people.is_open.get()><PeopleView people/></Show>
        </div>
    }
}

/// The choice by `?device=`, and a sentence if it says something unknown.
fn wanted_device() -> (DeviceChoice, Option<String>) {
    let query = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let parameters = web_sys::UrlSearchParams::new_with_str(&query).ok();
    match parameters.and_then(|parameters| parameters.get("device")) {
        None => (DeviceChoice::Auto, None),
        Some(name) => match parse_choice(&name) {
            Some(choice) => (choice, None),
            None => {
                let sentence = format!("There is no device “{name}”: use ?device=auto, cpu or webgpu in the address.");
                (DeviceChoice::Auto, Some(sentence))
            }
        },
    }
}
