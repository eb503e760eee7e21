//! Which of the two workers to start.

use sinet_protocol::DeviceChoice;

/// One of the two worker programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerKind {
    /// Small, runs on the CPU.
    Cpu,
    /// Brings the shaders too.
    Gpu,
}

/// What the browser says about its WebGPU adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as far as the browser tells it.
    pub name: String,
    /// Whether it computes on the CPU.
    pub is_fallback: bool,
    /// Whether it can measure its own times, without which the tensor library stops.
    pub has_timestamps: bool,
}

/// The worker to start, and why it is that one, as a sentence for the reader.
pub fn choose_worker(choice: DeviceChoice, adapter: Option<&Adapter>) -> (WorkerKind, String) {
    let cpu = |reason: &str| (WorkerKind::Cpu, reason.to_owned());
    match (choice, adapter) {
        (DeviceChoice::Cpu, _) => cpu("The CPU was asked for."),
        (DeviceChoice::Auto, None) => cpu("This browser offers no WebGPU adapter."),
        (DeviceChoice::Webgpu, None) => cpu("WebGPU was asked for, but this browser offers no adapter."),
        (DeviceChoice::Auto, Some(adapter)) if adapter.is_fallback => {
            cpu("The WebGPU adapter here is a software one, slower than the CPU itself.")
        }
        (_, Some(adapter)) if !adapter.has_timestamps => cpu("The WebGPU adapter here has no timestamp queries."),
        (_, Some(adapter)) => (WorkerKind::Gpu, format!("The adapter is “{}”.", adapter.name)),
    }
}

/// Reads the name of a device, as in `?device=` and in scripts.
pub fn parse_choice(name: &str) -> Option<DeviceChoice> {
    match name {
        "auto" => Some(DeviceChoice::Auto),
        "cpu" => Some(DeviceChoice::Cpu),
        "webgpu" => Some(DeviceChoice::Webgpu),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_adapter_is_taken_unasked() {
        let adapter =
            |is_fallback, has_timestamps| Some(Adapter { name: "test".to_owned(), is_fallback, has_timestamps });
        let check = |choice, adapter: Option<Adapter>, expected| {
            assert_eq!(choose_worker(choice, adapter.as_ref()).0, expected, "{choice:?} {adapter:?}");
        };
        check(DeviceChoice::Auto, None, WorkerKind::Cpu);
        check(DeviceChoice::Auto, adapter(false, true), WorkerKind::Gpu);
        check(DeviceChoice::Auto, adapter(true, true), WorkerKind::Cpu);
        check(DeviceChoice::Auto, adapter(false, false), WorkerKind::Cpu);
        check(DeviceChoice::Webgpu, adapter(true, true), WorkerKind::Gpu);
        check(DeviceChoice::Webgpu, adapter(true, false), WorkerKind::Cpu);
        check(DeviceChoice::Webgpu, None, WorkerKind::Cpu);
        check(DeviceChoice::Cpu, adapter(false, true), WorkerKind::Cpu);
    }
}
