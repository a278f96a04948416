//! The grace period of `-t`: which processes `init` waits for, and which signals it sends them.

mod ended;
mod requests;
mod wait;

use crate::run::{SignalLog, command, probe_child};
use std::process::{Command, Stdio};
use testkit::PodProcess;

/// Returns `init OPTIONS -- sh -c SCRIPT`, with a pipe as its standard input. PROBE in the script stands for the path of the
/// probe child.
fn shell(options: &[&str], script: &str) -> Command {
    let script = script.replace("PROBE", probe_child());
    let mut init = command(&[options, &["--", "sh", "-c", &script]].concat());
    init.stdin(Stdio::piped());
    init
}

/// Waits until this many probe children have begun, and then ends the input of the program, which reads a line. Returns the log
/// of what comes next.
pub fn end_program_beside(probes: usize, init: &mut PodProcess) -> SignalLog {
    let mut log = SignalLog::of(init);
    assert_eq!(log.by_ref().take(probes - 1).collect::<Vec<_>>(), vec![0; probes - 1]);
    drop(init.streams().stdin.take());
    log
}
