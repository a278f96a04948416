//! No zombie stays, however orphans come about and die, and however little CPU process 1 is given.
//!
//! Each of the tests does the same to a process 1 that never reaps: there the zombies must be seen.

use nix::sys::signal::Signal;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::time::Instant;
use testkit::cgroup::Cgroup;
use testkit::container::{container, end, piped, until_alone, until_ready, until_zombies};
use testkit::deadline::PATIENCE;
use testkit::platform::EmulatorLimit;
use testkit::process_table::{rows, zombies};
use testkit::programs::{never_reaps, pause};
use testkit::shim::dead_children;
use testkit::starvation::{Load, Means, starve};
use testkit::{Pod, reexec, until};

/// A careless container leaves nothing behind under `pause`, and `count` zombies under the process 1 that never reaps.
#[track_caller]
fn leaves_no_zombie(how: &[&str], count: usize) {
    let pod = Pod::with(pause());
    end(container(&pod, how));
    until_alone(&pod);

    let control = Pod::with(never_reaps());
    end(container(&control, how));
    until_zombies(&control, count);
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
fn an_orphan_that_was_dead_before_it_was_adopted_is_reaped() {
    leaves_no_zombie(&["dead"], 1);
}

#[test]
fn orphans_that_die_together_are_reaped() {
    leaves_no_zombie(&["together", "500"], 500);
}

#[test]
fn a_deep_chain_of_orphans_is_reaped() {
    leaves_no_zombie(&["chain", "100"], 100);
}

#[test]
fn orphans_that_die_of_a_signal_are_reaped() {
    for signal in ["9", "15", "34"] {
        leaves_no_zombie(&["signal", signal], 1);
    }
}

#[test]
fn a_stopped_orphan_is_left_alone_and_reaped_when_it_ends() {
    for (program, zombies) in [(pause(), 0), (never_reaps(), 1)] {
        let pod = Pod::with(program);
        let container = container(&pod, &["stopped"]);
        until("an orphan is stopped", || rows(&pod).iter().any(|row| row.ppid == 1 && row.state == 'T'));
        end(container);
        until_zombies(&pod, zombies);
    }
}

#[test]
fn an_orphan_that_died_under_a_tracer_is_reaped_when_the_tracer_goes_away() {
    for (program, zombies_left) in [(pause(), 0), (never_reaps(), 1)] {
        let pod = Pod::with(program);
        let container = container(&pod, &["traced"]);
        until("the tracer keeps its zombie", || zombies(&pod).len() == 1);
        end(container);
        until_zombies(&pod, zombies_left);
    }
}

#[test]
fn an_orphan_whose_first_thread_ended_early_is_reaped_with_its_last() {
    for (program, zombies_left) in [(pause(), 0), (never_reaps(), 1)] {
        let pod = Pod::with(program);
        let container = container(&pod, &["threads"]);
        // It looks like a zombie, but its other threads live.
        until("the first thread has ended", || zombies(&pod).len() == 1);
        end(container);
        until_zombies(&pod, zombies_left);
    }
}

#[test]
fn zombies_from_before_it_began_are_reaped() {
    let make_zombies = || dead_children(&[libc::SIGCHLD, libc::SIGCHLD, libc::SIGUSR1, 0]);
    let mut pod = Pod::start_after(pause(), make_zombies);
    pod.init().until_it_waits();
    until_alone(&pod);

    let mut control = Pod::start_after(never_reaps(), make_zombies);
    control.init().until_it_waits();
    until_zombies(&control, 4);
}

#[test]
fn no_look_finds_a_zombie_in_a_storm_of_ten_thousand_orphans() {
    let is_limited = EmulatorLimit::KernelReaps.applies(); // then no zombie stays
    let pod = Pod::with(pause());
    let mut storms = [(); 2].map(|()| container(&pod, &["one-by-one", "5000"]));
    let mut looks = 0;
    let start = Instant::now();
    while storms.iter_mut().any(|storm| storm.status().is_none()) {
        let seen = zombies(&pod);
        assert!(is_limited || seen.is_empty(), "at look {looks}: {seen:?}");
        looks += 1;
        assert!(start.elapsed() < 5 * PATIENCE, "the storm does not end");
    }
    assert!(looks > 100, "only {looks} looks at ten thousand orphans");
    for storm in storms {
        assert_eq!(end(storm), "failed forks: 0\n");
    }
    until_alone(&pod);

    let control = Pod::with(never_reaps());
    end(container(&control, &["one-by-one", "500"]));
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
        let is_stopped = || rows(&pod)[0].state == 'T';
        until("process 1 is stopped", is_stopped);
        end(orphans);
        until(&format!("{zombies_left} zombies are all that is left"), || {
            rows(&pod).len() == 1 + zombies_left && zombies(&pod).len() == zombies_left
        });
        assert!(is_stopped(), "process 1 was to be stopped all the time");
        pod.signal(Signal::SIGCONT);
        until_zombies(&pod, left_in_the_end);
    }
}

/// What a storm under a PID limit does to a pod whose process 1 hardly ever gets the CPU: the failed forks as the
/// container tells them, and the most zombies that were seen at once.
fn storm_in_famine(program: Command) -> (String, usize) {
    const ORPHANS: &str = "3000";
    let group = Cgroup::new();
    let parts = group.as_ref().ok().map(|group| {
        group.limit_pids(64).expect("the group has the controller");
        ["sandbox", "container"].map(|name| group.child(name).expect("a group may have parts"))
    });
    let pod = Pod::with(program);
    let load = Load::start();
    let means = starve(pod.pid(), parts.as_ref().map(|[sandbox, _]| sandbox)).expect("it may be starved");
    if means == Means::IdlePolicy {
        // The promise is tested all the same, but without the limit that makes zombies hurt.
        let reason = group.as_ref().expect_err("with a group, that is the means");
        _ = writeln!(
            std::io::stderr(),
            "starved by SCHED_IDLE and without a PID limit: no control group here: {reason}"
        );
    }

    let entrances = parts.iter().flat_map(|[_, container]| container.entrances()).collect::<Vec<_>>();
    let enter = move || entrances.iter().try_for_each(|entrance| fs::write(entrance, "0"));
    let mut storm = pod.join_after(piped(&["one-by-one", ORPHANS]), enter);
    let mut most = 0;
    let start = Instant::now();
    while storm.status().is_none() {
        most = most.max(zombies(&pod).len());
        assert!(start.elapsed() < 5 * PATIENCE, "the storm does not end");
    }
    let said = end(storm);
    most = most.max(zombies(&pod).len());
    drop(load);
    drop(pod);
    (said, most)
}

#[test]
fn a_starved_sandbox_leaves_no_zombie_and_no_fork_fails() {
    if EmulatorLimit::KernelReaps.applies() {
        return;
    }
    assert_eq!(storm_in_famine(pause()), ("failed forks: 0\n".into(), 0));

    let (said, most) = storm_in_famine(never_reaps());
    assert!(most > 50, "the control has left {most} zombies only, and said: {said}");
}
