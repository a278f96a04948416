//! Process 1 is stopped, or frozen with its control group, while orphans end: none of them stays a zombie.

use crate::scenario::{Run, log_missing, short};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use testkit::assertions::{assert_exited, assert_works};
use testkit::container::{container, finish, until_ready};
use testkit::freezer::Freezer;
use testkit::lone_process_1::process_tree;
use testkit::pause_process::{TERMINATED, piped};
use testkit::pod::has_ended;
use testkit::process_table::{Row, rows, zombies};
use testkit::programs::never_reaps;
use testkit::usage::is_stopped;
use testkit::{Pod, until};

/// The most orphans that end in a round.
const ORPHANS: usize = 50;

#[test]
fn a_stopped_or_frozen_sandbox_leaves_no_zombie() {
    short(run, 30);
}

#[test]
fn a_sigterm_to_a_frozen_sandbox_ends_it_when_it_is_thawed() {
    for freezer in freezers() {
        let pod = Pod::with(piped());
        freezer.add(pod.pid()).expect("process 1 may be moved");
        let frozen = freezer.freeze().expect("the group may be frozen");
        pod.signal(Signal::SIGTERM);
        assert!(freezer.is_frozen());
        drop(frozen);
        assert_exited(&pod.wait(), 0, TERMINATED);
    }
}

#[test]
fn when_its_group_is_killed_every_process_of_the_pod_ends() {
    for (freezer, is_frozen) in freezers().iter().flat_map(|freezer| [(freezer, false), (freezer, true)]) {
        let pod = Pod::with(piped());
        let mut container = container(&pod, &["together", "20"]);
        until_ready(&mut container);
        let all: Vec<Pid> = process_tree(pod.pid());
        assert!(all.len() > 20, "{all:?}");
        freezer.add(pod.pid()).expect("process 1 may be moved");
        let frozen = is_frozen.then(|| freezer.freeze().expect("the group may be frozen"));
        if let Err(reason) = freezer.kill() {
            drop(frozen);
            log_missing("the kill of a group", reason);
            continue;
        }
        assert_eq!(pod.wait().status.signal(), Some(libc::SIGKILL));
        until("every process of the pod has ended", || all.iter().all(|&pid| has_ended(pid)));
    }
}

/// Returns a group in every hierarchy that can freeze.
fn freezers() -> Vec<Freezer> {
    Freezer::all().unwrap_or_else(|reason| {
        log_missing("a freezer", reason);
        Vec::new()
    })
}

/// Ends orphans while process 1 is frozen, or stopped if there is no freezer. Asserts that `left` of them are zombies
/// then.
fn freeze_while_they_end(pod: &Pod, freezer: Option<&Freezer>, orphans: usize, left: usize, run: &mut Run) {
    let mut container = container(pod, &["together", &orphans.to_string()]);
    until_ready(&mut container);
    if let Some(group) = freezer {
        group.add(pod.pid()).expect("process 1 may be moved");
    } else {
        pod.signal(Signal::SIGSTOP);
    }
    // Thawed even if an assertion fails: a process that version 1 has frozen cannot be killed.
    let frozen = freezer.map(|group| group.freeze().expect("the group may be frozen"));
    let holds = || freezer.map_or_else(|| is_stopped(pod.pid()), Freezer::is_frozen);
    until("process 1 does not run", holds);
    run.sleep(Duration::from_millis(1));
    finish(container);
    until(&format!("all orphans have ended, {left} are zombies"), || {
        let is_alive = |row: &Row| row.command == "orphan-maker" && row.state != 'Z';
        !rows(pod).iter().any(is_alive) && zombies(pod).len() == left
    });
    assert!(holds(), "process 1 does not run in the meantime");
    drop(frozen);
    pod.signal(Signal::SIGCONT);
}

pub fn run(rounds: u64, run: &mut Run) -> String {
    let freezers = Freezer::all();
    let missing = freezers.as_ref().err().map(|reason| log_missing("a freezer", reason));
    let freezers = freezers.unwrap_or_default();

    let mut ended = 0;
    // Each has its own pod, because a process is never moved out of a freezer's group.
    for freezer in [None].into_iter().chain(freezers.iter().map(Some)) {
        let pod = Pod::with(piped());
        for _ in 0..rounds / 3 {
            let orphans = 1 + run.below(ORPHANS);
            freeze_while_they_end(&pod, freezer, orphans, 0, run);
            ended += orphans;
            run.progress.inc(1);
        }
        assert_works(pod, TERMINATED);

        freeze_while_they_end(&Pod::with(never_reaps()), freezer, ORPHANS, ORPHANS, run);
    }
    let versions = freezers.iter().map(|group| format!("freezer {:?}", group.version()));
    let means: Vec<_> = ["SIGSTOP".to_owned()].into_iter().chain(versions).chain(missing).collect();
    format!("{ended} orphans ended meanwhile, no zombie; by {}", means.join(", "))
}
