//! “Model and device”: what runs where, what the browser keeps of it, and how to change both.

use leptos::prelude::*;
use sinet_logic::bytes;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::{Adapter, NO_PROGRAM, tell_milliseconds};
use sinet_protocol::{DeviceChoice, Keeping, MEASURED_READINGS};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use crate::engine::{Adding, Devices, Measured, has_program};
use crate::files::Files;
use crate::files::drop::files_of_input;
use crate::session::Session;

/// Models and devices.
#[component]
pub fn Setup(session: Session, devices: Devices, files: Files) -> impl IntoView {
    view! {
        <ModelList session files/>
        <DeviceChoices session devices/>
    }
}

/// The models, what is kept of them, and adding one.
#[component]
fn ModelList(session: Session, files: Files) -> impl IntoView {
    let models = session.models;
    let all = move || {
        let own = models.own.get().into_iter().map(|(name, _)| name);
        ModelName::SHIPPED.into_iter().chain(own).collect::<Vec<_>>()
    };
    let row = move |model: ModelName| {
        let kept =
            move || models.kept.with(|kept| kept.iter().find(|(name, _)| *name == model).map(|(_, bytes)| *bytes));
        let told = move || match kept() {
            Some(bytes) => format!("{} kept here", bytes::tell(bytes)),
            None => "not kept".to_owned(),
        };
        let title = models.title(model);
        let label = format!("Remove the model “{title}”");
        view! {
            <li>
                <span>{title}</span>
                <span class="note">{told}</span>
                <Show when=move || model.is_own()>
                    <button
                        type="button"
                        class="quiet"
                        aria-label=label.clone()
                        on:click=move |_| session.remove_model(model)
                    >
                        "Remove"
                    </button>
                </Show>
            </li>
        }
    };
    let space = move || {
        let keeping = match session.keeping() {
            Keeping::Kept => "",
            Keeping::Full => {
                " The browser has no room left for this model: it will be fetched again at the next visit. Remove a model or documents to keep it."
            }
            Keeping::Forbidden => {
                " This browser keeps nothing for this page, perhaps because the window is private: the model will be fetched again at the next visit."
            }
        };
        let space = models.space.get().map(|(used, granted)| {
            format!("The page keeps {} in this browser, which grants it {}.", bytes::tell(used), bytes::tell(granted))
        });
        format!("{}{keeping}", space.unwrap_or_default())
    };
    let adding = move || match models.adding.get() {
        Adding::Nothing => String::new(),
        Adding::Checking => "Checking the model…".to_owned(),
        Adding::Added(model) => {
            format!("The model “{}” passed its self-test and can be chosen at the top.", models.title(model))
        }
        Adding::Refused(failure) => failure.refusal(),
    };
    let add = move |event: Event| {
        let input: HtmlInputElement = event.target().expect("an event of an input").unchecked_into();
        let chosen = files_of_input(&input);
        // The same file can be chosen again.
        input.set_value("");
        if !chosen.files.is_empty() {
            files.add_model(chosen);
        }
    };
    view! {
        <section aria-label="Models">
            <h3>"Models"</h3>
            <ul class="plain">
                <For each=all key=move |model| (*model, models.title(*model)) children=row/>
            </ul>
            <p class="buttons">
                <label class="quiet">
                    "Add a model (zip)…"
                    <input class="hidden" type="file" accept=".zip,application/zip" on:change=add/>
                </label>
                <label class="quiet">
                    "Add a model folder…"
                    <input class="hidden" type="file" multiple prop:webkitdirectory=true on:change=add/>
                </label>
                <button type="button" class="quiet" on:click=move |_| models.forget_shipped()>
                    "Clear kept models"
                </button>
            </p>
            <p class="note" role="status" aria-label="Adding a model">{adding}</p>
            <p class="note">{space}</p>
            <p class="note">
                "A model is a folder that " <code>"sinet train"</code> " has written, or a zip of one. You can drop it anywhere on this page."
            </p>
        </section>
    }
}

/// The devices on which models run, and their speed.
#[component]
fn DeviceChoices(session: Session, devices: Devices) -> impl IntoView {
    let choices = [(DeviceChoice::Auto, "Automatic"), (DeviceChoice::Cpu, "CPU"), (DeviceChoice::Webgpu, "WebGPU")];
    let radios = choices.map(|(choice, name)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="device"
                    prop:checked=move || session.device.get() == choice
                    on:change=move |_| session.choose_device(choice)
                />
                " "
                {name}
            </label>
        }
    });
    let adapter = move || devices.adapter.get().map(|adapter| tell_adapter(adapter.as_ref()));
    let measured =
        move || devices.measured.get().map(|measured| tell_measured(&session.models.title(measured.model), &measured));
    view! {
        <section aria-label="Device">
            <h3>"Device"</h3>
            <fieldset class="radios">
                <legend class="hidden">"Where the model runs"</legend>
                {radios}
            </fieldset>
            <p class="note">{adapter}</p>
            <p class="buttons">
                <button
                    type="button"
                    class="quiet"
                    aria-disabled=move || (devices.is_measuring.get() || session.model.get() == ModelName::NoModel).to_string()
                    on:click=move |_| {
                        if session.model.get_untracked() != ModelName::NoModel {
                            session.text.with_untracked(|text| devices.measure(session.model.get_untracked(), text));
                        }
                    }
                >
                    "Measure"
                </button>
            </p>
            <p class="note" role="status" aria-label="Measurement">
                {move || if devices.is_measuring.get() { Some("Measuring…".to_owned()) } else { measured() }}
            </p>
        </section>
    }
}

fn tell_adapter(adapter: Option<&Adapter>) -> String {
    match adapter {
        None => "This browser offers no WebGPU adapter.".to_owned(),
        Some(adapter) => {
            let kind = if adapter.is_fallback { ", which computes on the CPU" } else { "" };
            let program = if has_program() { String::new() } else { format!(" {NO_PROGRAM}") };
            format!("The WebGPU adapter is “{}”{kind}.{program}", adapter.name)
        }
    }
}

fn tell_measured(model: &str, measured: &Measured) -> String {
    let cpu = match &measured.cpu {
        Ok(time) => format!("CPU {}", tell_milliseconds(*time)),
        Err(why) => format!("CPU: {why}"),
    };
    let gpu = match &measured.gpu {
        Some(Ok(time)) => format!(", WebGPU {}", tell_milliseconds(*time)),
        Some(Err(why)) => format!(". WebGPU does not run: {why}"),
        None => String::new(),
    };
    format!("{model}, median of {MEASURED_READINGS} readings of the beginning of your text: {cpu}{gpu}.")
}
