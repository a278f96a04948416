//! A debugger attaches and detaches at random moments, in a storm of orphans: process 1 still reaps all of them.

use crate::scenario::{Run, short};
use nix::sys::ptrace::{self, Options};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::time::Duration;
use testkit::Pod;
use testkit::assertions::assert_works;
use testkit::container::container;
use testkit::pause_process::{TERMINATED, piped};
use testkit::process_table::zombies;
use testkit::usage::cpu_time;

/// The longest time for which process 1 is traced, or is not traced.
const MOMENT: Duration = Duration::from_micros(500);

#[test]
fn under_a_debugger_it_still_reaps() {
    short(run, 500);
}

#[track_caller]
fn until_it_stops(pid: Pid) {
    let stop = waitpid(pid, None).expect("a traced process");
    assert!(matches!(stop, WaitStatus::Stopped(..) | WaitStatus::PtraceEvent(..)), "{stop:?}");
}

/// Attaches by `PTRACE_ATTACH` or by `PTRACE_SEIZE`, and waits until the process stops.
fn attach(pid: Pid, run: &mut Run) {
    if run.below(2) == 0 {
        ptrace::attach(pid).expect("a descendant may be traced");
    } else {
        ptrace::seize(pid, Options::empty()).expect("a descendant may be traced");
        ptrace::interrupt(pid).expect("process 1 is traced");
    }
    until_it_stops(pid);
}

pub fn run(rounds: u64, run: &mut Run) -> String {
    let pod = Pod::with(piped());
    let pid = pod.pid();
    let makers = [(); 2].map(|()| container(&pod, &["endless"]));
    let mut calls = 0;
    for _ in 0..rounds {
        run.sleep(MOMENT);
        attach(pid, run);
        // In half of the rounds, continues to the entry or exit of a few system calls.
        for _ in 0..run.below(2) * (1 + run.below(5)) {
            ptrace::syscall(pid, None).expect("process 1 is stopped");
            until_it_stops(pid);
            calls += 1;
        }
        run.sleep(MOMENT);
        assert_eq!(zombies(&pod), []);
        ptrace::detach(pid, None).expect("process 1 is stopped");
        run.progress.inc(1);
    }
    let time = cpu_time(pid).expect("process 1 is alive") / 1_000_000;
    drop(makers);
    assert_works(pod, TERMINATED);
    format!("no zombie; stopped at {calls} system calls; {time} ms of CPU time")
}
