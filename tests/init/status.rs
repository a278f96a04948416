//! `init` exits with the status of the program, or with 0 if `-e` names that status.

use crate::run::{command, run, run_probe};
use testkit::Pod;
use testkit::parallel::side_by_side;
use testkit::platform::EmulatorLimit;

/// The exit status of `init` when its program is the probe child.
#[track_caller]
fn status(options: &[&str], probe: &[&str]) -> Option<i32> {
    run_probe(options, probe).status.code()
}

#[test]
fn init_exits_with_each_status_of_the_program() {
    let codes: Vec<i32> = (0..256).collect();
    let wrong =
        side_by_side(&codes, |code| (status(&[], &["status", &code.to_string()]) != Some(*code)).then_some(code));
    assert!(wrong.is_empty(), "init exits with another status instead of {wrong:?}");
}

#[test]
fn init_exits_with_128_plus_the_signal_that_ended_the_program() {
    const IGNORED: [i32; 4] = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
    const STOP: [i32; 4] = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
    const OF_THE_C_LIBRARY: [i32; 2] = [32, 33];
    let last = if EmulatorLimit::OwnSignals.applies() { 31 } else { 64 };
    let not_fatal = [&IGNORED[..], &STOP, &OF_THE_C_LIBRARY].concat();
    for signal in (1..=last).filter(|signal| !not_fatal.contains(signal)) {
        assert_eq!(status(&[], &["die", &signal.to_string()]), Some(128 + signal), "signal {signal}");
    }
}

#[test]
fn a_status_that_e_names_becomes_0() {
    const SEVERAL: &[&str] = &["-e", "1", "-e", "3", "-e255"];
    for (options, probe, expected) in [
        (&["-e", "143"][..], ["die", "15"], 0),
        (&["-vvve7"], ["status", "7"], 0),
        (SEVERAL, ["status", "3"], 0),
        (SEVERAL, ["status", "255"], 0),
        (SEVERAL, ["status", "2"], 2),
        (&["-e", "0"], ["status", "0"], 0),
        (&["-e", "0"], ["status", "5"], 5),
    ] {
        assert_eq!(status(options, &probe), Some(expected), "{options:?}, {probe:?}");
    }
}

#[test]
fn two_dashes_in_the_variable_end_only_its_own_options() {
    let mut command = command(&["-e", "5", "sh", "-c", "exit 5"]);
    command.env("INIT_OPTIONS", "-e 3 --");
    assert_eq!(Pod::start(command).wait().status.code(), Some(0));
}

#[test]
fn orphans_that_end_before_or_after_the_program_do_not_change_the_status() {
    let script = "(exit 9) & (sleep 0.1; exit 8) & wait $!; exit 5";
    assert_eq!(run(&["sh", "-c", script]).status.code(), Some(5));
    assert_eq!(run(&["sh", "-c", "sleep 1000 & exit 6"]).status.code(), Some(6));
}
