//! Process groups: whose the program's is, and who is sent a signal.

use crate::run::{Told, piped, probe_child, probed};
use crate::signals::facts;
use nix::sys::signal::Signal;
use testkit::{Pod, reexec};

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("groups::an_ordinary_user_gets_the_same");
}

#[test]
fn the_program_leads_a_group_of_its_own_in_our_session() {
    let output = probed(&[], &["facts"]);
    let facts = facts(&output.stdout);
    assert_eq!([&facts["leads"], &facts["shares"], &facts["session"]], ["true", "false", "true"]);
}

#[test]
fn it_shares_ours_where_that_was_asked_for() {
    let output = probed(&["-c"], &["facts"]);
    let facts = facts(&output.stdout);
    assert_eq!([&facts["leads"], &facts["shares"], &facts["session"]], ["false", "true", "true"]);
}

/// Sends `init` a signal that must reach `reached` of two witnesses, the program and its child, and then another one.
/// Returns what they were sent.
#[track_caller]
fn heard(reached: usize, options: &[&str], variable: Option<&str>) -> Vec<i32> {
    let script = format!("{0} signals 1 & exec {0} signals 1", probe_child());
    let mut program = piped(&[options, &["sh", "-c", &script]].concat());
    if let Some(variable) = variable {
        program.env(variable, "");
    }
    let mut pod = Pod::start(program);
    let mut told = Told::by(pod.init());
    assert_eq!(told.next(), Some(0), "the other one begins");
    pod.signal(Signal::SIGUSR1);
    // All of them, before another signal comes, with a smaller number, which would be taken first.
    let first: Vec<i32> = (0..reached).filter_map(|_| told.next()).collect();
    pod.signal(Signal::SIGHUP); // ends whom it reaches, and with the program everybody
    [first, told.rest()].concat()
}

#[test]
fn a_signal_reaches_the_whole_group_only_where_that_was_asked_for() {
    use libc::{SIGHUP, SIGUSR1};
    let sorted = |mut heard: Vec<i32>| {
        heard.sort();
        heard
    };
    assert_eq!(sorted(heard(1, &[], None)), [SIGHUP, SIGUSR1]);
    assert_eq!(sorted(heard(1, &["-c"], None)), [SIGHUP, SIGUSR1]);
    assert_eq!(sorted(heard(1, &["-c", "-g"], None)), [SIGHUP, SIGUSR1], "the group would be ours");
    for (options, variable) in [(&["-g"][..], None), (&[], Some("TINI_KILL_PROCESS_GROUP"))] {
        let heard = heard(2, options, variable);
        let count = |signal| heard.iter().filter(|heard| **heard == signal).count();
        assert_eq!(count(SIGUSR1), 2, "{heard:?}");
        assert!(count(SIGHUP) >= 1, "{heard:?}");
    }
}
