//! No orphan stays a zombie, however it is made and ends, and however little CPU time process 1 gets.
//!
//! Each test does the same to a process 1 that never reaps: there the zombies must be seen.

use nix::sys::signal::Signal;
use std::io::Write;
use std::process::Command;
use testkit::cgroup::Cgroup;
use testkit::cgroup::enter;
use testkit::container::{container, finish, piped, until_alone, until_ready, until_zombies};
use testkit::container::{storm, watch};
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{never_reaps, pause};
use testkit::shim::dead_children;
use testkit::starvation::{Load, Means, starve};
use testkit::usage::is_stopped;
use testkit::{Pod, reexec, until};

/// Checks that an orphan maker leaves no zombie under `pause`, and `count` zombies under a process 1 that never reaps.
#[track_caller]
fn leaves_no_zombie(how: &[&str], count: usize) {
    let pod = Pod::with(pause());
    finish(container(&pod, how));
    until_alone(&pod);

    let control = Pod::with(never_reaps());
    finish(container(&control, how));
    until_zombies(&control, count);
}

/// Checks the same for one orphan that is not reaped until the orphan maker ends; `is_ready` waits until it is in place.
#[track_caller]
fn leaves_no_zombie_at_its_end(how: &str, is_ready: fn(&Pod)) {
    for (program, count) in [(pause(), 0), (never_reaps(), 1)] {
        let pod = Pod::with(program);
        let container = container(&pod, &[how]);
        is_ready(&pod);
        finish(container);
        until_zombies(&pod, count);
    }
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn an_orphan_is_reaped() {
    leaves_no_zombie(&["one-by-one", "1"], 1);
}

#[test]
fn a_zombie_that_is_adopted_is_reaped() {
    leaves_no_zombie(&["dead"], 1);
}

#[test]
fn orphans_that_end_together_are_reaped() {
    leaves_no_zombie(&["together", "500"], 500);
}

#[test]
fn a_deep_chain_of_orphans_is_reaped() {
    leaves_no_zombie(&["chain", "100"], 100);
}

#[test]
fn orphans_killed_by_a_signal_are_reaped() {
    for signal in ["9", "15", "34"] {
        leaves_no_zombie(&["signal", signal], 1);
    }
}

#[test]
fn a_stopped_orphan_is_reaped_when_it_is_continued_and_ends() {
    leaves_no_zombie_at_its_end("stopped", |pod| {
        until("an orphan is stopped", || rows(pod).iter().any(|row| row.ppid == 1 && row.state == 'T'));
    });
}

#[test]
fn a_traced_orphan_is_reaped_when_its_tracer_exits() {
    leaves_no_zombie_at_its_end("traced", |pod| until("the tracer keeps its zombie", || zombies(pod).len() == 1));
}

#[test]
fn an_orphan_whose_first_thread_ended_early_is_reaped_with_its_last() {
    // It looks like a zombie, but its other threads are alive.
    leaves_no_zombie_at_its_end("threads", |pod| until("the first thread has ended", || zombies(pod).len() == 1));
}

#[test]
fn zombies_from_before_its_execution_are_reaped() {
    let make_zombies = || dead_children(&[libc::SIGCHLD, libc::SIGCHLD, libc::SIGUSR1, 0]);
    let mut pod = Pod::start_after(pause(), make_zombies);
    pod.init().until_it_waits();
    until_alone(&pod);

    let mut control = Pod::start_after(never_reaps(), make_zombies);
    control.init().until_it_waits();
    until_zombies(&control, 4);
}

#[test]
fn no_zombie_is_ever_seen_in_a_storm_of_ten_thousand_orphans() {
    let is_limited = EmulatorLimit::KernelReaps.applies(); // zombies are seen, but none stays
    let pod = Pod::with(pause());
    let (reads, most) = storm(&pod, "5000");
    assert!(is_limited || most == 0, "{most} zombies");
    assert!(reads > 100, "the process table was read {reads} times only");
    until_alone(&pod);

    let control = Pod::with(never_reaps());
    finish(container(&control, &["one-by-one", "500"]));
    until_zombies(&control, 500);
}

#[test]
fn a_stopped_sandbox_still_leaves_no_zombie() {
    let left_by_pause = if EmulatorLimit::KernelReaps.applies() { 100 } else { 0 };
    for (program, zombies_left, left_in_the_end) in [(pause(), left_by_pause, 0), (never_reaps(), 100, 100)] {
        let pod = Pod::with(program);
        let mut orphans = container(&pod, &["together", "100"]);
        until_ready(&mut orphans);
        pod.signal(Signal::SIGSTOP);
        until("process 1 is stopped", || is_stopped(pod.pid()));
        finish(orphans);
        until(&format!("all orphans have ended, {zombies_left} are zombies"), || {
            rows(&pod).len() == 1 + zombies_left && zombies(&pod).len() == zombies_left
        });
        assert!(is_stopped(pod.pid()), "process 1 stays stopped");
        pod.signal(Signal::SIGCONT);
        until_zombies(&pod, left_in_the_end);
    }
}

/// Makes a storm of orphans, under a PID limit, in a pod whose process 1 gets hardly any CPU time. Returns what the orphan
/// maker wrote, and the largest number of zombies at any time.
fn storm_under_starvation(program: Command) -> (String, usize) {
    let group = Cgroup::new();
    let parts = group.as_ref().ok().map(|group| {
        group.limit_pids(64).expect("the group has the controller");
        ["sandbox", "container"].map(|name| group.child(name).expect("a group may have children"))
    });
    let pod = Pod::with(program);
    let _load = Load::start();
    let means = starve(pod.pid(), parts.as_ref().map(|[sandbox, _]| sandbox)).expect("process 1 may be starved");
    if means == Means::IdlePolicy {
        let reason = group.as_ref().expect_err("a group is preferred");
        _ = writeln!(std::io::stderr(), "tested with SCHED_IDLE, without a control group and its PID limit: {reason}");
    }

    let enter = enter(parts.as_ref().map(|[_, container]| container));
    let mut storm = pod.join_after(piped(&["one-by-one", "3000"]), enter);
    let (_, most) = watch(&pod, || storm.status().is_some());
    let written = finish(storm);
    (written, most.max(zombies(&pod).len()))
}

#[test]
fn a_starved_sandbox_leaves_no_zombie_and_no_fork_fails() {
    if EmulatorLimit::KernelReaps.applies() {
        return;
    }
    assert_eq!(storm_under_starvation(pause()), ("failed forks: 0\n".into(), 0));

    let (written, most) = storm_under_starvation(never_reaps());
    assert!(most > 50, "the control has {most} zombies only, and the orphan maker wrote: {written}");
}
