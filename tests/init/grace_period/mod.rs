//! The grace period of `-t`: which processes `init` waits for, and which signals it sends them.

mod asking;
mod requests;
mod shutdown;
mod wait;

use crate::run::{command, probe_child};
use std::process::{Command, Stdio};

/// Returns `init OPTIONS -- sh -c SCRIPT`, with a pipe as its standard input. PROBE in the script stands for the path of the
/// probe child.
fn shell(options: &[&str], script: &str) -> Command {
    let script = script.replace("PROBE", probe_child());
    let mut init = command(&[options, &["--", "sh", "-c", &script]].concat());
    init.stdin(Stdio::piped());
    init
}
