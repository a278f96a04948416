//! The controls: a program that hangs, spins, writes nothing or exits with a wrong status fails a test.

use crate::run::{Observed, run};
use crate::scenario::{End, Patience, Place, Program, Scenario, Setting, Starts, exits, works};
use std::path::Path;
use std::time::Duration;
use testkit::platform::EmulatorLimit;

/// Checks the end of a shell that runs this script instead of a program under test.
#[track_caller]
fn assert_observed(options: &'static [&'static str], end: End, patience: Patience) {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let shell = Scenario {
        name: "a faulty program",
        program: Program::Other(Path::new("/bin/sh")),
        place: Place::Process1,
        options,
        starts: Starts::Nothing,
        setting: Setting::Plain,
        normal: works(&[]),
    };
    let observed = run(&shell, None, None, patience);
    assert_eq!(observed.end, end, "{observed:?}");
    assert_ne!(observed, Observed::of(&works(&[]), None));
}

#[test]
fn a_program_that_spins_is_noticed() {
    assert_observed(&["-c", "while :; do :; done"], End::Spins, Patience::USUAL);
}

#[test]
fn a_program_that_spins_on_sigterm_is_noticed() {
    assert_observed(
        &["-c", "trap 'while :; do :; done' TERM; while :; do wait; read line < /dev/zero; done"],
        End::Spins,
        Patience::USUAL,
    );
}

#[test]
fn a_program_that_does_not_exit_is_noticed() {
    let patience = Patience { hang: Duration::from_secs(2), ..Patience::USUAL };
    assert_observed(&["-c", "trap '' TERM; exec sleep 1000"], End::Hangs, patience);
}

#[test]
fn a_wrong_status_is_noticed() {
    assert_observed(&["-c", "exit 7"], End::Early(7), Patience::USUAL);
}

#[test]
fn a_missing_message_is_noticed() {
    let observed = Observed::of(&exits(1, &[]), None);
    assert_ne!(observed, Observed::of(&exits(1, &["Error: cannot block signals"]), None));
}
