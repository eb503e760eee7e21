//! The whole page.

use std::time::Duration;

use leptos::prelude::*;

use super::attention::Attention;
use super::compared::Compared;
use super::composer::Composer;
use super::coverage::Coverage;
use super::documents::Documents;
use super::open_files::OpenedFiles;
use super::privacy::Privacy;
use super::sentences::Sentences;
use super::setup::Setup;
use super::status::Status;
use super::tables::Tables;
use super::take_away::TakeAway;
use super::tuning::Tuning;
use super::why::WhyPanel;
use crate::app::Page;
use crate::engine::{Phase, script};
use crate::files::drop;
use crate::network::requests;

/// How long after a model has arrived the page is made ready for a visit without a network.
const KEEP_AFTER: Duration = Duration::from_millis(1500);

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let page = Page::open();
    page.explain_selection();
    page.keep_comparing();
    window_event_listener(leptos::ev::online, move |_| page.reconnect());
    window_event_listener(leptos::ev::hashchange, move |_| _ = page.files.open_link(page));
    requests::watch();
    // Whenever a model has arrived, what it took is kept; the reader's first text goes first.
    Effect::new(move |_| {
        if matches!(page.phase(), Phase::Ready(_)) {
            let keep = move || {
                page.models.refresh();
                page.offline.prepare();
            };
            set_timeout(keep, KEEP_AFTER);
        }
    });
    drop::listen(move |files| page.take_files(files));
    script::install(move || {
        (page.model.get_untracked(), page.devices.choice.get_untracked(), page.engine.get_untracked())
    });
    let has_begun = page.has_begun();
    view! {
        <header>
            <h1>"SINET"</h1>
            <p>"Entities and the relations between them, found in your own browser."</p>
        </header>
        <main class:unread=move || !has_begun.get()>
            <Documents page/>
            <Composer page/>
            <Status page/>
            <OpenedFiles page/>
            <Sentences page/>
            <Coverage page/>
            <WhyPanel page/>
            <Tuning page/>
            <Attention page/>
            <Tables page/>
            <Compared page/>
            <TakeAway page/>
            <Setup page/>
        </main>
        <footer>
            <p>"Your text stays on this machine: the page only fetches its own files."</p>
            <Privacy page/>
        </footer>
    }
}
