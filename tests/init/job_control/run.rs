//! Runs the test cases of job control with `init` and without, each twice in one job.

use super::case::{Case, Outcome};
use std::iter::once;
use std::panic::{AssertUnwindSafe, catch_unwind};
use testkit::job::step::{CATCHES, CATCHES_THEN_SIGSTOP, CATCHES_THEN_SIGTSTP};
use testkit::job::{Foreground, Job, JobState, Place, State, Step};
use testkit::platform::EmulatorLimit;
use testkit::programs::init;
use testkit::until;

const ROUNDS: [&str; 2] = ["the first time", "the second time"];

/// Runs all cases, then panics with a list of those that failed.
#[track_caller]
pub fn check_all(cases: &[Case]) {
    let mut failed = Vec::new();
    let mut check = |name: String, run: &dyn Fn()| {
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            failed.push(name);
        }
    };
    for case @ Case { steps, outcome, why, .. } in cases {
        for &place in case.places.iter().filter(|place| place.is_available()) {
            for options in case.options {
                if !options.contains(&"-s") || !EmulatorLimit::NoSubreaper.applies() {
                    let name = format!("{place:?} {options:?} {steps:?} -> {outcome:?}: {why}");
                    check(name, &|| with_init(case, place, options));
                }
            }
            // Without `init`, a program that is process 1 is not stopped by a signal for which it has no handler.
            if let Some(outcome) = case.without_init
                && !place.is_process_1()
            {
                let name = format!("{place:?} without init {steps:?} -> {outcome:?}: {why}");
                check(name, &|| without_init(case, place, outcome));
            }
        }
    }
    assert!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n"));
}

/// Returns the words that start `init` with these options, for [`Job::start`].
pub fn command_line(options: &[&str]) -> Vec<String> {
    let init = init();
    let start = once(init.get_program()).chain(init.get_args());
    let start = start.map(|word| word.to_str().expect("paths of this project are UTF-8"));
    start.chain(options.iter().copied()).chain(["--"]).map(str::to_owned).collect()
}

/// Returns the state of a job that runs in this place.
pub fn running(place: Place) -> JobState {
    let foreground = match place {
        Place::Background(_) => Foreground::Shell,
        _ if place.has_terminal() => Foreground::Program,
        _ => Foreground::NoTerminal,
    };
    JobState { program: State::Runs, parent: State::Runs, foreground }
}

/// Returns the state of a job in this place if `init` and the program are stopped.
pub fn both_stopped(place: Place) -> JobState {
    let foreground = if place.has_terminal() { Foreground::Shell } else { Foreground::NoTerminal };
    JobState { program: State::Stopped, parent: State::Stopped, foreground }
}

/// Lets the program read a line, and types it.
#[track_caller]
pub fn type_a_line(job: &mut Job) {
    let before = job.answers("read");
    job.send("read");
    job.keyboard().line("a line");
    until("the program has read a line", || job.answers("read") > before);
}

fn with_init(case: &Case, place: Place, options: &[&str]) {
    let mut job = Job::start(place, &command_line(options));
    assert_eq!(job.settle(), running(place), "before the first step");
    let expected = match case.outcome {
        Outcome::Running => running(place),
        Outcome::Stopped => JobState { program: State::Stopped, ..running(place) },
        Outcome::BothStopped => both_stopped(place),
    };
    for round in ROUNDS {
        let caught = job.caught();
        assert_eq!(take_steps(&mut job, case), expected, "{round}");
        assert_eq!(job.caught() - caught, expected_catches(case), "{round}: how often the program caught SIGTSTP");
        match (case.outcome, place) {
            (Outcome::Running, _) => {}
            (Outcome::Stopped, _) if round == ROUNDS[1] => job.signal_program(libc::SIGCONT),
            (Outcome::BothStopped, Place::Foreground(_) | Place::ForegroundScript(_)) => job.take(Step::Fg),
            (Outcome::BothStopped, Place::Background(_)) => job.bg(),
            _ => job.signal_parent(libc::SIGCONT),
        }
        assert_eq!(job.settle(), running(place), "{round}: continued");
        job.send_and_wait("go on");
    }
    end(job, place);
}

/// The control: the program is stopped or not, and can be continued.
fn without_init(case: &Case, place: Place, outcome: Outcome) {
    let mut job = Job::start(place, &[]);
    job.settle();
    let expected = if outcome == Outcome::Running { State::Runs } else { State::Stopped };
    for round in ROUNDS {
        assert_eq!(take_steps(&mut job, case).program, expected, "{round}");
        match place {
            _ if outcome == Outcome::Running => {}
            Place::Foreground(_) | Place::ForegroundScript(_) => job.take(Step::Fg),
            Place::Background(_) => job.bg(),
            _ => job.signal_program(libc::SIGCONT),
        }
        assert_eq!(job.settle().program, State::Runs, "{round}: continued");
        job.send_and_wait("go on");
    }
}

/// Takes the steps, and returns the state after the last one.
fn take_steps(job: &mut Job, case: &Case) -> JobState {
    for &step in case.steps {
        job.take(step);
        job.settle();
    }
    job.settle()
}

/// Returns how often the program must catch SIGTSTP.
fn expected_catches(case: &Case) -> usize {
    let mut catches = false;
    let mut count = 0;
    for step in case.steps {
        match step {
            Step::SendAndWait(_) => catches = [CATCHES, CATCHES_THEN_SIGTSTP, CATCHES_THEN_SIGSTOP].contains(step),
            // No case types a key to a program that is in the background and catches SIGTSTP.
            _ => count += usize::from(catches && step.sends_sigtstp()),
        }
    }
    count
}

/// Ends the job. At a terminal, the program reads a line, and then a key ends it.
fn end(mut job: Job, place: Place) {
    if !place.has_terminal() {
        return assert_eq!(job.end_by_signal(), Some(128 + libc::SIGTERM), "the exit status");
    }
    if matches!(place, Place::Background(_)) {
        job.fg();
        // If the program read before the shell gave it the terminal, the shell would see the job stop once more.
        job.settle();
    }
    type_a_line(&mut job);
    let status = job.end_by_key();
    if !place.is_script() {
        assert_eq!(status, Some(128 + libc::SIGINT), "the exit status");
    }
}
