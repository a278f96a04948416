//! The variables by which a service manager addresses a process address the program: the protocols of `sd_listen_fds` and
//! `sd_watchdog_enabled`.

use crate::print_inherited::{
    Given, Outside, PAIRS, Process1, Situation, UnderProcess1, UnderSubreaper, UnderTwo, given,
};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use testkit::descriptors::put;
use testkit::platform::EmulatorLimit;
use testkit::variables::OWN_PID;

/// Some other process.
const OTHER: &str = "4194000";

/// A program in this situation, which was passed two descriptors, and these variables.
#[track_caller]
fn passed(situation: Situation, variables: &[&str]) -> Given {
    let file = || OwnedFd::from(File::open("/dev/null").expect("it is there"));
    given(situation, false, variables, put(&Arc::new(vec![file(), file()])))
}

/// The pairs of situations; none on an emulator, which is what is executed.
fn pairs() -> &'static [(Situation, Situation)] {
    if EmulatorLimit::OwnProcess.applies() { &[] } else { &PAIRS }
}

#[test]
fn a_process_id_that_names_init_names_the_program_instead() {
    let listen_pid = format!("LISTEN_PID={OWN_PID}");
    let watchdog_pid = format!("WATCHDOG_PID={OWN_PID}");
    let variables = [
        "LISTEN_FDS=2",
        &listen_pid,
        "LISTEN_FDNAMES=http:https",
        "NOTIFY_SOCKET=/run/systemd/notify",
        &watchdog_pid,
        "WATCHDOG_USEC=30000000",
        "LAST=1",
    ];
    for &(with, without) in pairs() {
        let (told, expected) = (passed(with, &variables), passed(without, &variables));
        assert_eq!(expected.line("variable LISTEN_PID="), "own process ID", "the control");
        assert_eq!(told.text, expected.text, "{with:?}");
        assert_eq!(told.line("sd_listen_fds "), "2", "{with:?}");
        assert_eq!(told.line("sd_watchdog_enabled "), "1", "{with:?}");
    }
}

#[test]
fn one_of_the_two_can_be_there_alone() {
    for &(with, without) in pairs() {
        for (name, more, line) in [
            ("LISTEN_PID", "LISTEN_FDS=2", "sd_listen_fds "),
            ("WATCHDOG_PID", "WATCHDOG_USEC=1", "sd_watchdog_enabled "),
        ] {
            let variable = format!("{name}={OWN_PID}");
            let told = passed(with, &[&variable, more]);
            assert_eq!(told.text, passed(without, &[&variable, more]).text, "{with:?}, {name}");
            assert_ne!(told.line(line), "0", "{with:?}, {name}");
        }
    }
}

#[test]
fn a_process_id_that_names_another_process_or_none_is_left_alone() {
    for &(with, without) in pairs() {
        for value in [OTHER, "", "0", "-1", "x", "1x", " 1", "99999999999999999999"] {
            let variables = [
                format!("LISTEN_PID={value}"),
                "LISTEN_FDS=2".into(),
                "LISTEN_PIDFDID=1".into(),
                format!("WATCHDOG_PID={value}"),
                "WATCHDOG_USEC=1".into(),
            ];
            let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
            assert_eq!(passed(with, &variables).text, passed(without, &variables).text, "{with:?}, {value:?}");
        }
        let variables = ["LISTEN_FDS=2", "LISTEN_FDNAMES=a:b", "LISTEN_PIDS=1", "XLISTEN_PID=1"];
        assert_eq!(passed(with, &variables).text, passed(without, &variables).text, "{with:?}");
    }
}

#[test]
fn given_twice_the_first_counts_as_it_does_for_the_program() {
    let own = format!("LISTEN_PID={OWN_PID}");
    let other = format!("LISTEN_PID={OTHER}");
    for &(with, _) in pairs() {
        for (variables, is_meant) in [
            ([&*own, "A=1", &other, "LISTEN_FDS=2"], true),
            ([&*other, "A=1", &own, "LISTEN_FDS=2"], false),
            ([&*own, "A=1", &own, "LISTEN_FDS=2"], true),
        ] {
            let told = passed(with, &variables);
            let expected = if is_meant { "2" } else { "0" };
            assert_eq!(told.line("sd_listen_fds "), expected, "{with:?}, {variables:?}:\n{}", told.text);
        }
    }
}

#[test]
fn the_other_form_of_a_process_id_goes_with_the_one_that_is_replaced() {
    let listen_pid = format!("LISTEN_PID={OWN_PID}");
    for &(with, without) in pairs() {
        let variables = ["LISTEN_FDS=2", "LISTEN_PIDFDID=123", &*listen_pid, "LAST=1"];
        assert_eq!(passed(without, &variables).line("sd_listen_fds "), "0", "the control: it names another process");
        let told = passed(with, &variables);
        assert_eq!(told.lines("variable LISTEN_PIDFDID="), [""; 0], "{with:?}");
        assert_eq!(told.line("sd_listen_fds "), "2", "{with:?}");
        assert_eq!(told.line("variable LAST="), "1", "{with:?}");
    }
}

#[test]
fn the_variable_with_options_is_for_init_alone() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    for situation in [UnderProcess1, UnderSubreaper, UnderTwo] {
        let told = passed(situation, &["A=1", "INIT_OPTIONS=-g", "B=2", "INIT_OPTIONS=-v", "C=3"]);
        assert_eq!(told.lines("variable "), ["A=1", "B=2", "C=3"], "{situation:?}");
        let told = passed(situation, &["A=1", "INIT_OPTIONS=--keep-options -v", "C=3"]);
        assert_eq!(told.lines("variable "), ["A=1", "INIT_OPTIONS=--keep-options -v", "C=3"], "{situation:?}");
    }
    for situation in [Process1, Outside] {
        let told = passed(situation, &["INIT_OPTIONS=-g"]);
        assert_eq!(told.lines("variable "), ["INIT_OPTIONS=-g"], "the control");
    }
}
