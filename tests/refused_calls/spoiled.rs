//! The controls: programs that hang, spin, say nothing or exit with a wrong status are noticed.

use crate::run::{Seen, run};
use crate::scene::{End, Outcome, Patience, Place, Program, Scene, Setting, Starts};
use std::path::Path;
use std::time::Duration;
use testkit::platform::EmulatorLimit;

/// A shell in the place of a program under test.
fn shell(options: &'static [&'static str]) -> Scene {
    Scene {
        name: "a spoiled program",
        program: Program::Other(Path::new("/bin/sh")),
        place: Place::First,
        options,
        starts: Starts::Nothing,
        setting: Setting::Plain,
        normal: Outcome::works(&[]),
    }
}

#[track_caller]
fn assert_seen(options: &'static [&'static str], end: End, patience: Patience) {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let seen = run(&shell(options), None, None, patience);
    assert_eq!(seen.end, end, "{seen:?}");
    assert_ne!(seen, Seen::of(&Outcome::works(&[]), None));
}

#[test]
fn a_program_that_spins_is_noticed() {
    assert_seen(&["-c", "while :; do :; done"], End::Spins, Patience::USUAL);
}

#[test]
fn a_program_that_spins_when_it_is_told_to_end_is_noticed() {
    assert_seen(
        &["-c", "trap 'while :; do :; done' TERM; while :; do wait; read line < /dev/zero; done"],
        End::Spins,
        Patience::USUAL,
    );
}

#[test]
fn a_program_that_does_not_end_is_noticed() {
    let patience = Patience { hang: Duration::from_secs(2), ..Patience::USUAL };
    assert_seen(&["-c", "trap '' TERM; exec sleep 1000"], End::Hangs, patience);
}

#[test]
fn a_wrong_status_is_noticed() {
    assert_seen(&["-c", "exit 7"], End::AtOnce(7), Patience::USUAL);
}

#[test]
fn silence_is_noticed() {
    let seen = Seen::of(&Outcome::exits(1, &[]), None);
    assert_ne!(seen, Seen::of(&Outcome::exits(1, &["Error: cannot block signals"]), None));
}
