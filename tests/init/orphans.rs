//! `init` adopts and reaps orphans, as process 1 and as a subreaper, also when it is starved of CPU.

use crate::run::{SignalLog, command, probe_child, start_probe, until_only_the_program_is_left};
use std::process::Stdio;
use testkit::container::{container, finish, until_zombies};
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{never_reaps, pause};
use testkit::shim::dead_children;
use testkit::starvation::{Load, starve};
use testkit::{Pod, until};

#[test]
fn orphans_leave_no_zombie() {
    // For the words, see the usage of the orphan maker (`tests/testkit/src/bin/orphan_maker.rs`).
    for how in [&["one-by-one", "100"][..], &["dead"], &["together", "500"], &["chain", "100"], &["signal", "34"]] {
        let (pod, _log) = start_probe(&[]);
        finish(container(&pod, how));
        until_only_the_program_is_left(&pod);
    }
    // The control:
    let control = Pod::with(never_reaps());
    finish(container(&control, &["together", "50"]));
    until_zombies(&control, 50);
}

#[test]
fn init_reaps_zombies_that_it_inherits_when_it_starts() {
    let pod = Pod::start_after(command(&["--", probe_child(), "signals"]), || {
        dead_children(&[libc::SIGCHLD, libc::SIGUSR1, 0])
    });
    until_only_the_program_is_left(&pod);
}

#[test]
fn init_reaps_while_it_is_starved_of_cpu() {
    let (pod, _log) = start_probe(&[]);
    let _load = Load::start();
    starve(pod.pid(), None).expect("the scheduling policy can be lowered");
    for _ in 0..3 {
        assert_eq!(finish(container(&pod, &["one-by-one", "100"])), "failed forks: 0\n");
    }
    until_only_the_program_is_left(&pod);
}

/// Runs `init` in a pod whose process 1 is `pause`. Its program abandons ten children. Ends them, and waits until all are
/// reaped. Returns how many of them `init` had adopted.
fn adopted_without_being_process_1(options: &[&str], variable: Option<&str>) -> usize {
    let pod = Pod::with(pause());
    const SCRIPT: &str = "exec 3<&0; for i in 1 2 3 4 5 6 7 8 9 10; do (cat <&3 &); done; echo 0; exec sleep 1000";
    let mut command = command(&[options, &["sh", "-c", SCRIPT]].concat());
    command.stdin(Stdio::piped()).envs(variable.map(|variable| (variable, "")));
    let mut process = pod.join(command);
    SignalLog::of(&mut process);
    let init = rows(&pod).into_iter().find(|row| row.ppid == 0 && row.pid != 1).expect("init is alive").pid;
    let children = || rows(&pod).iter().filter(|row| row.ppid == init).count();
    let adopted = children() - 1; // without the program
    drop(process.streams().stdin.take()); // ends the orphans
    until("all orphans have ended", || rows(&pod).iter().all(|row| row.command != "cat" || row.state == 'Z'));
    until("all orphans are reaped", || zombies(&pod).is_empty() && children() == 1);
    adopted
}

#[test]
fn a_subreaper_adopts_and_reaps_without_being_process_1() {
    if EmulatorLimit::NoSubreaper.applies() {
        return;
    }
    assert_eq!(adopted_without_being_process_1(&["-s"], None), 10);
    assert_eq!(adopted_without_being_process_1(&[], Some("TINI_SUBREAPER")), 10);
    assert_eq!(adopted_without_being_process_1(&[], None), 0, "the control adopts no orphan");
}
