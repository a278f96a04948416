//! The pod's memory runs out: the kernel kills who took it, and process 1 reaps them.

use crate::common::{Day, assert_survived, piped, short, tell_missing};
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use testkit::cgroup::Cgroup;
use testkit::container::{self, end, until_alone};
use testkit::programs::orphan_maker;
use testkit::usage::memory;
use testkit::{Pod, until};

/// Bytes of memory that the pod may have.
const LIMIT: u64 = 32 << 20;

/// How many take memory at the same time, at most.
const EATERS: usize = 4;

#[test]
fn memory_runs_out() {
    short(run, 6);
}

/// What a process does to move itself into the group.
fn enter(group: &Cgroup) -> impl FnMut() -> io::Result<()> + Send + Sync + use<> {
    let entrances = group.entrances();
    move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"))
}

pub fn run(rounds: u64, day: &mut Day) -> String {
    let group = match Cgroup::new() {
        Ok(group) => group,
        Err(reason) => return tell_missing("a limit of memory", reason),
    };
    group.limit_memory(LIMIT).expect("the group has the controller");
    let kills = || group.out_of_memory_kills().expect("the group has the controller");

    let mut pod = Pod::start_after(piped(), enter(&group));
    pod.init().until_it_waits();
    let before = memory(pod.pid()).expect("it lives");
    for _ in 0..rounds {
        let eaters = 1 + day.random.below(EATERS);
        let killed = kills() + eaters as u64;
        end(pod.join_after(container::piped(&["eat", &eaters.to_string()]), enter(&group)));
        until("the orphans are killed", || kills() >= killed);
        until_alone(&pod);
        assert_eq!(memory(pod.pid()).expect("it lives"), before);
        day.progress.inc(1);
    }
    let killed = kills();
    assert_survived(pod);

    // The control: were process 1 what takes the memory, it would be killed, and the pod with it.
    let control = Pod::start_after(orphan_maker(&["eat", "0"]), enter(&group));
    assert_eq!(control.wait().status.signal(), Some(libc::SIGKILL));
    format!("{killed} were killed for {} MiB, process 1 never", LIMIT >> 20)
}
