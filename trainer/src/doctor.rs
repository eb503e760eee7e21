//! An inventory of this computer: the first thing to look at when something does not work, and to send along with a report.

use std::env::consts::{ARCH, OS};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::Error;
use crate::device::{DeviceChoice, Survey};
use crate::model::pretrained::cache_folder;

/// The inventory.
#[derive(Debug, Serialize)]
pub struct Findings {
    /// The version of this program.
    pub version: &'static str,
    /// The version of Burn, which computes.
    pub burn: &'static str,
    /// The operating system.
    pub system: String,
    /// The processor.
    pub processor: Processor,
    /// In bytes.
    pub memory: Memory,
    /// The devices besides the processor.
    #[serde(flatten)]
    pub survey: Survey,
    /// The device that `--device auto` takes.
    pub auto: DeviceChoice,
    /// The reason for it.
    pub why: String,
    /// Encoders that came over the network.
    pub cache: Cache,
}

/// The processor.
#[derive(Debug, Serialize)]
pub struct Processor {
    /// Its name for itself.
    pub name: String,
    /// Its vector instructions, of those that this program has code for.
    pub instructions: Vec<&'static str>,
    /// The number of threads that compute.
    pub threads: usize,
}

/// Memory of the computer, in bytes.
#[derive(Debug, Serialize)]
pub struct Memory {
    /// All of it.
    pub total: u64,
    /// The rest that a program can still have.
    pub available: u64,
}

/// A folder that can be deleted.
#[derive(Debug, Serialize)]
pub struct Cache {
    /// Its path.
    pub folder: PathBuf,
    /// The size of all files in it.
    pub bytes: u64,
}

/// As in the workspace's Cargo.toml, which a test compares: Burn does not say it.
const BURN: &str = "0.22.1";

impl Findings {
    /// Looks at everything, and opens every device.
    ///
    /// # Errors
    ///
    /// [`EncoderError::NoHome`](crate::error::EncoderError::NoHome) if the home folder is unknown.
    pub fn gather() -> Result<Self, Error> {
        let parts = RefreshKind::nothing()
            .with_memory(MemoryRefreshKind::nothing().with_ram())
            .with_cpu(CpuRefreshKind::nothing());
        let computer = System::new_with_specifics(parts);
        let survey = Survey::take();
        let (auto, why) = survey.best();
        let folder = cache_folder()?;
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            burn: BURN,
            system: format!("{}, {OS} {ARCH}", System::long_os_version().unwrap_or_default()),
            processor: Processor {
                name: computer.cpus().first().map_or(String::new(), |cpu| cpu.brand().to_owned()),
                instructions: instructions(),
                threads: rayon::current_num_threads(),
            },
            memory: Memory { total: computer.total_memory(), available: computer.available_memory() },
            survey,
            auto,
            why,
            cache: Cache { bytes: bytes(&folder), folder },
        })
    }

    /// For people.
    pub fn table(&self) -> String {
        let Self { version, burn, system, processor, memory, survey, auto: _, why, cache } = self;
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;
        let mut table = String::new();
        let mut line = |name: &str, what: &dyn std::fmt::Display| {
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{name:<10} {what}");
        };
        line("sinet", &format_args!("{version}, Burn {burn}"));
        line("system", system);
        let Processor { name, instructions, threads } = processor;
        line("processor", &format_args!("{name}, {threads} threads, {}", instructions.join(" ")));
        let (available, total) = (gigabytes(memory.available), gigabytes(memory.total));
        line("memory", &format_args!("{available:.1} GB available of {total:.1} GB"));
        line("flex", &"the processor");
        for gpu in &survey.gpus {
            line(&gpu.device.to_string(), &gpu.description());
        }
        for absent in &survey.absent {
            line(absent.device, &format_args!("none: {}", absent.why));
        }
        line("auto", why);
        line("cache", &format_args!("{}, {:.2} GB", cache.folder.display(), gigabytes(cache.bytes)));
        table
    }
}

#[cfg(target_arch = "x86_64")]
fn instructions() -> Vec<&'static str> {
    let all = [
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("FMA", is_x86_feature_detected!("fma")),
        ("AVX-512", is_x86_feature_detected!("avx512f")),
        ("VNNI", is_x86_feature_detected!("avx512vnni")),
    ];
    all.into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn instructions() -> Vec<&'static str> {
    if cfg!(target_arch = "aarch64") { vec!["NEON"] } else { Vec::new() }
}

/// The size of all files below a folder; those that cannot be read count nothing.
fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of_entry = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(of_entry).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burns_version_is_that_of_the_manifest() {
        assert!(include_str!("../../Cargo.toml").contains(&format!("burn = {{ version = \"={BURN}\"")));
    }

    #[test]
    fn bytes_are_those_of_all_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        for (name, n) in [("a", 3), ("inner/b", 40)] {
            fs::write(folder.path().join(name), vec![0; n]).unwrap();
        }
        assert_eq!(bytes(folder.path()), 43);
        assert_eq!(bytes(&folder.path().join("nowhere")), 0);
    }
}
