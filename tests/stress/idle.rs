//! Nothing happens: process 1 is not run, and there is nothing in it that would ever run it by itself.
//!
//! No test waits for a day. What is looked at holds for any length of time: it has no timer, its wait has no end, and
//! no wake-up is counted for as long as somebody looks.

use crate::common::{Day, assert_survived, piped, short};
use nix::unistd::Pid;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;
use testkit::Pod;
use testkit::usage::{context_switches, memory};

#[test]
fn a_day_of_nothing() {
    short(run, 3);
}

/// What changes whenever a process is run.
fn activity(pid: Pid) -> (u64, String) {
    let schedstat = fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("it lives");
    (context_switches(pid).expect("it lives"), schedstat)
}

/// The system call that a process waits in, and the third of its arguments.
fn waits_in(pid: Pid) -> Option<(libc::c_long, u64)> {
    let call = fs::read_to_string(format!("/proc/{pid}/syscall")).ok()?;
    let mut words = call.split(' ');
    let number = words.next()?.parse().ok()?;
    Some((number, u64::from_str_radix(words.nth(2)?.strip_prefix("0x")?, 16).ok()?))
}

pub fn run(seconds: u64, day: &mut Day) -> String {
    let pod = Pod::with(piped());
    let pid = pod.pid();
    let timers = fs::read_to_string(format!("/proc/{pid}/timers"));
    assert!(timers.as_ref().map_or(true, String::is_empty), "{timers:?}"); // some kernels do not list them

    const NO_TIMEOUT: u64 = 0;
    assert_eq!(waits_in(pid), Some((libc::SYS_rt_sigtimedwait, NO_TIMEOUT)));

    // The control: whoever wakes up now and then is seen to.
    let mut now_and_then = Command::new("sh");
    now_and_then.args(["-c", "while :; do sleep 0.1; done"]);
    let control = Pod::start(now_and_then);

    let before = [(activity(pid), memory(pid).expect("it lives"))];
    let control_before = activity(control.pid());
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)); // the time it has to stay asleep in
        day.progress.inc(1);
    }
    assert_eq!([(activity(pid), memory(pid).expect("it lives"))], before);
    assert_ne!(activity(control.pid()), control_before);
    assert_survived(pod);
    format!("no timer, no timeout, not run once in {seconds} s")
}
