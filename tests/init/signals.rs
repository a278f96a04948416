//! `init` forwards every signal, and the program starts with the signal mask and the ignored signals of `init`.

use crate::run::{SignalLog, command, facts, probe_child, run, start_probe, text};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use std::path::PathBuf;
use std::process::Command;
use testkit::container::{container, finish};
use testkit::platform::EmulatorLimit;
use testkit::pod::waits_for_signals;
use testkit::process_table::zombies;
use testkit::shim::ignore;
use testkit::{Pod, PodProcess, until};

/// No process can catch the first two, and the last one is for `init` itself.
const NOT_FORWARDED: [i32; 3] = [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD];

/// An emulator keeps these to itself.
const FAULTS: [i32; 7] =
    [libc::SIGILL, libc::SIGTRAP, libc::SIGABRT, libc::SIGBUS, libc::SIGFPE, libc::SIGSEGV, libc::SIGSYS];

#[test]
fn every_signal_reaches_the_program() {
    let is_limited = EmulatorLimit::OwnSignals.applies();
    let is_kept = |signal: i32| is_limited && (signal >= 32 || FAULTS.contains(&signal));
    let (mut pod, mut log) = start_probe(&[]);
    // If one of the signals stopped init, it could not forward the next one.
    for signal in (1..=64).filter(|signal| !NOT_FORWARDED.contains(signal) && !is_kept(*signal)) {
        pod.init().signal(signal);
        assert_eq!(log.next(), Some(signal));
    }
}

#[test]
fn sigchld_is_not_forwarded() {
    let (mut pod, mut log) = start_probe(&[]);
    pod.init().signal(libc::SIGCHLD);
    pod.signal(Signal::SIGUSR1);
    assert_eq!(log.next(), Some(libc::SIGUSR1), "the first signal that the program receives");
}

#[test]
fn a_signal_from_the_program_is_forwarded_to_it() {
    let script = format!("{} signals 15 & wait_for=$!; kill -USR2 1; kill -TERM 1; wait", probe_child());
    assert_eq!(run(&["sh", "-c", &script]).status.code(), Some(128 + libc::SIGUSR2));
}

#[test]
fn a_signal_that_arrives_before_the_program_starts_is_not_lost() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for _ in 0..50 {
        let pod = Pod::start(command(&["--", probe_child(), "signals", "15"]));
        until("init has blocked its signals", || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", pod.pid())).unwrap_or_default();
            let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:\t"));
            // While rt_sigtimedwait waits, the kernel shows the signals that it waits for as not blocked.
            let folder = PathBuf::from(format!("/proc/{}", pod.pid()));
            blocked.is_some_and(|blocked| blocked != "0000000000000000") || waits_for_signals(&folder)
        });
        pod.signal(Signal::SIGTERM);
        let status = pod.wait().status.code();
        assert!([Some(0), Some(128 + 15)].contains(&status), "{status:?}: SIGTERM ends the program");
    }
}

#[test]
fn r_rewrites_signals() {
    let (mut pod, mut log) = start_probe(&["-r", "15:3", "-rSIGHUP:USR1", "-r", "INT:TERM", "-r", "USR2:0", "-r64:63"]);
    let mut send = |signal| pod.init().signal(signal);
    for (sent, received) in [
        (libc::SIGTERM, libc::SIGQUIT),
        (libc::SIGHUP, libc::SIGUSR1),
        (libc::SIGINT, libc::SIGTERM),
        (libc::SIGQUIT, libc::SIGQUIT),
        (libc::SIGUSR1, libc::SIGUSR1),
    ] {
        send(sent);
        assert_eq!(log.next(), Some(received), "for signal {sent}");
    }
    send(libc::SIGUSR2); // is not forwarded
    send(libc::SIGWINCH);
    assert_eq!(log.next(), Some(libc::SIGWINCH));
    if !EmulatorLimit::OwnSignals.applies() {
        send(64);
        assert_eq!(log.next(), Some(63));
    }
}

#[test]
fn r_does_not_rewrite_the_sigchld_of_a_child() {
    let script = format!("{} signals 15 & sleep 0.1; true; kill -TERM $!; wait", probe_child());
    let output = run(&["-r", "CHLD:TERM", "sh", "-c", &script]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn the_program_starts_with_the_signal_mask_and_ignored_signals_of_init() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    let masks_after = |blocked: &'static [Signal], ignored: &'static [Signal]| {
        let pod = Pod::start_after(command(&["--", probe_child(), "facts"]), move || {
            sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::from_iter(blocked.iter().copied())), None)?;
            ignore(ignored)
        });
        let output = pod.wait();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let facts = facts(&output.stdout);
        (facts["blocked"].to_owned(), facts["ignored"].to_owned())
    };
    use Signal::*;
    let mask = |signals: &[Signal]| {
        let bits = signals.iter().fold(0, |mask, signal| mask | 1_u64 << (*signal as i32 - 1));
        format!("{bits:x}")
    };
    // The probe child ignores SIGPIPE itself, as every Rust program does.
    assert_eq!(masks_after(&[], &[]), (mask(&[]), mask(&[SIGPIPE])));
    assert_eq!(
        masks_after(&[SIGTTIN, SIGILL, SIGTERM], &[SIGTTOU, SIGSEGV, SIGINT]),
        (mask(&[SIGTTIN, SIGILL, SIGTERM]), mask(&[SIGTTOU, SIGSEGV, SIGINT, SIGPIPE]))
    );
    assert_eq!(masks_after(&[], &[SIGCHLD]), (mask(&[]), mask(&[SIGCHLD, SIGPIPE])));
}

#[test]
fn started_with_sigchld_ignored_init_still_gets_the_status() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    let pod = Pod::start_after(command(&["--", probe_child(), "status", "9"]), || ignore(&[Signal::SIGCHLD]));
    assert_eq!(pod.wait().status.code(), Some(9));
}

#[test]
fn a_storm_of_low_signals_does_not_delay_reaping() {
    let mut pod = Pod::start(command(&["sh", "-c", "trap '' HUP; echo 0; exec sleep 1000"]));
    SignalLog::of(pod.init());
    // A process of its own sends the signals: it is killed when the test ends, also when the test fails.
    let mut storm = Command::new("sh");
    storm.args(["-c", &format!("while :; do kill -HUP {}; done", pod.pid())]);
    let storm = PodProcess::outside(storm);
    let orphans = container(&pod, &["one-by-one", "200"]);
    assert_eq!(finish(orphans), "failed forks: 0\n");
    until("init has reaped all orphans", || zombies(&pod).is_empty());
    drop(storm);
}

#[test]
fn a_storm_of_orphans_does_not_delay_high_signals() {
    let (mut pod, mut log) = start_probe(&[]);
    let storms = [(); 3].map(|()| container(&pod, &["endless"]));
    for _ in 0..20 {
        pod.init().signal(libc::SIGWINCH);
        assert_eq!(log.next(), Some(libc::SIGWINCH));
    }
    drop(storms);
}
