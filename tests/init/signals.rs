//! `init` forwards signals to the program.

use crate::run::{SignalLog, command, probe_child, run, start_probe, text};
use nix::sys::signal::Signal;
use std::path::PathBuf;
use std::process::Command;
use testkit::container::{container, finish};
use testkit::platform::EmulatorLimit;
use testkit::pod::waits_for_signals;
use testkit::process_table::zombies;
use testkit::recorded_calls::first_call;
use testkit::shim::ignore;
use testkit::{Pod, PodProcess, until, usage};

/// No process can catch the first two. The last one tells `init` itself that a child has changed state.
const NOT_FORWARDED: [i32; 3] = [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD];

/// An emulator does not pass these on.
const FAULTS: [i32; 7] =
    [libc::SIGILL, libc::SIGTRAP, libc::SIGABRT, libc::SIGBUS, libc::SIGFPE, libc::SIGSEGV, libc::SIGSYS];

#[test]
fn every_signal_except_sigchld_reaches_the_program() {
    let is_limited = EmulatorLimit::OwnSignals.applies();
    let is_kept = |signal: i32| is_limited && (signal >= 32 || FAULTS.contains(&signal));
    let (mut pod, mut log) = start_probe(&[]);
    pod.init().signal(libc::SIGCHLD); // if it were forwarded, it would be in the log
    // If one of the signals stopped init, it could not forward the next one.
    for signal in (1..=64).filter(|signal| !NOT_FORWARDED.contains(signal) && !is_kept(*signal)) {
        pod.init().signal(signal);
        assert_eq!(log.next(), Some(signal));
    }
}

#[test]
fn a_signal_from_the_program_is_forwarded_to_it() {
    assert_eq!(run(&["sh", "-c", "kill -USR2 1; sleep 1000"]).status.code(), Some(128 + libc::SIGUSR2));
}

#[test]
fn a_signal_that_arrives_before_the_program_starts_is_not_lost() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for _ in 0..50 {
        let pod = Pod::start(command(&["--", probe_child(), "signals", "15"]));
        until("init has blocked its signals", || {
            // While rt_sigtimedwait waits, the kernel shows the signals that it waits for as not blocked.
            usage::status(pod.pid()).sigblk != 0 || waits_for_signals(&PathBuf::from(format!("/proc/{}", pod.pid())))
        });
        pod.signal(Signal::SIGTERM);
        // The program exits with 0 when it waits for the signal, and is ended by it before that.
        let status = pod.wait().status.code();
        assert!([Some(0), Some(128 + 15)].contains(&status), "{status:?}: SIGTERM ends the program");
    }
}

#[test]
fn its_first_system_call_blocks_the_signals() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_eq!(first_call(command(&["true"])), (libc::SYS_rt_sigprocmask, libc::SIG_SETMASK as u64));
}

#[test]
fn r_rewrites_signals() {
    let options = "-r 15:3 -rSIGHUP:USR1 -r INT:TERM -r USR2:INT -r USR2:0 -r64:63 -rURG:URG";
    let (mut pod, mut log) = start_probe(&options.split(' ').collect::<Vec<_>>());
    let mut send = |signal| pod.init().signal(signal);
    for (sent, received) in [
        (libc::SIGTERM, libc::SIGQUIT),
        (libc::SIGHUP, libc::SIGUSR1),
        (libc::SIGINT, libc::SIGTERM),
        (libc::SIGQUIT, libc::SIGQUIT),
        (libc::SIGUSR1, libc::SIGUSR1),
        (libc::SIGURG, libc::SIGURG),
    ] {
        send(sent);
        assert_eq!(log.next(), Some(received), "for signal {sent}");
    }
    send(libc::SIGUSR2); // rewritten to 0: not forwarded
    send(libc::SIGWINCH);
    assert_eq!(log.next(), Some(libc::SIGWINCH));
    if !EmulatorLimit::OwnSignals.applies() {
        send(64);
        assert_eq!(log.next(), Some(63));
    }
}

#[test]
fn r_does_not_rewrite_the_sigchld_of_an_orphan() {
    let output = run(&["-r", "CHLD:TERM", "sh", "-c", "(true &); sleep 0.2"]); // init adopts `true`, and reaps it
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
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
fn many_signals_with_a_low_number_do_not_delay_reaping() {
    let mut pod = Pod::start(command(&["sh", "-c", "trap '' HUP; echo 0; exec sleep 1000"]));
    SignalLog::of(pod.init());
    // Another process sends the signals: it is killed when the test ends, also when the test fails.
    let mut sender = Command::new("sh");
    sender.args(["-c", &format!("while :; do kill -HUP {}; done", pod.pid())]);
    let _sender = PodProcess::outside(sender);
    assert_eq!(finish(container(&pod, &["one-by-one", "200"])), "failed forks: 0\n");
    until("init has reaped all orphans", || zombies(&pod).is_empty());
}

#[test]
fn a_storm_of_orphans_does_not_delay_a_signal_with_a_high_number() {
    for options in [&[][..], &["-w"]] {
        let (mut pod, mut log) = start_probe(options);
        let _storms = [(); 3].map(|()| container(&pod, &["endless"]));
        for _ in 0..20 {
            pod.init().signal(libc::SIGWINCH);
            assert_eq!(log.next(), Some(libc::SIGWINCH), "{options:?}");
        }
    }
}
