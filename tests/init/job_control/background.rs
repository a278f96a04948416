//! A program that uses the terminal from the background: it stops where somebody can put it into the foreground.

use super::row::{ALONE, BACKGROUND};
use super::run::{goes_on, reads_a_line, words};
use testkit::job::{Foreground, Job, JobState, Place, Shell, State, Step};
use testkit::until;

const OPTIONS: [&[&str]; 2] = [&[], &["-c"]];

/// Two ways to use the terminal: SIGTTIN stops the one, SIGTTOU the other.
const USES: [&str; 2] = ["read", "change the terminal"];

fn cells(places: &[Place], mut play: impl FnMut(Place, &[&str], &str)) {
    for &place in places.iter().filter(|place| place.is_available()) {
        for options in OPTIONS {
            for using in USES {
                eprintln!("{place:?} {options:?} {using}"); // shown where it fails
                play(place, options, using);
            }
        }
    }
}

#[test]
fn under_a_shell_it_stops_until_it_is_put_into_the_foreground() {
    cells(BACKGROUND, |place, options, using| {
        let mut job = Job::start(place, &words(options));
        assert_eq!(job.settle(), goes_on(place));
        let both = JobState { program: State::Stopped, parent: State::Stopped, foreground: Foreground::Shell };
        job.tell(using);
        assert_eq!(job.settle(), both, "first");
        assert!(job.shell_lists_stopped(), "first");
        job.bg();
        assert_eq!(job.settle(), both, "again");
        assert!(job.shell_lists_stopped(), "again");
        job.fg();
        let Place::Background(shell) = place else { unreachable!("these places alone") };
        assert_eq!(job.settle(), goes_on(Place::Foreground(shell)), "put into the foreground");
        if using == "read" {
            job.keyboard().line("a line");
        }
        until("it has used the terminal", || job.answers(using) == 1);
        assert_eq!(job.end_by_key(), Some(130));
    });
}

#[test]
fn put_into_the_foreground_while_it_runs_it_can_use_the_terminal() {
    cells(BACKGROUND, |place, options, using| {
        let mut job = Job::start(place, &words(options));
        job.settle();
        job.fg();
        job.settle();
        job.tell(using);
        let Place::Background(shell) = place else { unreachable!("these places alone") };
        let foreground = goes_on(Place::Foreground(shell));
        until("it has the terminal", || job.settle() == foreground);
        if using == "read" {
            job.keyboard().line("a line");
        }
        until("it has used the terminal", || job.answers(using) == 1);
        assert_eq!(job.end_by_key(), Some(130));
    });
}

#[test]
fn beside_another_reader_in_its_group_it_stops_all_the_same() {
    for shell in [Shell::Dash, Shell::Bash] {
        cells(&[Place::BackgroundBesideReader(shell)], |place, options, using| {
            let mut job = Job::start(place, &words(options));
            job.settle();
            job.tell(using);
            let both = JobState { program: State::Stopped, parent: State::Stopped, foreground: Foreground::Shell };
            assert_eq!(job.settle(), both, "first");
            for _ in 0..5 {
                job.bg();
                assert_eq!(job.settle(), both, "again");
            }
        });
    }
}

#[test]
fn put_into_the_foreground_while_it_runs_it_hears_the_keys() {
    for &place in BACKGROUND.iter().filter(|place| place.is_available()) {
        for options in OPTIONS {
            let mut job = Job::start(place, &words(options));
            job.settle();
            job.fg();
            job.settle();
            job.ctrl_z();
            let both = JobState { program: State::Stopped, parent: State::Stopped, foreground: Foreground::Shell };
            assert_eq!(job.settle(), both, "{place:?} {options:?}");
            job.take(Step::Fg);
            let Place::Background(shell) = place else { unreachable!("these places alone") };
            assert_eq!(job.settle(), goes_on(Place::Foreground(shell)), "{place:?} {options:?}");
            assert_eq!(job.end_by_key(), Some(130), "{place:?} {options:?}");

            let mut job = Job::start(place, &words(options));
            job.settle();
            job.fg();
            job.settle();
            assert_eq!(job.end_by_key(), Some(130), "{place:?} {options:?}");
        }
    }
}

#[test]
fn where_nobody_above_could_help_it_is_hung_up_or_refused() {
    cells(ALONE, |place, options, using| {
        let mut job = Job::start(place, &words(options));
        job.ask("give the terminal away");
        assert_eq!(job.settle().foreground, Foreground::Somebody);
        job.tell(using);
        if options.is_empty() {
            // Its group is not orphaned while init lives, so the kernel stops it; init does what the kernel does then.
            assert_eq!(job.settle().program, State::Ended);
        } else {
            // Its group is orphaned, so the kernel refuses.
            until("it is refused", || job.answers(&format!("{using}: error {}", libc::EIO)) == 1);
            assert_eq!(job.settle().program, State::Runs);
        }
    });
}

#[test]
fn who_ignores_that_stays_stopped_until_the_terminal_is_given_back() {
    cells(ALONE, |place, options, using| {
        if !options.is_empty() {
            return; // the kernel refuses
        }
        let mut job = Job::start(place, &words(options));
        job.ask("ignore SIGHUP");
        job.ask("give the terminal away");
        job.tell(using);
        let stopped = JobState { program: State::Stopped, parent: State::Runs, foreground: Foreground::Somebody };
        assert_eq!(job.settle(), stopped, "first");
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), stopped, "again");
        job.give_terminal_back();
        job.signal_parent(libc::SIGCONT);
        assert_eq!(job.settle(), goes_on(place), "continued");
        if using == "read" {
            job.keyboard().line("a line");
        }
        until("it has used the terminal", || job.answers(using) == 1);
        reads_a_line(&mut job);
        assert_ne!(job.end_by_key(), Some(0));
    });
}
