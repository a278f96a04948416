//! The pod reaches its limit of memory: the kernel kills the orphans that use it, and process 1 reaps them.

use crate::scenario::{Run, log_missing, short};
use std::os::unix::process::ExitStatusExt;
use testkit::assertions::assert_works;
use testkit::cgroup::{Cgroup, enter};
use testkit::container::{self, finish, until_alone};
use testkit::pause_process::{TERMINATED, piped};
use testkit::programs::orphan_maker;
use testkit::usage::memory;
use testkit::{Pod, until};

/// The pod's limit of memory, in bytes.
const LIMIT: u64 = 32 << 20;

/// The most orphans that use memory at the same time.
const ORPHANS: usize = 4;

#[test]
fn at_the_memory_limit_killed_orphans_are_reaped() {
    short(run, 6);
}

pub fn run(rounds: u64, run: &mut Run) -> String {
    let group = match Cgroup::new() {
        Ok(group) => group,
        Err(reason) => return log_missing("a limit of memory", reason),
    };
    group.limit_memory(LIMIT).expect("the group has the controller");
    let kills = || group.out_of_memory_kills().expect("the group has the controller");

    let mut pod = Pod::start_after(piped(), enter(Some(&group)));
    pod.init().until_it_waits();
    let usage = || memory(pod.pid()).expect("process 1 is alive");
    let before = usage();
    for _ in 0..rounds {
        let orphans = 1 + run.below(ORPHANS);
        let expected = kills() + orphans as u64;
        finish(pod.join_after(container::piped(&["eat", &orphans.to_string()]), enter(Some(&group))));
        until("the orphans are killed", || kills() >= expected);
        until_alone(&pod);
        assert_eq!(usage(), before);
        run.progress.inc(1);
    }
    let killed = kills();
    assert_works(pod, TERMINATED);

    // The control: a process 1 that uses the memory is killed, and its pod with it.
    let control = Pod::start_after(orphan_maker(&["eat", "0"]), enter(Some(&group)));
    assert_eq!(control.wait().status.signal(), Some(libc::SIGKILL));
    format!("{killed} orphans were killed at {} MiB, process 1 never", LIMIT >> 20)
}
