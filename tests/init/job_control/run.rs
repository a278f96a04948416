//! Plays a row of the table, once and again, with `init` and without.

use super::row::{Is, Row};
use std::panic::{AssertUnwindSafe, catch_unwind};
use testkit::job::step::{CATCHES, CATCHES_THEN_SIGSTOP, CATCHES_THEN_SIGTSTP};
use testkit::job::{Foreground, Job, JobState, Place, State, Step};
use testkit::platform::EmulatorLimit;
use testkit::programs::init;
use testkit::until;

/// Plays all of these rows, and then says which went wrong.
#[track_caller]
pub fn all(rows: &[Row]) {
    let mut wrong = Vec::new();
    for row in rows {
        for &place in row.places.iter().filter(|place| place.is_available()) {
            for options in row.options {
                if options.contains(&"-s") && EmulatorLimit::NoSubreaper.applies() {
                    continue;
                }
                let cell = format!("{place:?} {options:?} {:?} -> {:?}: {}", row.steps, row.is, row.why);
                if catch_unwind(AssertUnwindSafe(|| with_init(row, place, options))).is_err() {
                    wrong.push(cell);
                }
            }
            // Process 1 is not stopped by what it has no handler for.
            if let Some(is) = row.without_init
                && !place.is_process_1()
                && catch_unwind(AssertUnwindSafe(|| without_init(row, place, is))).is_err()
            {
                wrong.push(format!("{place:?} without init {:?} -> {is:?}: {}", row.steps, row.why));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The words that start `init` with these options, for [`Job::start`].
pub fn words(options: &[&str]) -> Vec<String> {
    let init = init();
    let start = std::iter::once(init.get_program()).chain(init.get_args());
    let start = start.map(|word| word.to_str().expect("a path of this project"));
    start.chain(options.iter().copied()).chain(["--"]).map(str::to_owned).collect()
}

/// What is seen while a job in this place goes on.
pub fn goes_on(place: Place) -> JobState {
    let foreground = match place {
        Place::Background(_) => Foreground::Shell,
        _ if place.has_terminal() => Foreground::Program,
        _ => Foreground::Unknown,
    };
    JobState { program: State::Runs, parent: State::Runs, foreground }
}

fn with_init(row: &Row, place: Place, options: &[&str]) {
    let mut job = Job::start(place, &words(options));
    assert_eq!(job.settle(), goes_on(place), "as it begins");
    let stopped = State::Stopped;
    let expected = match row.is {
        Is::GoesOn => goes_on(place),
        Is::Stopped => JobState { program: stopped, ..goes_on(place) },
        Is::BothStopped if place.has_terminal() => {
            JobState { program: stopped, parent: stopped, foreground: Foreground::Shell }
        }
        Is::BothStopped => JobState { program: stopped, parent: stopped, ..goes_on(place) },
    };
    for round in ["first", "again"] {
        let caught = job.caught();
        assert_eq!(steps(&mut job, row), expected, "{round}");
        assert_eq!(job.caught() - caught, to_be_caught(row), "{round}: how often SIGTSTP was caught");
        match (row.is, place) {
            (Is::GoesOn, _) => {}
            (Is::Stopped, _) if round == "first" => job.signal_parent(libc::SIGCONT),
            (Is::Stopped, _) => job.signal_program(libc::SIGCONT),
            (Is::BothStopped, Place::Foreground(_) | Place::ForegroundScript(_)) => job.take(Step::Fg),
            (Is::BothStopped, Place::Background(_)) => {
                assert!(job.shell_lists_stopped(), "{round}: the shell lists it as stopped");
                job.bg();
            }
            (Is::BothStopped, _) => job.signal_parent(libc::SIGCONT),
        }
        assert_eq!(job.settle(), goes_on(place), "{round}: continued");
        job.ask("go on");
    }
    end(job, place);
}

/// Takes the steps, and looks after the last one.
fn steps(job: &mut Job, row: &Row) -> JobState {
    for &step in row.steps {
        job.take(step);
        job.settle();
    }
    job.settle()
}

/// How often the program is to catch SIGTSTP in a row.
fn to_be_caught(row: &Row) -> usize {
    let mut catches = false;
    let mut number = 0;
    for step in row.steps {
        match step {
            Step::Ask(_) => catches = [CATCHES, CATCHES_THEN_SIGTSTP, CATCHES_THEN_SIGSTOP].contains(step),
            // In the background, a key is not for the program.
            _ => number += usize::from(catches && step.sends_sigtstp()),
        }
    }
    number
}

/// Whoever can type to the program types a line, and ends it with a key.
fn end(mut job: Job, place: Place) {
    if !place.has_terminal() {
        return assert_eq!(job.end_by_signal(), Some(128 + libc::SIGTERM), "its status in the end");
    }
    if matches!(place, Place::Background(_)) {
        job.fg();
        // If it were to read while the shell is about to give it the terminal, the shell would see a job stop again.
        job.settle();
    }
    reads_a_line(&mut job);
    let status = job.end_by_key();
    if !place.is_script() {
        assert_eq!(status, Some(128 + libc::SIGINT), "its status in the end");
    }
}

/// The program reads a line, which is typed.
#[track_caller]
pub fn reads_a_line(job: &mut Job) {
    let before = job.answers("read");
    job.tell("read");
    job.keyboard().line("a line");
    until("the program has read a line", || job.answers("read") > before);
}

/// The control: the program is stopped, or not, and can be continued.
fn without_init(row: &Row, place: Place, is: Is) {
    let mut job = Job::start(place, &[]);
    job.settle();
    let expected = if is == Is::GoesOn { State::Runs } else { State::Stopped };
    for round in ["first", "again"] {
        assert_eq!(steps(&mut job, row).program, expected, "{round}");
        match place {
            _ if is == Is::GoesOn => {}
            Place::Foreground(_) | Place::ForegroundScript(_) => job.take(Step::Fg),
            Place::Background(_) => job.bg(),
            _ => job.signal_program(libc::SIGCONT),
        }
        assert_eq!(job.settle().program, State::Runs, "{round}: continued");
        job.ask("go on");
    }
}
