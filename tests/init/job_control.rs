//! Job control: wherever `init` is, a stop of its program has the effect that it would have without `init`.

mod background;
mod row;
mod run;
mod table;

use std::thread::sleep;
use std::time::Duration;
use testkit::job::{Job, Place, State};
use testkit::until;

/// Much longer than `init` waits for a stop before it looks whether one is still to come.
const LATE: Duration = Duration::from_secs(1);

#[test]
fn a_key_stops_nothing_that_nobody_above_could_continue() {
    run::all(table::NOBODY_ABOVE);
}

#[test]
fn a_shell_above_sees_every_stop_and_continues_both() {
    run::all(table::SHELL_ABOVE);
}

#[test]
fn without_a_terminal_whoever_stops_the_program_continues_it() {
    run::all(table::NO_TERMINAL_AT_ALL);
}

#[test]
fn a_stop_that_is_taken_back_at_once_is_forgotten() {
    for place in [Place::Process1, Place::SessionLeader, Place::Script] {
        let mut job = Job::start(place, &run::words(&[]));
        for _ in 0..50 {
            job.signal_parent(libc::SIGTSTP);
            job.signal_parent(libc::SIGCONT);
        }
        // Two that wait are taken in the order of their numbers: SIGCONT first. So it may be stopped.
        job.settle();
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), run::goes_on(place), "{place:?}");
        job.ctrl_z();
        assert_eq!(job.settle(), run::goes_on(place), "{place:?}");
        assert_ne!(job.end_by_key(), Some(0), "{place:?}");
    }
}

#[test]
fn a_stop_that_the_program_takes_as_a_signal_is_forgotten() {
    for place in [Place::Process1, Place::SessionLeader, Place::Script] {
        let mut job = Job::start(place, &run::words(&[]));
        job.tell("take SIGTSTP by sigwait");
        job.settle();
        job.signal_parent(libc::SIGTSTP);
        until("the program has taken the signal", || job.answers("take SIGTSTP by sigwait") == 1);
        sleep(LATE);
        job.ctrl_z();
        assert_eq!(job.settle(), run::goes_on(place), "{place:?}");
        assert_ne!(job.end_by_key(), Some(0), "{place:?}");
    }
}

#[test]
fn a_stop_that_a_nested_init_forwards_is_forgotten() {
    let mut job = Job::start(Place::Process1, &[run::words(&[]), run::words(&[])].concat());
    job.ask("ignored");
    job.signal_process_1(libc::SIGTSTP);
    sleep(LATE);
    job.ask("default");
    job.ctrl_z();
    assert_eq!(job.settle().program, State::Runs);
    assert_eq!(job.end_by_key(), Some(128 + libc::SIGINT));
}
