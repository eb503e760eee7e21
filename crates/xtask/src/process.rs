//! Running other programs: each is shown before it runs, and a failure names it.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Shows a command, runs it with this program's output, and waits.
///
/// # Errors
/// When it cannot be started or reports failure.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status().with_context(|| format!("cannot start {}", name(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Like [`run`], but gives up after `limit`.
///
/// # Errors
/// When it cannot be started, reports failure or takes longer.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    announce(command);
    let mut child = command.spawn().with_context(|| format!("cannot start {}", name(command)))?;
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("`{}` failed ({status})", line(command));
            }
            return Ok(());
        }
        sleep(Duration::from_millis(100));
    }
    child.kill()?;
    child.wait()?;
    bail!("`{}` took longer than {} s", line(command), limit.as_secs());
}

/// Runs a command in silence and returns what it printed.
///
/// # Errors
/// When it cannot be started, reports failure or prints something other than UTF-8.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", name(command)))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", line(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Makes this thread, and every program that it starts from now on, wait for others that want the processor. On a
/// system without such a notion nothing happens.
pub fn yield_to_others() {
    let this = std::process::id().to_string();
    let _ = output(Command::new("renice").args(["-n", "10", "-p", &this]));
}

/// Whether a program is on `PATH`.
pub fn exists(program: &str) -> bool {
    which::which(program).is_ok()
}

fn announce(command: &Command) {
    eprintln!("  $ {}", line(command));
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn line(command: &Command) -> String {
    let words = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(command.get_program().to_string_lossy()).chain(words).collect::<Vec<_>>().join(" ")
}
