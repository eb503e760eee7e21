//! The bar at the top: the model, its device, files, exports and help.

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;

use super::menu::Menu;
use super::open_files::OpenFiles;
use super::setup::Setup;
use super::take_away::TakeAway;
use crate::correct::Interaction;
use crate::engine::Devices;
use crate::files::Files;
use crate::people::TwoPeople;
use crate::session::Session;
use crate::workspace::Workspace;

/// The bar.
#[component]
pub fn Bar(
    workspace: Workspace,
    interaction: Interaction,
    files: Files,
    devices: Devices,
    people: TwoPeople,
) -> impl IntoView {
    let session = interaction.session;
    let wants_export = RwSignal::new(false);
    view! {
        <header class="top">
            <h1>"SINET"</h1>
            <ModelChoice session/>
            <div class="menus">
                <OpenFiles files/>
                <Menu name="Model and device" class="setup" on_toggle=move |_| session.models.refresh()>
                    <Setup session devices files/>
                </Menu>
                <Menu name="Take away" class="take-away" on_toggle=move |is_open| wants_export.set(is_open)>
                    <TakeAway session is_open=wants_export/>
                </Menu>
                <button
                    type="button"
                    id="two-people"
                    class="quiet"
                    aria-pressed=move || people.is_open.get().to_string()
                    aria-keyshortcuts="Shift+P"
                    on:click=move |_| people.toggle()
                >
                    "Two people"
                </button>
                <Menu name="Help" class="about-page" on_toggle=|_| {}>
                    <p>
                        "SINET finds entities and the relations between them, in your own browser. "
                        <a href="./guide/">"The guide"</a> " explains everything here, training and the network."
                    </p>
                    <p class="buttons">
                        <button type="button" class="quiet" on:click=move |_| interaction.help.set(true)>"All keys"</button>
                        <button type="button" class="quiet" on:click=move |_| workspace.show_hints()>"Show the hints"</button>
                    </p>
                </Menu>
            </div>
        </header>
    }
}

/// The models, each a kind of text.
#[component]
fn ModelChoice(session: Session) -> impl IntoView {
    let all = move || {
        let own = session.models.own.get().into_iter().map(|(model, _)| model);
        ModelName::SHIPPED.into_iter().chain(own).chain([ModelName::NoModel]).collect::<Vec<_>>()
    };
    let choice = move |model: ModelName| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="model"
                    value=model.folder()
                    prop:checked=move || session.model.get() == model
                    on:change=move |_| session.choose_model(model)
                />
                <span>{session.models.title(model)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="models">
            <legend>"Kind of text"</legend>
            <For each=all key=|model| *model children=choice/>
        </fieldset>
    }
}
