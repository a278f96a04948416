//! After a signal: when `init` rests, and that neither SIGCHLD nor the timer waits behind other signals.

use super::{Answer, Answered, BUSY, GLANCE, IDLE, POLL, REST, TIMER};
use crate::run::{SignalLog, end_program_beside, kill_in, probe_child, without_poll};
use nix::sys::signal::Signal;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::deadline::timeout;
use testkit::platform::{EmulatorLimit, kernel_remembers_status};
use testkit::process_table::{rows, zombies};
use testkit::refused_call::apply;
use testkit::until;

#[test]
fn it_rests_only_after_the_end_of_a_child() {
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
        (&["-w"], libc::CLD_EXITED, IDLE), // init reaps by itself
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

/// Otherwise it could miss a status that the kernel records late. The program is not harmed.
#[test]
fn it_looks_for_the_status_again_and_again_where_poll_is_refused() {
    if !kernel_remembers_status() {
        return;
    }
    for (options, expected) in [(&[][..], POLL), (&["-w"], IDLE)] {
        let filter = without_poll();
        let program = ["--", "sleep", "1000"];
        let init = Answered::start_after(&[options, &program].concat(), move || apply(&filter));
        assert_eq!(init.next(), Some(expected), "{options:?}");
        for _ in 0..3 {
            if expected == POLL {
                init.answer(Answer::TimeOver);
                assert_eq!(init.next(), Some(POLL));
            }
        }
        assert_eq!(rows(&init.pod).iter().filter(|row| row.state != 'Z').count(), 2, "{options:?}");
    }
}

#[test]
fn after_any_other_signal_it_waits_as_before() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for signal in [libc::SIGHUP, libc::SIGUSR1, libc::SIGCONT, libc::SIGWINCH, 64] {
        let program = ["--", "sh", "-c", "trap '' HUP USR1; echo 0; while :; do :; done"];
        let mut init = Answered::start(&[&["-r", "64:0"], &program[..]].concat());
        assert_eq!(init.next(), Some(IDLE));
        _ = SignalLog::of(init.pod.init());
        init.answer(Answer::Signal(signal, libc::CLD_EXITED)); // of SIGCHLD alone, this would tell of an end
        assert_eq!(init.next(), Some(IDLE), "signal {signal}");
    }
}

/// While it reaps one child after another, SIGCHLD would come before every signal with a higher number.
#[test]
fn after_it_has_reaped_a_child_it_takes_no_sigchld() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let init = Answered::start(&["-w", "--", "sleep", "1000"]);
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

/// SIGCHLD told of the end of one child, and another one has stopped.
#[test]
fn after_a_stop_it_looks_for_more_before_it_rests() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let init = Answered::start(&[&["--"][..], &BUSY].concat());
    assert_eq!(init.next(), Some(IDLE));
    kill_in(&init.pod, "STOP", "2");
    until("the program is stopped", || rows(&init.pod).iter().any(|row| row.state == 'T'));
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
    let script = "trap '' HUP TERM; echo 0; read line; sleep 1000 & exit 5";
    let mut init = Answered::start(&["-t", "1", "--", "sh", "-c", script]);
    assert_eq!(init.next(), Some(IDLE));
    end_program_beside(1, init.pod.init());
    init.answer(Answer::Kernel);
    let begin = Instant::now();
    while let Some(wait) = init.next() {
        assert!(begin.elapsed() < timeout(), "the grace period does not end");
        init.answer(if wait == TIMER { Answer::Kernel } else { Answer::Signal(libc::SIGHUP, libc::SI_USER) });
    }
    assert_eq!(init.pod.wait().status.code(), Some(5));
}

/// The kernel keeps one pending SIGALRM. If another process sent it, that of the timer is lost, and its next one counts.
#[test]
fn a_lost_signal_of_the_timer_comes_again() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let script = "trap '' TERM ALRM; echo 0; read line; sleep 1000 & exit 5";
    let mut init = Answered::start(&["-t", "1", "--", "sh", "-c", script]);
    assert_eq!(init.next(), Some(IDLE));
    end_program_beside(1, init.pod.init());
    let has_ended = |state: Option<char>| if kernel_remembers_status() { state.is_none() } else { state == Some('Z') };
    until("the program has ended", || {
        has_ended(rows(&init.pod).iter().find(|row| row.command == "sh").map(|row| row.state))
    });
    init.answer(Answer::Kernel);
    assert_eq!(init.next(), Some(TIMER));
    init.pod.signal(Signal::SIGALRM);
    sleep(Duration::from_millis(1500)); // the timer sends its first signal
    drop(init.waits);
    assert_eq!(init.pod.wait().status.code(), Some(5));
}

/// The kernel has reaped the program already when `init` takes the signal: so the signal is for the processes that remain.
#[test]
fn a_signal_after_the_end_of_the_program_goes_to_the_processes_that_remain() {
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
