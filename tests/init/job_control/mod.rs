//! Job control: a stop of the program has the effect that it would have without `init`.

mod background;
mod case;
mod run;
mod table;

use crate::run::{command, kill_in};
use case::ALONE;
use run::{both_stopped, check_all, command_line, running, type_a_line};
use std::thread::sleep;
use std::time::Duration;
use testkit::job::step::CATCHES;
use testkit::job::{Job, JobState, Place, State};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::usage::context_switches;
use testkit::{Pod, until};

/// Much longer than `init` waits for the program to stop after it has forwarded SIGTSTP.
const LATE: Duration = Duration::from_secs(1);

#[test]
fn without_a_shell_above_a_key_stops_no_process() {
    check_all(table::NO_SHELL_ABOVE);
}

#[test]
fn a_shell_above_sees_every_stop_and_continues_both_processes() {
    check_all(table::SHELL_ABOVE);
}

#[test]
fn without_a_terminal_the_program_stays_stopped_until_sigcont() {
    check_all(table::NO_TERMINAL);
}

/// Asserts that Ctrl-Z stops no process: `init` does not take the stop for that of a SIGTSTP which it forwarded before.
#[track_caller]
fn assert_ctrl_z_stops_nothing(mut job: Job, place: Place) {
    job.ctrl_z();
    assert_eq!(job.settle(), running(place), "{place:?}");
    assert_ne!(job.end_by_key(), Some(0), "{place:?}");
}

#[test]
fn init_forgets_a_sigtstp_that_sigcont_follows() {
    for &place in ALONE {
        let job = Job::start(place, &command_line(&[]));
        for _ in 0..50 {
            job.signal_parent(libc::SIGTSTP);
            job.signal_parent(libc::SIGCONT);
        }
        // init takes the lower number first: it may forward SIGCONT before SIGTSTP, and the program may be stopped now.
        job.settle();
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), running(place), "{place:?}");
        assert_ctrl_z_stops_nothing(job, place);
    }
}

#[test]
fn init_forgets_a_sigtstp_that_the_program_takes_by_sigwait() {
    for &place in ALONE {
        let mut job = Job::start(place, &command_line(&[]));
        job.send("take SIGTSTP by sigwait");
        job.settle();
        job.signal_parent(libc::SIGTSTP);
        until("the program has taken the signal", || job.answers("take SIGTSTP by sigwait") == 1);
        sleep(LATE);
        assert_ctrl_z_stops_nothing(job, place);
    }
}

#[test]
fn init_forgets_a_sigtstp_that_a_nested_init_forwards() {
    let mut job = Job::start(Place::Process1, &[command_line(&[]), command_line(&[])].concat());
    job.send_and_wait("ignored");
    job.signal_process_1(libc::SIGTSTP);
    sleep(LATE);
    job.send_and_wait("default");
    job.ctrl_z();
    assert_eq!(job.settle().program, State::Runs);
    assert_eq!(job.end_by_key(), Some(128 + libc::SIGINT));
}

/// SIGTSTP stays pending in a stopped program, and SIGCONT discards it: `init` expects no stop.
#[test]
fn init_sleeps_while_a_stopped_program_has_sigtstp_pending() {
    if EmulatorLimit::OwnProcess.applies() {
        return; // the emulator wakes up on its own
    }
    let mut pod = Pod::start(command(&["sleep", "600"]));
    until("the program runs", || rows(&pod).iter().any(|row| row.command == "sleep"));
    kill_in(&pod, "STOP", "2");
    until("the program is stopped", || rows(&pod).iter().any(|row| row.command == "sleep" && row.state == 'T'));
    pod.init().signal(libc::SIGTSTP);
    sleep(LATE);
    let wakeups = || context_switches(pod.pid()).expect("init is alive");
    let before = wakeups();
    sleep(LATE);
    assert_eq!(wakeups(), before);
}

/// `init` stops itself, and takes a SIGCONT, SIGTTIN or SIGTTOU for the proof that it was stopped.
#[test]
fn signals_from_before_are_no_proof_that_init_was_stopped() {
    if EmulatorLimit::OwnProcess.applies() {
        return; // the emulator has threads of its own
    }
    let mut job = Job::start(Place::SessionLeader, &command_line(&[]));
    job.settle();
    job.hold_member(|job| {
        job.signal_parent(libc::SIGTTIN);
        job.signal_parent(libc::SIGTTOU);
        job.signal_program(libc::SIGSTOP);
        until("the program is stopped", || job.look().program == State::Stopped);
    });
    assert_eq!(job.settle(), JobState { program: State::Stopped, ..running(Place::SessionLeader) });
    job.signal_program(libc::SIGCONT);
    type_a_line(&mut job);
    assert_eq!(job.end_by_key(), Some(128 + libc::SIGINT));
}

#[test]
fn init_forgets_a_sigtstp_that_sigcont_discards_before_the_program_stops() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let mut job = Job::start(Place::SessionLeader, &command_line(&[]));
    job.settle();
    job.hold_child_of_member(|job| {
        job.signal_parent(libc::SIGTSTP);
        sleep(LATE); // init has forwarded it
        job.signal_parent(libc::SIGCONT);
        sleep(LATE);
        job.ctrl_z(); // stops the program when it is no longer held
    });
    assert_eq!(job.settle(), running(Place::SessionLeader));
    assert_ne!(job.end_by_key(), Some(0));
}

/// After it was continued, `init` blocks SIGTSTP again: one that comes while a debugger holds it does not stop it.
#[test]
fn init_takes_sigtstp_again_after_it_was_continued() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let place = Place::ChildWithoutTerminal;
    let mut job = Job::start(place, &command_line(&[]));
    job.settle();
    job.signal_parent(libc::SIGTSTP);
    assert_eq!(job.settle(), both_stopped(place));
    job.signal_parent(libc::SIGCONT);
    assert_eq!(job.settle(), running(place));
    job.take(CATCHES);
    job.hold_member(|job| job.signal_parent(libc::SIGTSTP));
    assert_eq!((job.settle(), job.caught()), (running(place), 1));
}

/// As process 1 of its own PID namespace, `init` shares a process group with the process that started it, outside.
#[test]
fn process_1_stops_nobody_outside_of_its_pid_namespace() {
    let unshare = ["unshare", "-p", "-f", "--mount-proc"].map(str::to_owned); // as busybox has them, too
    for &place in case::FOREGROUND.iter().filter(|place| place.is_available()) {
        let mut job = Job::start(place, &[&unshare[..], &command_line(&[])].concat());
        assert_eq!(job.settle(), running(place), "{place:?}");
        job.signal_program(libc::SIGSTOP);
        assert_eq!(job.settle(), JobState { program: State::Stopped, ..running(place) }, "{place:?}");
        job.signal_program(libc::SIGCONT);
        type_a_line(&mut job);
        assert_eq!(job.end_by_key(), Some(128 + libc::SIGINT), "{place:?}");
    }
}
