//! `pause` as the tests start it: as process 1 of a pod or as an ordinary process, with its output in pipes.

use crate::programs::pause;
use crate::{Pod, PodProcess};
use nix::sys::signal::Signal;
use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// The warning of a `pause` that is not process 1.
pub const WARNING: &str = "Warning: pause should be the first process\n";
/// The last message after SIGINT.
pub const INTERRUPT: &str = "Shutting down, got signal: Interrupt\n";
/// The last message after SIGTERM.
pub const TERMINATED: &str = "Shutting down, got signal: Terminated\n";

/// The signals that `pause` exits on, each with its message.
pub const SHUTDOWN: [(Signal, &str); 2] = [(Signal::SIGINT, INTERRUPT), (Signal::SIGTERM, TERMINATED)];

/// Returns `pause` with these arguments, and with its output in pipes.
pub fn pause_with<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut program = pause();
    program.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

/// Returns `pause` without arguments, and with its output in pipes.
pub fn piped() -> Command {
    pause_with::<&str>(&[])
}

/// Starts `program` outside of any pod, and returns when it waits for signals.
#[track_caller]
pub fn ordinary(program: Command) -> PodProcess {
    let mut ordinary = PodProcess::outside(program);
    ordinary.until_it_waits();
    ordinary
}

/// A started program, as process 1 of a pod or as an ordinary process.
pub enum Started {
    /// As process 1 of this pod.
    Process1(Pod),
    /// Outside of any pod.
    Ordinary(PodProcess),
}

impl Started {
    /// Returns the process of the program.
    pub fn process(&mut self) -> &mut PodProcess {
        match self {
            Self::Process1(pod) => pod.init(),
            Self::Ordinary(process) => process,
        }
    }

    /// Returns the process of the program, and gives up the pod.
    pub fn into_process(self) -> PodProcess {
        match self {
            Self::Process1(pod) => pod.into_init(),
            Self::Ordinary(process) => process,
        }
    }
}
