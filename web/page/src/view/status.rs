//! One line that says what is going on, and another for what went wrong.

use leptos::prelude::*;
use sinet_logic::bytes;
use sinet_logic::engine::catalogue::ModelName;

use crate::engine::Phase;
use crate::session::Session;

/// Progress, device and time; and failures.
#[component]
pub fn Status(session: Session) -> impl IntoView {
    let loading = move || match session.phase() {
        Phase::Loading { loaded_bytes, total_bytes } => Some((loaded_bytes, total_bytes)),
        _ => None,
    };
    let value = move || loading().map(|(loaded, total)| loaded as f64 / total.max(1) as f64);
    // Outside the live region, which would read out every step.
    let arrived = move || {
        let part = |(loaded, total): (u64, u64)| format!("{} of {}", bytes::tell(loaded), bytes::tell(total));
        loading().filter(|(loaded, total)| loaded < total).map(part)
    };
    let failure = move || {
        let failed = match session.phase() {
            Phase::Failed(failure) => Some(failure.sentence()),
            _ => None,
        };
        failed.or_else(|| session.refusal.get())
    };
    view! {
        <section class="status" aria-label="Status">
            <div class="row">
                <p role="status">{move || sentence(session)}</p>
                <span class="arrived" aria-hidden="true">{arrived}</span>
            </div>
            <progress
                max="1"
                aria-label="Loading the model"
                class:idle=move || loading().is_none()
                prop:value=move || value().unwrap_or(0.0)
            ></progress>
            <p role="alert" class="failure">{failure}</p>
            <Show when=move || matches!(session.phase(), Phase::Failed(_))>
                <button type="button" class="quiet" on:click=move |_| session.read()>"Try again"</button>
            </Show>
        </section>
    }
}

fn sentence(session: Session) -> String {
    if session.model.get() == ModelName::NoModel {
        return "No model: all labels are yours.".to_owned();
    }
    match session.phase() {
        Phase::Starting => "Starting the model…".to_owned(),
        Phase::Loading { loaded_bytes, total_bytes } if loaded_bytes < total_bytes => {
            format!("Loading the model ({})…", bytes::tell(total_bytes))
        }
        Phase::Loading { .. } => "Warming the model up…".to_owned(),
        Phase::Failed(_) => String::new(),
        Phase::Ready(report) => {
            let name = if report.device == "webgpu" { "WebGPU" } else { "the CPU" };
            let place = format!("on {name}. {}", report.reason);
            let milliseconds = session.shown.with(|shown| shown.as_ref().map(|shown| shown.milliseconds));
            match milliseconds {
                _ if session.busy_since.get().is_some() => format!("Reading {place}"),
                Some(time) if time < 9_950.0 => format!("Read in {time:.0} ms {place}"),
                Some(time) => format!("Read in {:.0} s {place}", time / 1000.0),
                None => format!("Ready {place}"),
            }
        }
    }
}
