//! The whole page: its rooms, and what they share.

use std::time::Duration;

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::parse_choice;
use sinet_protocol::DeviceChoice;

use crate::correct::Interaction;
use crate::engine::{Devices, Phase};
use crate::explain::{Comparison, Explaining};
use crate::files::{Files, drop};
use crate::library::Library;
use crate::network::{Offline, requests};
use crate::script;
use crate::session::Session;
use crate::view::{
    Attention, Compared, Composer, Coverage, Documents, OpenedFiles, Privacy, Sentences, Setup, Status, Tables,
    TakeAway, Tuning, WhyPanel,
};

/// How long after a model has arrived the page is made ready for a visit without a network.
const KEEP_AFTER: Duration = Duration::from_millis(1500);

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let (device, refusal) = wanted_device();
    let session = Session::begin(ModelName::Scientific, device);
    let library = Library::new(session);
    let files = Files::new(library);
    let interaction = Interaction::new(session);
    let explaining = Explaining::start(session);
    let comparison = Comparison::start(session);
    let (devices, offline) = (Devices::new(), Offline::new());
    session.models.refresh();
    if !files.open_link() {
        session.read();
    }
    library.start();
    if let Some(refusal) = refusal {
        session.refuse(refusal);
    }
    window_event_listener(leptos::ev::online, move |_| session.reconnect());
    window_event_listener(leptos::ev::hashchange, move |_| _ = files.open_link());
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
    let has_begun = session.has_begun();
    view! {
        <header>
            <h1>"SINET"</h1>
            <p>"Entities and the relations between them, found in your own browser."</p>
        </header>
        <main class:unread=move || !has_begun.get()>
            <Documents library files/>
            <Composer session library files/>
            <Status session/>
            <OpenedFiles session files/>
            <Sentences interaction/>
            <Coverage session/>
            <WhyPanel session explaining/>
            <Tuning session/>
            <Attention session/>
            <Tables session/>
            <Compared session comparison/>
            <TakeAway session/>
            <Setup session devices files/>
        </main>
        <footer>
            <p>
                "Your text stays on this machine: the page only fetches its own files. "
                <a href="./guide/">"The guide"</a>
                " explains everything here, training and the network."
            </p>
            <Privacy session offline/>
        </footer>
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
