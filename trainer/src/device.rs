//! The device of a network: its name on the command line, all devices of the computer, and the best of them.

#[cfg(any(feature = "cuda", feature = "vulkan"))]
use std::any::Any;
use std::fmt::{self, Display};
#[cfg(any(feature = "cuda", feature = "vulkan"))]
use std::panic::{self, AssertUnwindSafe};
use std::str::FromStr;
#[cfg(any(feature = "cuda", feature = "vulkan"))]
use std::sync::Once;
#[cfg(any(feature = "cuda", feature = "vulkan"))]
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(any(feature = "cuda", feature = "vulkan"))]
use burn::backend::DispatchDevice;
#[cfg(feature = "vulkan")]
use burn::backend::{CubeDevice, WgpuBackend, WgpuDevice, WgpuDeviceKind};
use burn::tensor::Device;
#[cfg(feature = "cuda")]
use burn::tensor::DeviceType;
use serde::{Serialize, Serializer};

use crate::Error;
use crate::console::say;

/// A device, as the command line names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The best one that is found: see [`Survey::best`].
    Auto,
    /// The processor.
    Flex,
    /// The GPU of this number.
    Gpu(Runtime, usize),
}

impl DeviceChoice {
    /// Opens the device. `auto` says on standard error what it has found, and why it chose.
    ///
    /// # Errors
    ///
    /// [`Error::NoDevice`] if it is not there, [`Error::BrokenDevice`] if it cannot be opened.
    pub fn open(self) -> Result<Device, Error> {
        match self {
            Self::Auto => {
                let (best, why) = Survey::take().best();
                say(format_args!("device: {why}"));
                best.open()
            }
            Self::Flex => Ok(Device::flex()),
            Self::Gpu(runtime, number) => {
                let mut devices = runtime.devices();
                if number >= devices.len() {
                    let reason = runtime.absence(devices.len());
                    return Err(Error::NoDevice { device: self.to_string(), reason });
                }
                let device = devices.swap_remove(number);
                match state(&device) {
                    State::Usable { .. } => Ok(device),
                    State::Broken { problem } => Err(Error::BrokenDevice { device: self.to_string(), reason: problem }),
                }
            }
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let (runtime, number) = name.split_once(':').map_or((name, None), |(runtime, number)| (runtime, Some(number)));
        let number_or_first = number.unwrap_or("0").parse();
        match (Runtime::ALL.into_iter().find(|known| known.name() == runtime), number_or_first) {
            (Some(runtime), Ok(number)) => Ok(Self::Gpu(runtime, number)),
            _ if name == "auto" => Ok(Self::Auto),
            _ if name == "flex" => Ok(Self::Flex),
            _ => Err("a device is auto, flex, cuda, cuda:N, vulkan or vulkan:N, with N counted from 0".to_owned()),
        }
    }
}

impl Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Flex => f.write_str("flex"),
            Self::Gpu(runtime, number) => write!(f, "{}:{number}", runtime.name()),
        }
    }
}

impl Serialize for DeviceChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A driver interface of GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// NVIDIA's.
    Cuda,
    /// Of all makers.
    Vulkan,
}

impl Runtime {
    const ALL: [Self; 2] = [Self::Cuda, Self::Vulkan];

    fn name(self) -> &'static str {
        match self {
            Self::Cuda => "cuda",
            Self::Vulkan => "vulkan",
        }
    }

    /// Its devices, unopened; none if it is not compiled in.
    fn devices(self) -> Vec<Device> {
        match self {
            #[cfg(feature = "cuda")]
            Self::Cuda => Device::enumerate(DeviceType::Cuda).into_vec(),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => vulkan_devices(),
            #[cfg(not(all(feature = "cuda", feature = "vulkan")))]
            _ => Vec::new(),
        }
    }

    fn is_compiled_in(self) -> bool {
        match self {
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Vulkan => cfg!(feature = "vulkan"),
        }
    }

    /// The reason that there are no more than `found` devices, and the remedy.
    fn absence(self, found: usize) -> String {
        match (self, found) {
            (Self::Cuda, _) if !self.is_compiled_in() => {
                "this program is built without it; `cargo xtask build-cuda` builds it with".to_owned()
            }
            (Self::Vulkan, _) if !self.is_compiled_in() => {
                "this program is built without it; build it with `--features vulkan`".to_owned()
            }
            (Self::Cuda, 0) => "no NVIDIA GPU with a driver was found; install its driver".to_owned(),
            (Self::Vulkan, 0) => "no Vulkan driver was found; install that of your GPU".to_owned(),
            (_, found) => format!("the highest number is {}; `sinet doctor` lists all devices", found - 1),
        }
    }
}

/// A GPU that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gpu {
    /// Its name on the command line.
    pub device: DeviceChoice,
    /// Its kind.
    pub kind: Kind,
    /// Its name and memory, or the reason why it cannot be used.
    #[serde(flatten)]
    pub state: State,
}

/// Whether a GPU can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum State {
    /// It can.
    Usable {
        /// As its driver calls it.
        name: String,
        /// Its memory in bytes, where its driver tells.
        memory: Option<u64>,
    },
    /// It cannot.
    Broken {
        /// The reason.
        problem: String,
    },
}

/// The kind of a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A card with memory of its own.
    Discrete,
    /// A part of the processor.
    Integrated,
    /// One that a virtual machine passes through.
    Virtual,
    /// None: the processor computes what a GPU would.
    Software,
    /// The driver does not say.
    Unknown,
}

/// All GPUs, and why some are not among them.
#[derive(Debug, Clone, Serialize)]
pub struct Survey {
    /// In the order of their numbers, CUDA first.
    pub gpus: Vec<Gpu>,
    /// The runtimes that find no GPU, and why.
    pub absent: Vec<Absent>,
}

/// A runtime that finds no GPU.
#[derive(Debug, Clone, Serialize)]
pub struct Absent {
    /// Its name.
    pub device: &'static str,
    /// The reason, and the remedy.
    pub why: String,
}

impl Survey {
    /// Finds all GPUs and opens them.
    pub fn take() -> Self {
        let (mut gpus, mut absent) = (Vec::new(), Vec::new());
        for runtime in Runtime::ALL {
            let devices = runtime.devices();
            if devices.is_empty() {
                absent.push(Absent { device: runtime.name(), why: runtime.absence(0) });
            }
            gpus.extend(devices.iter().enumerate().map(|(number, device)| Gpu {
                device: DeviceChoice::Gpu(runtime, number),
                kind: kind(device),
                state: state(device),
            }));
        }
        Self { gpus, absent }
    }

    /// The first CUDA device, else the first discrete GPU that Vulkan drives, else the processor; and why.
    ///
    /// GPUs that share the processor's memory lose to the processor in the small products of a sentence, and software that
    /// imitates one always does: whoever wants them names them.
    pub fn best(&self) -> (DeviceChoice, String) {
        let usable = |gpu: &&Gpu| gpu.kind == Kind::Discrete && matches!(gpu.state, State::Usable { .. });
        if let Some(best) = self.gpus.iter().find(usable) {
            return (best.device, format!("{best}: the first discrete GPU"));
        }
        let found = self.gpus.iter().map(Gpu::to_string);
        let absent = self.absent.iter().map(|Absent { device, why }| format!("{device}: {why}"));
        let all: Vec<_> = found.chain(absent).collect();
        (DeviceChoice::Flex, format!("flex, the processor, for there is no discrete GPU ({})", all.join("; ")))
    }
}

impl Gpu {
    /// Everything but how the command line names it.
    pub(crate) fn description(&self) -> String {
        let kind = match self.kind {
            Kind::Discrete => "discrete",
            Kind::Integrated => "integrated",
            Kind::Virtual => "virtual",
            Kind::Software => "software, on the processor",
            Kind::Unknown => "of unknown kind",
        };
        match &self.state {
            State::Usable { name, memory: Some(memory) } => format!("{name}, {kind}, {:.1} GB", *memory as f64 / 1e9),
            State::Usable { name, memory: None } => format!("{name}, {kind}"),
            State::Broken { problem } => format!("{kind}, cannot be used: {problem}"),
        }
    }
}

impl Display for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if matches!(self.state, State::Broken { .. }) { "," } else { "" };
        write!(f, "{}{comma} {}", self.device, self.description())
    }
}

/// Keeps Mesa's Vulkan drivers from asking a desktop which GPU it prefers, where there is none: they write an error to
/// standard error for each try. To be called before there is a second thread.
pub fn expect_no_desktop() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        #[expect(unsafe_code, reason = "no other thread reads the environment yet")]
        unsafe {
            std::env::set_var("NODEVICE_SELECT", "1");
        }
    }
}

/// The name of a device, for the record of a run.
pub fn name(device: &Device) -> String {
    match state(&device.clone().inner()) {
        State::Usable { name, .. } => name,
        State::Broken { problem } => problem,
    }
}

/// Vulkan's devices, discrete ones first.
///
/// Kernels are written in WGSL, as in the browser, and wgpu translates them. Burn's feature `vulkan` would write SPIR-V itself, but
/// where a driver has no VK_KHR_workgroup_memory_explicit_layout, cubecl-spirv 0.11.3 declares memory that units share as
/// pointers to pointers (`lower_shared_implicit` in its ops/memory.rs). Mesa 22.3's lavapipe crashes on that, and SwiftShader
/// computes wrong numbers.
#[cfg(feature = "vulkan")]
fn vulkan_devices() -> Vec<Device> {
    let kinds = [
        WgpuDeviceKind::DiscreteGpu(0),
        WgpuDeviceKind::IntegratedGpu(0),
        WgpuDeviceKind::VirtualGpu(0),
        WgpuDeviceKind::Cpu,
        WgpuDeviceKind::Other(0),
    ];
    let like = |kind| CubeDevice::enumerate(CubeDevice::Wgpu(WgpuDevice::new(kind).on(WgpuBackend::Vulkan)).to_id());
    kinds.into_iter().flat_map(like).map(|id| Device::new(DispatchDevice::Cube(CubeDevice::from_id(id)))).collect()
}

fn kind(device: &Device) -> Kind {
    match device.as_dispatch() {
        #[cfg(feature = "vulkan")]
        DispatchDevice::Cube(CubeDevice::Wgpu(device)) => match device.kind {
            WgpuDeviceKind::DiscreteGpu(_) => Kind::Discrete,
            WgpuDeviceKind::IntegratedGpu(_) => Kind::Integrated,
            WgpuDeviceKind::VirtualGpu(_) => Kind::Virtual,
            WgpuDeviceKind::Cpu => Kind::Software,
            _ => Kind::Unknown,
        },
        // CUDA drives no others.
        _ => Kind::Discrete,
    }
}

/// Opens a device.
fn state(device: &Device) -> State {
    match device.as_dispatch() {
        #[cfg(any(feature = "cuda", feature = "vulkan"))]
        DispatchDevice::Cube(device) => {
            let opened = caught_in_silence(|| {
                let client = device.client();
                let properties = client.properties();
                (properties.identity.name.clone(), properties.memory.max_memory())
            });
            match opened {
                Ok((name, memory)) => State::Usable { name, memory },
                Err(panic) => State::Broken { problem: message(panic.as_ref()) },
            }
        }
        _ => State::Usable { name: "the processor".to_owned(), memory: None },
    }
}

/// The number of devices that are being opened.
#[cfg(any(feature = "cuda", feature = "vulkan"))]
static OPENING: AtomicUsize = AtomicUsize::new(0);

/// Runs `open` and catches its panic, of which nothing is printed: CubeCL has no error for a device that cannot be opened. It
/// panics on a thread of its own and again on this one, so a hook that looks at the thread would not do; and a hook that is
/// put back after each device would race with another thread that opens one. This hook is set once and stays, and prints as
/// before while no device is being opened.
#[cfg(any(feature = "cuda", feature = "vulkan"))]
fn caught_in_silence<T>(open: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if OPENING.load(Ordering::SeqCst) == 0 {
                print(panic);
            }
        }));
    });
    OPENING.fetch_add(1, Ordering::SeqCst);
    let opened = panic::catch_unwind(AssertUnwindSafe(open));
    OPENING.fetch_sub(1, Ordering::SeqCst);
    opened
}

#[cfg(any(feature = "cuda", feature = "vulkan"))]
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("its driver failed").lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gpu(device: &str, kind: Kind, usable: bool) -> Gpu {
        let state = match usable {
            true => State::Usable { name: "Card".to_owned(), memory: Some(8_000_000_000) },
            false => State::Broken { problem: "no memory".to_owned() },
        };
        Gpu { device: device.parse().unwrap(), kind, state }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for (name, written) in [
            ("auto", "auto"),
            ("flex", "flex"),
            ("cuda", "cuda:0"),
            ("cuda:3", "cuda:3"),
            ("vulkan", "vulkan:0"),
            ("vulkan:1", "vulkan:1"),
        ] {
            assert_eq!(name.parse::<DeviceChoice>().unwrap().to_string(), written);
        }
        for name in ["", "cpu", "flex:0", "auto:1", "cuda:", "cuda:x", "cuda:-1", "vulkan:1:2", "CUDA"] {
            assert!(name.parse::<DeviceChoice>().unwrap_err().contains("auto, flex, cuda"), "{name}");
        }
    }

    #[test]
    fn the_best_device_is_the_first_discrete_gpu_that_works() {
        let absent = vec![Absent { device: "cuda", why: "no driver".to_owned() }];
        for (gpus, best, why) in [
            (vec![], "flex", "flex, the processor, for there is no discrete GPU (cuda: no driver)"),
            (
                vec![gpu("vulkan:0", Kind::Software, true)],
                "flex",
                "flex, the processor, for there is no discrete GPU (vulkan:0 Card, software, on the processor, 8.0 GB; \
                 cuda: no driver)",
            ),
            (
                vec![gpu("cuda:0", Kind::Discrete, false), gpu("vulkan:0", Kind::Integrated, true)],
                "flex",
                "flex, the processor, for there is no discrete GPU (cuda:0, discrete, cannot be used: no memory; vulkan:0 Card, \
                 integrated, 8.0 GB; cuda: no driver)",
            ),
            (
                vec![gpu("vulkan:0", Kind::Integrated, true), gpu("vulkan:1", Kind::Discrete, true)],
                "vulkan:1",
                "vulkan:1 Card, discrete, 8.0 GB: the first discrete GPU",
            ),
            (
                vec![gpu("cuda:0", Kind::Discrete, true), gpu("vulkan:0", Kind::Discrete, true)],
                "cuda:0",
                "cuda:0 Card, discrete, 8.0 GB: the first discrete GPU",
            ),
        ] {
            let survey = Survey { gpus, absent: absent.clone() };
            let (device, said) = survey.best();
            assert_eq!((device.to_string().as_str(), said.as_str()), (best, why));
        }
    }
}
