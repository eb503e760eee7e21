//! Which worker to start.

use sinet_protocol::DeviceChoice;

/// A sort of worker program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerKind {
    /// Small, runs on the CPU: with relaxed SIMD where the browser has it.
    Cpu,
    /// Brings the shaders too.
    Gpu,
}

/// The browser's word on its WebGPU adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as far as the browser tells it.
    pub name: String,
    /// Whether it computes on the CPU.
    pub is_fallback: bool,
    /// Whether it can measure its own times, without which the tensor library stops.
    pub has_timestamps: bool,
}

/// The sentence about a page whose worker program for WebGPU is not built yet.
pub const NO_PROGRAM: &str =
    "The program for WebGPU is still being built: reload the page when `cargo xtask serve` says that it is there.";

/// The worker to start, and why it is that one, as a sentence for the reader. The page may lack the program for WebGPU.
pub fn choose_worker(choice: DeviceChoice, adapter: Option<&Adapter>, has_program: bool) -> (WorkerKind, String) {
    let cpu = |reason: &str| (WorkerKind::Cpu, reason.to_owned());
    match (choice, adapter) {
        (DeviceChoice::Cpu, _) => cpu("The CPU was asked for."),
        (DeviceChoice::Auto, None) => cpu("This browser offers no WebGPU adapter."),
        (DeviceChoice::Webgpu, None) => cpu("WebGPU was asked for, but this browser offers no adapter."),
        (DeviceChoice::Auto, Some(adapter)) if adapter.is_fallback => {
            cpu("The WebGPU adapter here is a software one, slower than the CPU itself.")
        }
        (_, Some(adapter)) if !adapter.has_timestamps => cpu("The WebGPU adapter here has no timestamp queries."),
        (_, Some(_)) if !has_program => cpu(NO_PROGRAM),
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

/// A time, as it is told to a reader: `7.4 ms`, `120 ms`, `2.1 s`.
pub fn tell_milliseconds(milliseconds: f64) -> String {
    match milliseconds {
        time if time < 9.95 => format!("{time:.1} ms"),
        time if time < 999.5 => format!("{time:.0} ms"),
        time => format!("{:.1} s", time / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_fits() {
        for (time, told) in [(0.04, "0.0 ms"), (7.36, "7.4 ms"), (9.96, "10 ms"), (120.4, "120 ms"), (2_130.0, "2.1 s")]
        {
            assert_eq!(tell_milliseconds(time), told);
        }
    }

    #[test]
    fn only_a_real_adapter_is_taken_unasked() {
        let adapter =
            |is_fallback, has_timestamps| Some(Adapter { name: "test".to_owned(), is_fallback, has_timestamps });
        let check = |choice, adapter: Option<Adapter>, expected| {
            assert_eq!(choose_worker(choice, adapter.as_ref(), true).0, expected, "{choice:?} {adapter:?}");
            // Without the program the CPU is taken whatever there is, and it is said where that is the reason.
            let (kind, reason) = choose_worker(choice, adapter.as_ref(), false);
            assert_eq!(kind, WorkerKind::Cpu, "{choice:?} {adapter:?}");
            assert_eq!(reason == NO_PROGRAM, expected == WorkerKind::Gpu, "{choice:?} {adapter:?}: {reason}");
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
