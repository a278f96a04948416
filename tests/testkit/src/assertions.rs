//! What tests assert of `pause` and of other processes that exit.

use crate::container::until_alone;
use crate::pod::Pod;
use crate::programs::orphan_maker;
use nix::sys::signal::Signal;
use std::process::Output;

/// Asserts that a process exited with `status`, and that `stderr` is all that it wrote to standard error.
#[track_caller]
pub fn assert_exited(output: &Output, status: i32, stderr: &str) {
    let written = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*written), (Some(status), stderr), "{}", output.status);
}

/// Asserts that process 1 sleeps, reaps orphans, and exits with status 0 on SIGTERM; `stderr` is all that it wrote to
/// standard error.
#[track_caller]
pub fn assert_works(mut pod: Pod, stderr: &str) {
    pod.init().until_it_waits();
    assert!(pod.join(orphan_maker(&["one-by-one", "20"])).wait().status.success(), "the orphan maker runs in the pod");
    until_alone(&pod);
    pod.signal(Signal::SIGTERM);
    assert_exited(&pod.wait(), 0, stderr);
}
