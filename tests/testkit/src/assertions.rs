//! What tests assert of `pause` and of other processes that exit.

use crate::container::{container, finish, until_alone};
use crate::pod::Pod;
use crate::programs::is_other;
use crate::until;
use crate::usage::context_switches;
use nix::sys::signal::Signal;
use std::process::Output;
use std::thread::sleep;
use std::time::Duration;

/// Asserts that a process exited with `status`, and that `stderr` is all that it wrote to standard error. The messages of
/// another program than `pause` are its own.
#[track_caller]
pub fn assert_exited(output: &Output, status: i32, stderr: &str) {
    let written = if is_other() { stderr.into() } else { String::from_utf8_lossy(&output.stderr) };
    assert_eq!((output.status.code(), &*written), (Some(status), stderr), "{}", output.status);
}

/// Asserts that process 1 sleeps, reaps orphans, and exits with status 0 on SIGTERM; `stderr` is all that it wrote to
/// standard error.
#[track_caller]
pub fn assert_works(mut pod: Pod, stderr: &str) {
    pod.init().until_it_waits();
    let switches = || context_switches(pod.pid()).expect("process 1 is alive");
    until("process 1 sleeps", || {
        let before = switches();
        sleep(Duration::from_millis(50)); // long enough to see a busy loop
        switches() == before
    });
    assert_eq!(finish(container(&pod, &["one-by-one", "20"])), "failed forks: 0\n");
    until_alone(&pod);
    pod.signal(Signal::SIGTERM);
    assert_exited(&pod.wait(), 0, stderr);
}
