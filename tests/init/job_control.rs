//! Job control: wherever `init` is, a stop of its program has the effect that it would have without `init`.

mod background;
mod play;
mod row;
mod table;

use sandbox::job::{Job, Place};

#[test]
fn a_key_stops_nothing_that_nobody_above_could_continue() {
    play::all(table::NOBODY_ABOVE);
}

#[test]
fn a_shell_above_sees_every_stop_and_continues_both() {
    play::all(table::SHELL_ABOVE);
}

#[test]
fn without_a_terminal_whoever_stops_the_program_continues_it() {
    play::all(table::NO_TERMINAL_AT_ALL);
}

#[test]
fn a_stop_that_is_taken_back_at_once_is_forgotten() {
    for place in [Place::Process1, Place::SessionLeader, Place::Script] {
        let mut job = Job::start(place, &play::words(&[]));
        for _ in 0..50 {
            job.signal_parent(libc::SIGTSTP);
            job.signal_parent(libc::SIGCONT);
        }
        // Two that wait are taken in the order of their numbers: SIGCONT first. So it may be stopped.
        job.settle();
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), play::goes_on(place), "{place:?}");
        job.ctrl_z();
        assert_eq!(job.settle(), play::goes_on(place), "{place:?}");
        assert_ne!(job.end_by_key(), Some(0), "{place:?}");
    }
}
