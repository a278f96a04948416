//! A debugger comes and goes at random moments, in a storm of orphans: process 1 goes on with what it was at.

use crate::common::{Day, assert_survived, piped, short};
use nix::sys::ptrace::{self, Options};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::time::Duration;
use testkit::Pod;
use testkit::container::container;
use testkit::process_table::zombies;
use testkit::usage::cpu_time;

/// The longest that it runs untraced, or stands still.
const MOMENT: Duration = Duration::from_micros(500);

#[test]
fn a_debugger_comes_and_goes() {
    short(run, 500);
}

/// Stops it as a debugger does, in either way that there is.
fn attach(pid: Pid, day: &mut Day) {
    if day.random.below(2) == 0 {
        ptrace::attach(pid).expect("a descendant may be traced");
    } else {
        ptrace::seize(pid, Options::empty()).expect("a descendant may be traced");
        ptrace::interrupt(pid).expect("it is traced");
    }
    let stop = waitpid(pid, None).expect("it stops");
    assert!(matches!(stop, WaitStatus::Stopped(..) | WaitStatus::PtraceEvent(..)), "{stop:?}");
}

pub fn run(times: u64, day: &mut Day) -> String {
    let pod = Pod::with(piped());
    let pid = pod.pid();
    let storms = [(); 2].map(|()| container(&pod, &["endless"]));
    let mut at_a_call = 0;
    for _ in 0..times {
        day.random.moment(MOMENT);
        attach(pid, day);
        // Half of the time, on to the beginning or the end of one of its next system calls.
        for _ in 0..day.random.below(2) * (1 + day.random.below(5)) {
            ptrace::syscall(pid, None).expect("it is stopped");
            let stop = waitpid(pid, None).expect("it stops");
            assert!(matches!(stop, WaitStatus::Stopped(..) | WaitStatus::PtraceEvent(..)), "{stop:?}");
            at_a_call += 1;
        }
        day.random.moment(MOMENT);
        assert_eq!(zombies(&pod), []);
        ptrace::detach(pid, None).expect("it is stopped");
        day.progress.inc(1);
    }
    let time = cpu_time(pid).expect("it lives") / 1_000_000;
    drop(storms);
    assert_survived(pod);
    format!("no zombie; stopped at {at_a_call} system calls; {time} ms of CPU")
}
