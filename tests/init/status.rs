//! `init` exits with the status of the program, or with 0 if `-e` names that status.

use crate::run::{outcome, probed, text};
use std::thread;
use testkit::Pod;
use testkit::platform::EmulatorLimit;

/// The status that it leaves with.
#[track_caller]
fn status(options: &[&str], what: &[&str]) -> Option<i32> {
    probed(options, what).status.code()
}

#[test]
fn every_status_is_that_of_the_program() {
    let halves = [0..128, 128..256].map(|half| {
        thread::spawn(|| half.for_each(|code| assert_eq!(status(&[], &["status", &code.to_string()]), Some(code))))
    });
    for half in halves {
        half.join().expect("each status comes through");
    }
}

#[test]
fn a_death_by_a_signal_is_128_and_its_number() {
    let deadly = (1..=64).filter(|signal| {
        let harmless = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
        let stopping = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
        let of_the_c_library = [32, 33];
        !harmless.contains(signal) && !stopping.contains(signal) && !of_the_c_library.contains(signal)
    });
    let is_limited = EmulatorLimit::OwnSignals.applies();
    for signal in deadly.filter(|signal| !is_limited || *signal < 32) {
        assert_eq!(status(&[], &["die", &signal.to_string()]), Some(128 + signal), "signal {signal}");
    }
}

#[test]
fn a_status_that_stands_for_success_becomes_0() {
    assert_eq!(status(&["-e", "143"], &["die", "15"]), Some(0));
    assert_eq!(status(&["-e143"], &["die", "15"]), Some(0));
    assert_eq!(status(&["-e", "1", "-e", "3", "-e255"], &["status", "3"]), Some(0));
    assert_eq!(status(&["-e", "1", "-e", "3", "-e255"], &["status", "255"]), Some(0));
    assert_eq!(status(&["-e", "1", "-e", "3", "-e255"], &["status", "2"]), Some(2));
    assert_eq!(status(&["-e", "0"], &["status", "0"]), Some(0));
}

#[test]
fn every_status_can_stand_for_success_and_no_other_does() {
    for code in (0..256).step_by(15) {
        let option = format!("-e{code}");
        assert_eq!(status(&[&option], &["status", &code.to_string()]), Some(0));
        let other = (code + 1) % 256;
        assert_eq!(status(&[&option], &["status", &other.to_string()]), Some(other));
    }
}

#[test]
fn no_other_number_is_a_status() {
    for value in ["-1", "256", "1000000000000", "1x", "", " 1", "SIGTERM"] {
        let output = outcome(&["-e", value, "true"]);
        assert_eq!(output.status.code(), Some(1), "{value:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with("init: -e: wrong value\nusage: init "), "{value:?}: {said}");
    }
}

#[test]
fn orphans_who_end_first_or_last_do_not_matter() {
    let script = "(exit 9) & (sleep 0.1; exit 8) & wait $!; exit 5";
    assert_eq!(outcome(&["sh", "-c", script]).status.code(), Some(5));
    let output = Pod::start(crate::run::piped(&["sh", "-c", "sleep 1000 & exit 6"])).wait();
    assert_eq!(output.status.code(), Some(6), "and the rest goes with the namespace");
}
