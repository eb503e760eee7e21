//! The devices of this machine: which is wanted, and how fast each has been.

use leptos::prelude::*;
use sinet_logic::engine::catalogue::ModelName;
use sinet_logic::engine::device::Adapter;
use sinet_protocol::DeviceChoice;
use wasm_bindgen_futures::spawn_local;

use super::adapter;
use super::client::{Engine, Phase};

/// What is known of the devices; a copy is the same.
#[derive(Clone, Copy)]
pub struct Devices {
    /// Where the reader wants models to run.
    pub choice: RwSignal<DeviceChoice>,
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
    /// The devices, one of them wanted.
    pub fn new(choice: DeviceChoice) -> Self {
        let devices = Self {
            choice: RwSignal::new(choice),
            adapter: RwSignal::new(None),
            measured: RwSignal::new(None),
            is_measuring: RwSignal::new(false),
        };
        spawn_local(async move { devices.adapter.set(Some(adapter::probe().await)) });
        devices
    }

    /// Measures a model on every device, one after the other, with workers of their own.
    pub fn measure(self, model: ModelName, text: String) {
        if self.is_measuring.get_untracked() {
            return;
        }
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
    let milliseconds = engine.measure(text).await?;
    match engine.phase().get_untracked() {
        Phase::Ready(report) if choice == DeviceChoice::Webgpu && report.device != "webgpu" => Err(report.reason),
        _ => Ok(milliseconds),
    }
}
