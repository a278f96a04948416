//! Nothing happens: process 1 never runs. It has no timer, and its wait has no timeout.

use crate::scenario::{Run, short};
use nix::unistd::Pid;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;
use testkit::Pod;
use testkit::assertions::assert_works;
use testkit::pause_process::{TERMINATED, piped};
use testkit::programs::is_other;
use testkit::usage::{Memory, context_switches, memory};

#[test]
fn an_idle_sandbox_never_wakes_up() {
    short(run, 3);
}

/// The figures that change when a process runs.
fn activity(pid: Pid) -> (u64, String, Memory) {
    let schedstat = fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("the process is alive");
    (context_switches(pid).expect("the process is alive"), schedstat, memory(pid).expect("the process is alive"))
}

/// The system call that a process waits in, and its third argument.
fn waits_in(pid: Pid) -> Option<(libc::c_long, u64)> {
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).ok()?;
    let mut words = call.split(' ');
    let number = words.next()?.parse().ok()?;
    Some((number, u64::from_str_radix(words.nth(2)?.strip_prefix("0x")?, 16).ok()?))
}

pub fn run(seconds: u64, run: &mut Run) -> String {
    let pod = Pod::with(piped());
    let pid = pod.pid();
    let timers = fs::read_to_string(format!("/proc/{pid}/timers"));
    assert!(timers.as_ref().map_or(true, String::is_empty), "{timers:?}"); // some kernels lack the file

    const NO_TIMEOUT: u64 = 0;
    // Another program may wait by another system call.
    assert!(is_other() || waits_in(pid) == Some((libc::SYS_rt_sigtimedwait, NO_TIMEOUT)), "{:?}", waits_in(pid));

    // The control: a process that wakes up now and then.
    let mut now_and_then = Command::new("sh");
    now_and_then.args(["-c", "while :; do sleep 0.1; done"]);
    let control = Pod::start(now_and_then);

    let before = [activity(pid), activity(control.pid())];
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)); // it must sleep all this time
        run.progress.inc(1);
    }
    assert_eq!(activity(pid), before[0]);
    assert_ne!(activity(control.pid()), before[1]);
    assert_works(pod, TERMINATED);
    format!("no timer, no timeout, no wake-up in {seconds} s")
}
