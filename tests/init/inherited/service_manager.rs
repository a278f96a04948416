//! `LISTEN_PID` and `WATCHDOG_PID` hold the process ID of `init`. The program inherits them with its own process ID, as
//! `sd_listen_fds` and `sd_watchdog_enabled` require.

use super::program::{Inherited, Scenario, inherited, pairs};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use testkit::descriptors::put;
use testkit::variables::OWN_PID;

/// The ID of another process.
const OTHER_PID: &str = "4194000";

/// Runs the program with two descriptors from 3 on and with these variables.
#[track_caller]
fn inherited_with(scenario: Scenario, variables: &[&str]) -> Inherited {
    let file = || OwnedFd::from(File::open("/dev/null").expect("/dev/null exists"));
    inherited(scenario, false, variables, put(&Arc::new(vec![file(), file()])))
}

/// Asserts that the program inherits the same with and without `init`. Returns what it inherits.
#[track_caller]
fn assert_same((with, without): (Scenario, Scenario), variables: &[&str]) -> Inherited {
    let inherited = inherited_with(with, variables);
    assert_eq!(inherited.text, inherited_with(without, variables).text, "{with:?}, {variables:?}");
    inherited
}

#[test]
fn the_process_id_of_init_is_replaced_by_that_of_the_program() {
    let listen_pid = format!("LISTEN_PID={OWN_PID}");
    let watchdog_pid = format!("WATCHDOG_PID={OWN_PID}");
    let all = [
        "LISTEN_FDS=2",
        &listen_pid,
        "LISTEN_FDNAMES=http:https",
        "NOTIFY_SOCKET=/run/systemd/notify",
        &watchdog_pid,
        "WATCHDOG_USEC=30000000",
        "LAST=1",
    ];
    for &pair in pairs() {
        let inherited = assert_same(pair, &all);
        assert_eq!(inherited.line("variable LISTEN_PID="), "own process ID", "{pair:?}");
        assert_eq!(inherited.line("sd_listen_fds "), "2", "{pair:?}");
        assert_eq!(inherited.line("sd_watchdog_enabled "), "1", "{pair:?}");
        // Each of the two variables works without the other one.
        assert_eq!(assert_same(pair, &[&listen_pid, "LISTEN_FDS=2"]).line("sd_listen_fds "), "2", "{pair:?}");
        let inherited = assert_same(pair, &[&watchdog_pid, "WATCHDOG_USEC=1"]);
        assert_eq!(inherited.line("sd_watchdog_enabled "), "1", "{pair:?}");
    }
}

#[test]
fn any_other_value_is_inherited_unchanged() {
    for &pair in pairs() {
        for value in [OTHER_PID, "", "0", "-1", "x", "1x", " 1", "99999999999999999999"] {
            let listen_pid = format!("LISTEN_PID={value}");
            let watchdog_pid = format!("WATCHDOG_PID={value}");
            let variables = [&*listen_pid, "LISTEN_FDS=2", "LISTEN_PIDFDID=1", &*watchdog_pid, "WATCHDOG_USEC=1"];
            assert_same(pair, &variables);
        }
        assert_same(pair, &["LISTEN_FDS=2", "LISTEN_FDNAMES=a:b", "LISTEN_PIDS=1", "XLISTEN_PID=1"]);
    }
}

#[test]
fn of_two_variables_with_one_name_the_first_counts() {
    let own = format!("LISTEN_PID={OWN_PID}");
    let other = format!("LISTEN_PID={OTHER_PID}");
    for &(with, _) in pairs() {
        for (first, second, expected) in [(&own, &other, "2"), (&other, &own, "0"), (&own, &own, "2")] {
            let inherited = inherited_with(with, &[first, "A=1", second, "LISTEN_FDS=2"]);
            assert_eq!(inherited.line("sd_listen_fds "), expected, "{with:?}:\n{}", inherited.text);
        }
    }
}

#[test]
fn listen_pidfdid_is_removed_when_listen_pid_is_replaced() {
    let listen_pid = format!("LISTEN_PID={OWN_PID}");
    for &(with, without) in pairs() {
        let variables = ["LISTEN_FDS=2", "LISTEN_PIDFDID=123", &*listen_pid, "LAST=1"];
        assert_eq!(inherited_with(without, &variables).line("sd_listen_fds "), "0", "the control: 123 is not its ID");
        let inherited = inherited_with(with, &variables);
        assert_eq!(inherited.lines("variable LISTEN_PIDFDID="), [""; 0], "{with:?}");
        assert_eq!(inherited.line("sd_listen_fds "), "2", "{with:?}");
        assert_eq!(inherited.line("variable LAST="), "1", "{with:?}");
    }
}

#[test]
fn listen_pidfdid_is_kept_when_only_watchdog_pid_is_replaced() {
    let watchdog_pid = format!("WATCHDOG_PID={OWN_PID}");
    for &(with, _) in pairs() {
        let inherited = inherited_with(with, &["LISTEN_PIDFDID=123", &*watchdog_pid, "WATCHDOG_USEC=1"]);
        assert_eq!(inherited.lines("variable LISTEN_PIDFDID="), ["123"], "{with:?}");
    }
}

#[test]
fn the_program_does_not_inherit_init_options_unless_k_keeps_it() {
    for &(with, without) in pairs() {
        let inherited = inherited_with(with, &["A=1", "INIT_OPTIONS=-g", "B=2", "INIT_OPTIONS=-v", "C=3"]);
        assert_eq!(inherited.lines("variable "), ["A=1", "B=2", "C=3"], "{with:?}");
        let variables = ["A=1", "INIT_OPTIONS=--keep-options -v", "C=3"];
        assert_eq!(inherited_with(with, &variables).lines("variable "), variables, "{with:?}");
        let control = inherited_with(without, &["INIT_OPTIONS=-g"]);
        assert_eq!(control.lines("variable "), ["INIT_OPTIONS=-g"], "the control");
    }
}
