//! Where the kernel can tell how a reaped process has ended, it reaps for `init`: an `init` that cannot run leaves no zombie,
//! and a storm of orphans hardly wakes it up. With `-w` it reaps by itself, which is the control.

mod answers;
mod release;

use crate::run::{command, run_probe};
use nix::sys::signal::Signal;
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};
use testkit::platform::{EmulatorLimit, kernel_remembers_status};
use testkit::pod::send;
use testkit::process_table::{rows, zombies};
use testkit::programs::orphan_maker;
use testkit::usage::{context_switches, is_stopped};
use testkit::{Pod, until};

const ORPHANS: usize = 100;

/// The status that the program of [`start`] exits with.
const STATUS: i32 = 7;

/// Starts `init OPTIONS` with a program that exits with 7 at the end of its standard input.
fn start(options: &[&str]) -> Pod {
    start_after(options, || Ok(()))
}

/// Like [`start`], and calls `last_step` before `init` is executed.
fn start_after(options: &[&str], last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static) -> Pod {
    let mut init = command(&[options, &["--", "sh", "-c", "read line; exit 7"]].concat());
    init.stdin(Stdio::piped());
    let mut pod = Pod::start_after(init, last_step);
    pod.init().until_it_waits();
    until("the program reads", || pod.init().status().is_none() && rows(&pod).len() == 2);
    pod
}

/// Stops `init`.
fn stop(pod: &Pod) {
    pod.signal(Signal::SIGSTOP);
    until("init is stopped", || is_stopped(pod.pid()));
}

/// Starts it, and stops `init`.
fn start_and_stop(options: &[&str]) -> Pod {
    let pod = start(options);
    stop(&pod);
    pod
}

/// Lets orphans end, one by one.
fn make_orphans(pod: &Pod, count: usize) {
    assert!(pod.join(orphan_maker(&["one-by-one", &count.to_string()])).wait().status.success());
}

/// Lets orphans end while `init` is stopped, and returns how many of them are zombies then.
fn zombies_while_stopped(options: &[&str]) -> usize {
    let pod = start_and_stop(options);
    make_orphans(&pod, ORPHANS);
    let left = zombies(&pod).len();
    pod.signal(Signal::SIGCONT);
    until("no zombie is left", || zombies(&pod).is_empty());
    assert_eq!(pod.wait().status.code(), Some(STATUS), "{options:?}");
    left
}

/// Lets the program end while `init` is stopped, and returns the status that `init` exits with.
fn status_of_a_program_that_ends_while_init_is_stopped(options: &[&str]) -> Option<i32> {
    let mut pod = start_and_stop(options);
    drop(pod.init().streams().stdin.take());
    until("the program has ended", || rows(&pod).iter().all(|row| row.command != "sh" || row.state == 'Z'));
    make_orphans(&pod, ORPHANS);
    pod.signal(Signal::SIGCONT);
    pod.wait().status.code()
}

#[test]
fn a_stopped_init_leaves_no_zombie() {
    assert_eq!(zombies_while_stopped(&["-w"]), ORPHANS, "the control");
    if kernel_remembers_status() {
        assert_eq!(zombies_while_stopped(&[]), 0);
    }
}

#[test]
fn the_status_of_a_program_that_ends_while_init_is_stopped_is_not_lost() {
    for options in [&[][..], &["-w"], &["-t", "5"]] {
        assert_eq!(status_of_a_program_that_ends_while_init_is_stopped(options), Some(STATUS), "{options:?}");
    }
}

#[test]
fn init_exits_with_the_same_status_whoever_reaps() {
    for options in [&[][..], &["-w"]] {
        for (probe, expected) in
            [(["status", "0"], 0), (["status", "255"], 255), (["die", "11"], 139), (["die", "9"], 137)]
        {
            assert_eq!(run_probe(options, &probe).status.code(), Some(expected), "{options:?} {probe:?}");
        }
    }
}

/// `init` asks for the status before it handles a signal. A program that the kernel reaps meanwhile has neither a status
/// nor a process ID, and the question fails.
#[test]
fn the_status_of_a_program_that_ends_while_init_handles_signals_is_not_lost() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    const SIGNALS: usize = 3000;
    let real_time = libc::SIGRTMIN() + 1; // every one is queued
    for round in 0..100 {
        let mut pod = start_and_stop(&["-r", &format!("{real_time}:0")]);
        let pid = pod.init().pid();
        for _ in 0..SIGNALS {
            send(pid, real_time).expect("process 1 is alive");
        }
        pod.signal(Signal::SIGCONT);
        drop(pod.init().streams().stdin.take());
        let output = pod.wait();
        assert_eq!(output.status.code(), Some(STATUS), "round {round}: {output:?}");
    }
}

#[test]
fn a_storm_of_orphans_hardly_wakes_it_up() {
    if !kernel_remembers_status() {
        return;
    }
    // On a busy machine the orphans may be so few that the loop needs no more wake-ups than a rest allows: try again.
    until("the control is woken up more often", || {
        let [rested, by_itself] = [&[][..], &["-w"]].map(|options| {
            let mut pod = start(options);
            let pid = pod.init().pid();
            let (before, begin) = (context_switches(pid).expect("it is alive"), Instant::now());
            make_orphans(&pod, 1000);
            (context_switches(pid).expect("it is alive") - before, begin.elapsed())
        });
        // It sleeps at most twice in each rest of 20 ms: until the rest is over, and until the next orphan ends.
        let most = 2 * (rested.1.as_micros() / Duration::from_millis(20).as_micros()) as u64 + 20;
        assert!(rested.0 <= most, "{} wake-ups in {:?}", rested.0, rested.1);
        by_itself.0 > 3 * rested.0
    });
}
