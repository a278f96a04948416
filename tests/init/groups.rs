//! The process group of the program, and which processes of it receive a forwarded signal.

use crate::run::{SignalLog, command, probe_child, run_probe, sorted, text};
use libc::{SIGCONT, SIGHUP, SIGUSR1};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use testkit::Pod;
use testkit::platform::EmulatorLimit;
use testkit::recorded_calls::in_order;
use testkit::refused_call::{Call, apply, refuse, refuse_some};

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

/// So it exists before either of them goes on.
#[test]
fn init_and_its_child_both_make_the_process_group() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let (install, calls) = in_order(&[libc::SYS_setpgid]).expect("a pair of sockets");
    let pod = Pod::start_after(command(&["/bin/true"]), move || install.install());
    let init = pod.pid().as_raw() as u32;
    assert_eq!(pod.wait().status.code(), Some(0));
    let calls = calls.finish().expect("the kernel reports calls");
    let mut named: Vec<_> = calls.iter().map(|call| (call.pid == init, call.arguments[0])).collect();
    named.sort();
    assert_eq!(named, [(false, 0), (true, 2)]);
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

/// With `-g`, the program gets the signal even if it has left its group, and if `init` cannot ask for its group.
#[test]
fn a_signal_reaches_a_program_that_has_left_its_group() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for (leaves_member, refused) in [(false, &[][..]), (true, &[]), (false, &[libc::SYS_getpgid])] {
        let member = if leaves_member { "sleep 1000 &" } else { "" };
        let script = format!("{member} exec {} leaves 1", probe_child());
        let filter = refuse(refused, Errno::EPERM);
        let mut pod = Pod::start_after(command(&["-g", "sh", "-c", &script]), move || apply(&filter));
        let mut log = SignalLog::of(pod.init());
        pod.signal(Signal::SIGUSR1);
        assert_eq!(log.next(), Some(SIGUSR1), "a member is left: {leaves_member}, without {refused:?}");
    }
}

/// With `-g`, the signal may have reached only other members of the group, so `init` asks whether it may signal the program. The
/// kernel permits SIGCONT within a session.
#[test]
fn a_program_that_init_may_not_signal_is_reported_except_for_sigcont() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for (signal, message) in [(SIGCONT, ""), (SIGUSR1, "init: cannot forward a signal: errno 1\n")] {
        let filter = refuse_some(&[Call::with(libc::SYS_kill, 1, u32::MAX, 0)], Errno::EPERM);
        let init = command(&["-g", "--", probe_child(), "signals", &signal.to_string()]);
        let mut pod = Pod::start_after(init, move || apply(&filter));
        let mut log = SignalLog::of(pod.init());
        pod.init().signal(signal); // which ends the program
        assert_eq!(log.next(), Some(signal));
        assert_eq!(text(&pod.wait().stderr), message, "signal {signal}");
    }
}
