//! No orphan stays a zombie, however it is made and ends, and however little CPU time process 1 gets.
//!
//! The control of each test is a process 1 that never reaps: there the same steps must leave zombies. The tests of
//! storms and of a stopped or frozen process 1 are in `tests/stress`.

use nix::sys::signal::Signal;
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};
use testkit::cgroup::{enter, if_permitted};
use testkit::container::{container, finish, piped, until_alone, until_ready, until_zombies, watch};
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{never_reaps, pause};
use testkit::shim::dead_children;
use testkit::starvation::{Load, starve};
use testkit::{Pod, reexec, until};

/// Asserts that an orphan maker leaves no zombie under `pause`, and `count` zombies under a process 1 that never reaps.
#[track_caller]
fn leaves_no_zombie(how: &[&str], count: usize) {
    let pod = Pod::with(pause());
    finish(container(&pod, how));
    until_alone(&pod);

    let control = Pod::with(never_reaps());
    finish(container(&control, how));
    until_zombies(&control, count);
}

/// Asserts the same for one orphan that can be reaped only when the orphan maker has ended. `wait` waits until the
/// orphan is ready.
#[track_caller]
fn leaves_no_zombie_at_its_end(how: &str, wait: fn(&Pod)) {
    for (program, count) in [(pause(), 0), (never_reaps(), 1)] {
        let pod = Pod::with(program);
        let container = container(&pod, &[how]);
        wait(&pod);
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
fn an_orphan_that_ends_while_pause_rests_is_reaped_soon() {
    let time_to_reap = || {
        let pod = Pod::with(pause());
        finish(container(&pod, &["one-by-one", "1"])); // a rest begins
        finish(container(&pod, &["one-by-one", "1"]));
        let begin = Instant::now();
        until_alone(&pod);
        begin.elapsed()
    };
    // On a busy machine it may not get the CPU in time: try again.
    until("the orphan is gone within a tenth of a second", || time_to_reap() < Duration::from_millis(100));
}

#[test]
fn a_living_orphan_delays_neither_a_wait_nor_the_end() {
    let mut pod = Pod::with(pause());
    let mut living = container(&pod, &["together", "1"]);
    until_ready(&mut living);
    finish(container(&pod, &["one-by-one", "1"])); // `pause` looks for dead children
    pod.init().until_it_waits();
    pod.signal(Signal::SIGTERM);
    assert!(pod.wait().status.success());
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
    // /proc shows it as a zombie, but its other threads are alive.
    leaves_no_zombie_at_its_end("threads", |pod| until("the first thread has ended", || zombies(pod).len() == 1));
}

#[test]
fn zombies_from_before_its_execution_are_reaped() {
    let make_zombies = || dead_children(&[libc::SIGCHLD, libc::SIGCHLD, libc::SIGUSR1, 0]);
    for make_zombies in [make_zombies, || dead_children(&[libc::SIGCHLD; 200])] {
        let mut pod = Pod::start_after(pause(), make_zombies);
        pod.init().until_it_waits();
        until_alone(&pod);
    }

    let mut control = Pod::start_after(never_reaps(), make_zombies);
    control.init().until_it_waits();
    until_zombies(&control, 4);
}

/// Makes orphans, under a PID limit, in a pod whose process 1 gets hardly any CPU time. Returns what the orphan maker
/// wrote, and the largest number of zombies at any time.
fn orphans_under_starvation(program: Command) -> (String, usize) {
    let group = if_permitted();
    let parts = group.as_ref().map(|group| {
        group.limit_pids(64).expect("the group has the controller");
        ["sandbox", "container"].map(|name| group.child(name).expect("a group may have children"))
    });
    let pod = Pod::with(program);
    let _load = Load::start();
    starve(pod.pid(), parts.as_ref().map(|[sandbox, _]| sandbox)).expect("process 1 may be starved");

    let enter = enter(parts.as_ref().map(|[_, container]| container));
    // On one CPU, the orphans take turns with the load and with this test, which takes milliseconds for each of them.
    let count = if available_parallelism().is_ok_and(|cpus| cpus.get() > 1) { "3000" } else { "500" };
    let mut maker = pod.join_after(piped(&["one-by-one", count]), enter);
    let (_, most) = watch(&pod, || maker.status().is_some());
    let written = finish(maker);
    (written, most.max(zombies(&pod).len()))
}

#[test]
fn a_starved_sandbox_leaves_no_zombie_and_no_fork_fails() {
    if EmulatorLimit::KernelReaps.applies() {
        return;
    }
    assert_eq!(orphans_under_starvation(pause()), ("failed forks: 0\n".into(), 0));

    let (written, most) = orphans_under_starvation(never_reaps());
    assert!(most > 50, "the control has only {most} zombies, and the orphan maker wrote: {written}");
}
