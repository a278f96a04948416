//! After a signal: when `init` rests, and that neither SIGCHLD nor the timer waits behind other signals.

use super::{Answer, Answered, BUSY, GLANCE, IDLE, POLL, REST, TIMER};
use crate::run::{SYS_PPOLL_TIME64, SignalLog, probe_child};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::timeout;
use testkit::platform::{EmulatorLimit, kernel_remembers_status};
use testkit::process_table::{rows, zombies};
use testkit::refused_call::{apply, refuse};
use testkit::until;

#[test]
fn it_rests_after_the_end_of_a_child_alone() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let rest = if kernel_remembers_status() { REST } else { IDLE };
    for (options, code, expected) in [
        (&[][..], libc::CLD_EXITED, rest),
        (&[], libc::CLD_KILLED, rest),
        (&[], libc::CLD_DUMPED, rest),
        (&[], libc::CLD_STOPPED, IDLE),
        (&[], libc::CLD_CONTINUED, IDLE),
        (&["-w"], libc::CLD_EXITED, IDLE), // it reaps by itself
    ] {
        let init = Answered::start(&[options, &["--"], &BUSY].concat());
        assert_eq!(init.next(), Some(IDLE));
        init.answer(Answer::Signal(libc::SIGCHLD, code));
        assert_eq!(init.next(), Some(expected), "{options:?} {code}");
        if expected == REST {
            init.answer(Answer::TimeOver);
            assert_eq!(init.next(), Some(IDLE), "after a rest");
        }
    }
}

/// Otherwise it could miss a status that the kernel tells late.
#[test]
fn it_looks_for_the_status_again_and_again_where_poll_is_refused() {
    if !kernel_remembers_status() {
        return;
    }
    for (options, expected) in [(&[][..], POLL), (&["-w"], IDLE)] {
        let filter = refuse(&[libc::SYS_ppoll, SYS_PPOLL_TIME64], Errno::EPERM);
        let init = Answered::start_after(&[options, &["--"], &BUSY].concat(), move || apply(&filter));
        assert_eq!(init.next(), Some(expected), "{options:?}");
    }
}

#[test]
fn after_each_other_signal_it_waits_as_before() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for signal in [libc::SIGHUP, libc::SIGUSR1, libc::SIGCONT, libc::SIGWINCH, 64] {
        let program = ["--", "sh", "-c", "trap '' HUP USR1; while :; do :; done"];
        let init = Answered::start(&[&["-r", "64:0"], &program[..]].concat());
        assert_eq!(init.next(), Some(IDLE));
        init.answer(Answer::Signal(signal, 1));
        assert_eq!(init.next(), Some(IDLE), "signal {signal}");
    }
}

/// While it reaps one child after the other, SIGCHLD would come before each signal with a higher number.
#[test]
fn after_it_has_reaped_a_child_it_takes_no_sigchld() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let init = Answered::start(&[&["-w", "--"], &BUSY[..]].concat());
    assert_eq!(init.next(), Some(IDLE));
    let mut shell = Command::new("sh");
    shell.args(["-c", "true & exit 0"]);
    assert!(init.pod.join(shell).wait().status.success());
    until("the orphan has ended", || zombies(&init.pod).len() == 1);
    init.answer(Answer::Signal(libc::SIGCHLD, libc::CLD_EXITED));
    assert_eq!(init.next(), Some(GLANCE));
    init.answer(Answer::TimeOver);
    assert_eq!(init.next(), Some(IDLE));
}

/// The kernel hands over the signal with the smallest number first. So the SIGALRM of the timer could wait for ever behind
/// SIGHUP.
#[test]
fn signals_that_keep_coming_do_not_delay_the_timer() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let script = "trap '' HUP TERM; echo 0; sleep 1000 & exit 5";
    let mut init = Answered::start(&["-t", "1", "--", "sh", "-c", script]);
    assert_eq!(init.next(), Some(IDLE));
    _ = SignalLog::of(init.pod.init());
    init.answer(Answer::True);
    let begin = Instant::now();
    while let Some(wait) = init.next() {
        assert!(begin.elapsed() < timeout(), "the grace period has ended");
        init.answer(if wait == TIMER { Answer::True } else { Answer::Signal(libc::SIGHUP, libc::SI_USER) });
    }
    assert_eq!(init.pod.wait().status.code(), Some(5));
}

/// The kernel keeps one SIGALRM. If another process has sent it, that of the timer is lost, and the next one counts.
#[test]
fn a_timer_that_is_lost_comes_again() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let script = "trap '' TERM ALRM; echo 0; sleep 1000 & exit 5";
    let mut init = Answered::start(&["-t", "1", "--", "sh", "-c", script]);
    assert_eq!(init.next(), Some(IDLE));
    _ = SignalLog::of(init.pod.init());
    until("the program has ended", || !rows(&init.pod).iter().any(|row| row.command == "sh" && row.state != 'Z'));
    init.answer(Answer::True);
    assert_eq!(init.next(), Some(TIMER));
    init.pod.signal(Signal::SIGALRM);
    sleep(Duration::from_millis(1500)); // the timer sends its first signal
    drop(init.waits);
    assert_eq!(init.pod.wait().status.code(), Some(5));
}

/// The kernel has reaped the program already when `init` takes the signal: it is for those that remain.
#[test]
fn a_signal_after_the_end_of_the_program_is_not_sent_to_the_program() {
    if !kernel_remembers_status() {
        return;
    }
    let script = r#""$0" signals & read line"#;
    let mut init = Answered::start(&["-t", "1000", "--", "sh", "-c", script, probe_child()]);
    assert_eq!(init.next(), Some(IDLE));
    let mut log = SignalLog::of(init.pod.init());
    drop(init.pod.init().streams().stdin.take());
    until("the program has been reaped", || rows(&init.pod).len() == 2);
    init.answer(Answer::Signal(libc::SIGUSR2, libc::SI_QUEUE));
    drop(init.waits);
    assert!(log.any(|number| number == libc::SIGUSR2));
}
