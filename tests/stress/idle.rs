//! Nothing happens that process 1 has to act on: it never runs. It has no timer, and its wait has no timeout.

use crate::scenario::{Run, short};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;
use testkit::assertions::assert_works;
use testkit::container::{container, finish, until_ready};
use testkit::pause_process::{TERMINATED, piped};
use testkit::programs::{is_other, pause};
use testkit::usage::{Memory, children, context_switches, is_stopped, memory};
use testkit::{Pod, until};

#[test]
fn an_idle_sandbox_never_wakes_up() {
    short(run, 3);
}

#[test]
fn an_orphan_that_stops_and_continues_does_not_wake_it() {
    let mut pod = Pod::with(pause());
    let mut container = container(&pod, &["together", "1"]);
    until_ready(&mut container);
    pod.init().until_it_waits();
    let orphan = children(pod.pid())[0];
    let switches = || context_switches(pod.pid()).expect("the process is alive");
    let before = switches();
    for _ in 0..3 {
        kill(orphan, Signal::SIGSTOP).expect("the orphan is alive");
        until("the orphan is stopped", || is_stopped(orphan));
        kill(orphan, Signal::SIGCONT).expect("the orphan is alive");
        until("the orphan is continued", || !is_stopped(orphan));
    }
    assert_eq!(switches(), before);

    // The control: its end does.
    finish(container);
    until("the end of the orphan wakes process 1", || switches() > before);
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
