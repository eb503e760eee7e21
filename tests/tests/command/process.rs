//! Runs of the built binary.

#[path = "binary.rs"]
mod binary;

use std::io::Write;
use std::process::{Command, Stdio};

use binary::binary;

/// The outcome of a run of `sinet`.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Checks that it ended with `code` and, besides the device, with one sentence that says all of `places`.
    #[track_caller]
    pub fn refuses(&self, code: i32, places: &[&str]) {
        assert_eq!(self.code, code, "{}", self.stderr);
        let lines = self.stderr.trim_end().lines().filter(|line| !line.starts_with("device: "));
        assert_eq!(lines.count(), 1, "{}", self.stderr);
        for place in places {
            assert!(self.stderr.contains(place), "{place:?} is not in {}", self.stderr);
        }
    }
}

/// Runs a command to its end with `input` on its standard input.
pub fn run(command: &mut Command, input: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sinet starts");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    // From a thread of its own, because it may answer before it has read everything.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // It may also end without reading: its exit code then tells why.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().expect("sinet ends")
    });
    Run {
        code: output.status.code().expect("sinet is not killed by a signal"),
        stdout: String::from_utf8(output.stdout).expect("JSON is UTF-8"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A command line of `sinet`.
pub fn sinet<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments);
    command
}
