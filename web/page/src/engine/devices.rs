//! The devices of this machine, and how fast each has been.

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::Adapter;
use sinet_protocol::DeviceChoice;
use wasm_bindgen_futures::spawn_local;

use super::adapter;
use super::client::Phase;
use super::pool::Engine;

/// How much of a text a measurement reads.
const MEASURED_CHARACTERS: usize = 400;

/// The devices, as far as they are known; a copy is the same.
#[derive(Clone, Copy)]
pub struct Devices {
    /// The WebGPU adapter; the outer `None` as long as the browser has not answered.
    pub adapter: RwSignal<Option<Option<Adapter>>>,
    /// The newest measurement.
    pub measured: RwSignal<Option<Measured>>,
    /// Whether one is going on.
    pub is_measuring: RwSignal<bool>,
}

/// How long a model takes for a text on each device, in milliseconds; or why it does not run there.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The model.
    pub model: ModelName,
    /// On the CPU.
    pub cpu: Result<f64, String>,
    /// On the GPU; `None` if there is none to try.
    pub gpu: Option<Result<f64, String>>,
}

impl Devices {
    /// The devices, none of them measured.
    pub fn new() -> Self {
        let devices =
            Self { adapter: RwSignal::new(None), measured: RwSignal::new(None), is_measuring: RwSignal::new(false) };
        spawn_local(async move { devices.adapter.set(Some(adapter::probe().await)) });
        devices
    }

    /// Measures a model on every device with the beginning of a text, one after the other, in workers of their own.
    pub fn measure(self, model: ModelName, text: &str) {
        if self.is_measuring.get_untracked() {
            return;
        }
        let text: String = text.chars().take(MEASURED_CHARACTERS).collect();
        self.is_measuring.set(true);
        spawn_local(async move {
            let cpu = measure(model, DeviceChoice::Cpu, text.clone()).await;
            let gpu = match self.adapter.get_untracked().flatten() {
                Some(_) => Some(measure(model, DeviceChoice::Webgpu, text).await),
                None => None,
            };
            self.measured.set(Some(Measured { model, cpu, gpu }));
            self.is_measuring.set(false);
        });
    }
}

async fn measure(model: ModelName, choice: DeviceChoice, text: String) -> Result<f64, String> {
    let engine = Engine::start(model, choice);
    let milliseconds = engine.measure(text).await.map_err(|unanswered| unanswered.to_string())?;
    match engine.phase().get_untracked() {
        Phase::Ready(report) if choice == DeviceChoice::Webgpu && report.device != "webgpu" => Err(report.reason),
        _ => Ok(milliseconds),
    }
}
