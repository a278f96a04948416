//! Every signal that can be forwarded is, and the program begins with what `init` was given.

use crate::run::{Told, piped, probe_child, probed, text};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use testkit::container::{container, end};
use testkit::platform::EmulatorLimit;
use testkit::pod::waits_for_signals;
use testkit::process_table::{rows, zombies};
use testkit::shim::ignore;
use testkit::{Pod, PodProcess, until};

/// Those that nobody can catch, and the one that is about our children.
const OURS: [i32; 3] = [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD];

/// The signals that can reach process 1, without those.
fn signals() -> Vec<i32> {
    let is_limited = EmulatorLimit::OwnSignals.applies();
    let is_the_emulators = |signal: i32| is_limited && (signal >= 32 || FAULTS.contains(&signal));
    (1..=64).filter(|signal| !OURS.contains(signal) && !is_the_emulators(*signal)).collect()
}

/// An emulator keeps these to itself.
const FAULTS: [i32; 7] =
    [libc::SIGILL, libc::SIGTRAP, libc::SIGABRT, libc::SIGBUS, libc::SIGFPE, libc::SIGSEGV, libc::SIGSYS];

/// A pod in which a witness tells of its signals, and what it tells.
fn listening(options: &[&str]) -> (Pod, Told) {
    let mut pod = Pod::start(piped(&[options, &["--", probe_child(), "signals"]].concat()));
    let told = Told::by(pod.init());
    (pod, told)
}

#[test]
fn every_signal_reaches_the_program() {
    let (mut pod, mut told) = listening(&[]);
    for signal in signals() {
        pod.init().signal(signal);
        assert_eq!(told.next(), Some(signal));
    }
}

#[test]
fn a_signal_of_our_own_reaches_nobody() {
    let (mut pod, mut told) = listening(&[]);
    pod.init().signal(libc::SIGCHLD);
    pod.signal(Signal::SIGUSR1);
    assert_eq!(told.next(), Some(libc::SIGUSR1), "it is the first to arrive");
}

#[test]
fn signals_come_from_inside_too() {
    let script = format!("{} signals 15 & wait_for=$!; kill -USR2 1; kill -TERM 1; wait", probe_child());
    // The shell is the program: it dies of the signal that init forwards, which its parent, init, was sent by itself.
    let output = crate::run::outcome(&["sh", "-c", &script]);
    assert_eq!(output.status.code(), Some(128 + libc::SIGUSR2));
}

#[test]
fn a_signal_in_the_first_moment_is_not_lost() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for _ in 0..50 {
        let pod = Pod::start(piped(&["--", probe_child(), "signals", "15"]));
        until("init has set itself up", || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", pod.pid())).unwrap_or_default();
            let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:\t"));
            // While it waits, the kernel shows what it waits for as not blocked.
            let folder = PathBuf::from(format!("/proc/{}", pod.pid()));
            blocked.is_some_and(|blocked| blocked != "0000000000000000") || waits_for_signals(&folder)
        });
        pod.signal(Signal::SIGTERM);
        let status = pod.wait().status.code();
        assert!([Some(0), Some(128 + 15)].contains(&status), "{status:?}: it was lost");
    }
}

#[test]
fn signals_are_rewritten() {
    let (mut pod, mut told) = listening(&["-r", "15:3", "-rSIGHUP:USR1", "-r", "INT:TERM", "-r", "USR2:0", "-r64:63"]);
    let mut send = |signal| pod.init().signal(signal);
    for (sent, received) in [
        (libc::SIGTERM, libc::SIGQUIT),
        (libc::SIGHUP, libc::SIGUSR1),
        (libc::SIGINT, libc::SIGTERM),
        (libc::SIGQUIT, libc::SIGQUIT),
        (libc::SIGUSR1, libc::SIGUSR1),
    ] {
        send(sent);
        assert_eq!(told.next(), Some(received), "for signal {sent}");
    }
    send(libc::SIGUSR2); // is not forwarded
    send(libc::SIGWINCH);
    assert_eq!(told.next(), Some(libc::SIGWINCH));
    if !EmulatorLimit::OwnSignals.applies() {
        send(64);
        assert_eq!(told.next(), Some(63));
    }
}

#[test]
fn the_end_of_a_child_is_never_rewritten() {
    let script = format!("{} signals 15 & sleep 0.1; true; kill -TERM $!; wait", probe_child());
    let output = crate::run::outcome(&["-r", "CHLD:TERM", "sh", "-c", &script]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn background_signals_never_stop_it() {
    let (mut pod, mut told) = listening(&[]);
    for signal in [Signal::SIGTTIN, Signal::SIGTTOU, Signal::SIGTSTP] {
        pod.signal(signal);
        assert_eq!(told.next(), Some(signal as i32));
        assert_ne!(rows(&pod)[0].state, 'T', "{signal}");
    }
    assert!(pod.init().status().is_none());
}

/// The facts that a witness tells.
pub fn facts(stdout: &[u8]) -> HashMap<String, String> {
    text(stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, fact)| (name.into(), fact.into()))
        .collect()
}

#[test]
fn the_program_begins_with_what_was_given_to_init() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    let facts_after = |blocked: &'static [Signal], ignored: &'static [Signal]| {
        let pod = Pod::start_after(piped(&["--", probe_child(), "facts"]), move || {
            sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::from_iter(blocked.iter().copied())), None)?;
            ignore(ignored)
        });
        let output = pod.wait();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let facts = facts(&output.stdout);
        (facts["blocked"].clone(), facts["ignored"].clone())
    };
    // The witness ignores SIGPIPE itself, as every Rust program does.
    const PIPE: u64 = 1 << (libc::SIGPIPE - 1);
    let set = |signals: &[i32]| signals.iter().fold(0, |set, signal| set | 1_u64 << (signal - 1));
    assert_eq!(facts_after(&[], &[]), ("0".into(), format!("{PIPE:x}")));

    use Signal::*;
    let blocked = set(&[libc::SIGTTIN, libc::SIGILL, libc::SIGTERM]);
    let ignored = set(&[libc::SIGTTOU, libc::SIGSEGV, libc::SIGINT]) | PIPE;
    assert_eq!(
        facts_after(&[SIGTTIN, SIGILL, SIGTERM], &[SIGTTOU, SIGSEGV, SIGINT]),
        (format!("{blocked:x}"), format!("{ignored:x}"))
    );
    let ignored = set(&[libc::SIGCHLD]) | PIPE;
    assert_eq!(facts_after(&[], &[SIGCHLD]), ("0".into(), format!("{ignored:x}")));
}

#[test]
fn a_parent_who_ignored_its_children_does_not_cost_us_the_status() {
    if EmulatorLimit::OwnSignals.applies() {
        return;
    }
    let pod = Pod::start_after(piped(&["--", probe_child(), "status", "9"]), || ignore(&[Signal::SIGCHLD]));
    assert_eq!(pod.wait().status.code(), Some(9));
}

#[test]
fn its_only_child_is_the_program() {
    let output = probed(&[], &["facts"]);
    assert_eq!(facts(&output.stdout)["parent"], "1");
}

#[test]
fn a_storm_of_small_signals_does_not_keep_it_from_reaping() {
    let mut pod = Pod::start(piped(&["sh", "-c", "trap '' HUP; echo 0; exec sleep 1000"]));
    Told::by(pod.init());
    // A storm in a process of its own, which ends with the test however that ends.
    let mut storm = Command::new("sh");
    storm.args(["-c", &format!("while :; do kill -HUP {}; done", pod.pid())]);
    let storm = PodProcess::outside(storm);
    let orphans = container(&pod, &["one-by-one", "200"]);
    assert_eq!(end(orphans), "failed forks: 0\n");
    until("all of them are reaped", || zombies(&pod).is_empty());
    drop(storm);
}

#[test]
fn a_storm_of_orphans_does_not_keep_great_signals_waiting() {
    let (mut pod, mut told) = listening(&[]);
    let storms = [(); 3].map(|()| container(&pod, &["endless"]));
    for _ in 0..20 {
        pod.init().signal(libc::SIGWINCH);
        assert_eq!(told.next(), Some(libc::SIGWINCH));
    }
    drop(storms);
}
