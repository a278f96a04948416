//! The process group of the program, and which processes of it receive a forwarded signal.

use crate::run::{SignalLog, command, probe_child, run_probe, sorted, text};
use libc::{SIGHUP, SIGUSR1};
use nix::sys::signal::Signal;
use testkit::Pod;

#[test]
fn the_program_leads_a_process_group_unless_c_shares_that_of_init() {
    for (options, leads, shares) in [(&[][..], "true", "false"), (&["-c"], "false", "true")] {
        let output = run_probe(options, &["facts"]);
        let facts = text(&output.stdout);
        for (name, value) in [("parent", "1"), ("leads", leads), ("shares", shares), ("session", "true")] {
            assert!(facts.contains(&format!("{name} {value}\n")), "{options:?}: {name} {value} is not in\n{facts}");
        }
    }
}

/// Starts two probe children, the program and its child. Sends `init` SIGUSR1, which must reach `reached` of them, and
/// then SIGHUP. Returns the signals that both received.
#[track_caller]
fn received(reached: usize, options: &[&str], variable: Option<&str>) -> Vec<i32> {
    let script = format!("{0} signals 1 & exec {0} signals 1", probe_child());
    let mut command = command(&[options, &["sh", "-c", &script]].concat());
    command.envs(variable.map(|variable| (variable, "")));
    let mut pod = Pod::start(command);
    let mut log = SignalLog::of(pod.init());
    assert_eq!(log.next(), Some(0), "the second probe child begins");
    pod.signal(Signal::SIGUSR1);
    // Waits until SIGUSR1 is received: of two pending signals, the kernel would deliver SIGHUP first.
    let first: Vec<i32> = log.by_ref().take(reached).collect();
    pod.signal(Signal::SIGHUP); // ends the program, and so the pod
    sorted(first.into_iter().chain(log))
}

#[test]
fn a_signal_reaches_the_whole_process_group_only_with_g() {
    for options in [&[][..], &["-c"], &["-c", "-g"]] {
        // With `-c -g` the group is that of init.
        assert_eq!(received(1, options, None), [SIGHUP, SIGUSR1], "{options:?}");
    }
    for (options, variable) in [(&["-g"][..], None), (&[], Some("TINI_KILL_PROCESS_GROUP"))] {
        let received = received(2, options, variable);
        let count = |signal| received.iter().filter(|received| **received == signal).count();
        assert_eq!(count(SIGUSR1), 2, "{received:?}");
        assert!(count(SIGHUP) >= 1, "{received:?}");
    }
}
