//! The conditions of a measurement that the reader cannot see.

use std::env;
use std::fs;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::{paths, process};

/// The processor's model, as it calls itself.
///
/// # Errors
/// When the system cannot be asked.
pub fn processor() -> Result<String> {
    if cfg!(target_os = "macos") {
        let printed = process::output(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]))?;
        return Ok(printed.trim().to_owned());
    }
    let information = fs::read_to_string("/proc/cpuinfo").context("cannot read what processor this is")?;
    let model = information.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()));
    // Linux names no model on Arm.
    Ok(model.unwrap_or_else(|| format!("an unnamed {}", env::consts::ARCH)))
}

/// How many threads run at once.
///
/// # Errors
/// When the system does not say.
pub fn cores() -> Result<usize> {
    Ok(thread::available_parallelism().context("cannot count the cores")?.get())
}

/// Today's year, month and day.
///
/// # Errors
/// When `date` fails.
pub fn date() -> Result<String> {
    Ok(process::output(Command::new("date").arg("+%F"))?.trim().to_owned())
}

/// The commit that is measured, and whether files differ from it.
///
/// # Errors
/// When Git fails.
pub fn commit() -> Result<String> {
    let mut git = Command::new("git");
    git.args(["describe", "--always", "--dirty"]).current_dir(paths::root()?);
    Ok(process::output(&mut git)?.trim().to_owned())
}
