//! A program in the background that uses the terminal is stopped, if a shell can put it into the foreground.

use super::case::{ALONE, BACKGROUND, BOTH};
use super::run::{both_stopped, command_line, running, type_a_line};
use testkit::job::program::CAUGHT_SIGHUP;
use testkit::job::{Foreground, Job, JobState, Place, Shell, State, Step};
use testkit::until;

/// Two uses of the terminal: SIGTTIN stops the first, SIGTTOU the second.
const USES: [&str; 2] = ["read", "change the terminal"];

/// Runs a test in each place, with a shared process group and without, and with each use of the terminal.
fn for_each(places: &[Place], test: impl Fn(Place, &[&str], &str)) {
    for &place in places.iter().filter(|place| place.is_available()) {
        for options in BOTH {
            for usage in USES {
                eprintln!("{place:?} {options:?} {usage}"); // shown if the test fails
                test(place, options, usage);
            }
        }
    }
}

/// Starts a job, and waits until it has nothing to do.
fn start(place: Place, options: &[&str]) -> Job {
    let job = Job::start(place, &command_line(options));
    job.settle();
    job
}

/// Returns the state of a job that the shell has put into the foreground.
fn in_foreground(place: Place) -> JobState {
    running(Place::Foreground(place.shell().expect("a shell started the job")))
}

/// Asserts that the program, which is in the foreground now, can finish its use of the terminal.
#[track_caller]
fn assert_uses_terminal(job: &mut Job, usage: &str) {
    if usage == "read" {
        job.keyboard().line("a line");
    }
    until("the program has used the terminal", || job.answers(usage) == 1);
}

#[test]
fn under_a_shell_the_program_stops_until_it_is_put_into_the_foreground() {
    for_each(BACKGROUND, |place, options, usage| {
        let mut job = start(place, options);
        assert_eq!(job.settle(), running(place));
        job.send(usage);
        assert_eq!(job.settle(), both_stopped(place), "the first time");
        job.bg();
        assert_eq!(job.settle(), both_stopped(place), "after `bg`");
        job.until_shell_lists_stopped();
        job.fg();
        assert_eq!(job.settle(), in_foreground(place), "after `fg`");
        assert_uses_terminal(&mut job, usage);
        assert_eq!(job.end_by_key(), Some(130));
    });
}

#[test]
fn a_running_program_that_is_put_into_the_foreground_can_use_the_terminal() {
    for_each(BACKGROUND, |place, options, usage| {
        let mut job = start(place, options);
        job.fg();
        job.settle();
        job.send(usage);
        until("the program has the terminal", || job.settle() == in_foreground(place));
        assert_uses_terminal(&mut job, usage);
        assert_eq!(job.end_by_key(), Some(130));
    });
}

#[test]
fn a_running_program_that_is_put_into_the_foreground_receives_keys() {
    for &place in BACKGROUND.iter().filter(|place| place.is_available()) {
        for options in BOTH {
            for is_stopped_before in [true, false] {
                let mut job = start(place, options);
                job.fg();
                job.settle();
                if is_stopped_before {
                    job.ctrl_z();
                    assert_eq!(job.settle(), both_stopped(place), "{place:?} {options:?}");
                    job.take(Step::Fg);
                    assert_eq!(job.settle(), in_foreground(place), "{place:?} {options:?}");
                }
                assert_eq!(job.end_by_key(), Some(130), "{place:?} {options:?}");
            }
        }
    }
}

#[test]
fn a_running_program_that_is_put_into_the_foreground_stays_stopped_by_sigstop() {
    for &place in BACKGROUND.iter().filter(|place| place.is_available()) {
        for options in BOTH {
            let mut job = start(place, options);
            job.fg();
            job.settle();
            job.signal_program(libc::SIGSTOP);
            assert_eq!(job.settle(), both_stopped(place), "{place:?} {options:?}");
        }
    }
}

#[test]
fn in_a_pipeline_with_another_reader_the_program_stops_every_time() {
    for_each(&[Shell::Dash, Shell::Bash].map(Place::BackgroundBesideReader), |place, options, usage| {
        let mut job = start(place, options);
        job.send(usage);
        assert_eq!(job.settle(), both_stopped(place), "the first time");
        for _ in 0..5 {
            job.bg();
            assert_eq!(job.settle(), both_stopped(place), "after `bg`");
        }
    });
}

#[test]
fn without_a_shell_above_the_program_is_sent_sighup_or_gets_eio() {
    for_each(ALONE, |place, options, usage| {
        let mut job = Job::start(place, &command_line(options));
        job.send_and_wait("give the terminal away");
        assert_eq!(job.settle().foreground, Foreground::Other);
        job.send(usage);
        if options.is_empty() {
            // The program's group is not orphaned while init lives, so the kernel stops it. init sends it SIGHUP and
            // SIGCONT, as the kernel does to a stopped group that becomes orphaned.
            assert_eq!(job.settle().program, State::Ended);
        } else {
            // The shared group is orphaned, so the kernel refuses the call.
            until("the call fails with EIO", || job.answers(&format!("{usage}: error {}", libc::EIO)) == 1);
            assert_eq!(job.settle().program, State::Runs);
        }
    });
}

#[test]
fn a_program_that_survives_sighup_stays_stopped_until_it_gets_the_terminal_back() {
    for_each(ALONE, |place, options, usage| {
        if !options.is_empty() {
            return; // the kernel refuses the call instead
        }
        let mut job = Job::start(place, &command_line(options));
        job.send_and_wait("catch SIGHUP");
        job.send_and_wait("give the terminal away");
        job.send(usage);
        let stopped = JobState { program: State::Stopped, parent: State::Runs, foreground: Foreground::Other };
        assert_eq!(job.settle(), stopped, "the first time");
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), stopped, "after SIGCONT");
        assert_eq!(job.answers(CAUGHT_SIGHUP), 1, "SIGHUP is sent once");
        job.give_terminal_back();
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), running(place), "after SIGCONT, with the terminal");
        assert_uses_terminal(&mut job, usage);
        type_a_line(&mut job);
        job.ctrl_z();
        assert_eq!(job.settle(), running(place), "after Ctrl-Z");
        assert_ne!(job.end_by_key(), Some(0));
    });
}
