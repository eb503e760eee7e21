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
    let (kind, reason) = match (choice, adapter) {
        (DeviceChoice::Cpu, _) => (WorkerKind::Cpu, "The CPU was asked for."),
        (DeviceChoice::Auto, None) => (WorkerKind::Cpu, "This browser offers no WebGPU adapter."),
        (DeviceChoice::Webgpu, None) => {
            (WorkerKind::Cpu, "WebGPU was asked for, but this browser offers no adapter.")
        }
        (DeviceChoice::Auto, Some(adapter)) if adapter.is_fallback => {
            (WorkerKind::Cpu, "The WebGPU adapter here is a software one, slower than the CPU itself.")
        }
        (_, Some(adapter)) if !adapter.has_timestamps => {
            (WorkerKind::Cpu, "The WebGPU adapter here has no timestamp queries.")
        }
        (DeviceChoice::Auto, Some(_)) => (WorkerKind::Gpu, "This browser has a real WebGPU adapter."),
        (DeviceChoice::Webgpu, Some(_)) => (WorkerKind::Gpu, "WebGPU was asked for."),
    };
    (kind, reason.to_owned())
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
        let adapter = |is_fallback, has_timestamps| {
            Some(Adapter { name: "test".to_owned(), is_fallback, has_timestamps })
        };
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
