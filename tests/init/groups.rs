//! Process groups: whose the program's is, and who is sent a signal.

use crate::run::{Told, piped, witness, witnessed};
use crate::signals::facts;
use nix::sys::signal::Signal;
use sandbox::{Pod, again};

#[test]
fn an_ordinary_user_gets_the_same() {
    again::as_ordinary_user("groups::an_ordinary_user_gets_the_same");
}

#[test]
fn the_program_leads_a_group_of_its_own_in_our_session() {
    let output = witnessed(&[], &["facts"]);
    let facts = facts(&output.stdout);
    assert_eq!([&facts["leads"], &facts["shares"], &facts["session"]], ["true", "false", "true"]);
}

#[test]
fn it_shares_ours_where_that_was_asked_for() {
    let output = witnessed(&["-c"], &["facts"]);
    let facts = facts(&output.stdout);
    assert_eq!([&facts["leads"], &facts["shares"], &facts["session"]], ["false", "true", "true"]);
}

/// What two witnesses are told, the program and a child of it, of a signal to init.
#[track_caller]
fn heard(options: &[&str], variable: Option<&str>) -> Vec<i32> {
    let script = format!("{0} signals 1 & exec {0} signals 1", witness());
    let mut program = piped(&[options, &["sh", "-c", &script]].concat());
    if let Some(variable) = variable {
        program.env(variable, "");
    }
    let mut pod = Pod::start(program);
    let mut told = Told::by(pod.init());
    assert_eq!(told.next(), Some(0), "the other one begins");
    pod.signal(Signal::SIGUSR1);
    let first = told.next();
    assert_eq!(first, Some(libc::SIGUSR1));
    pod.signal(Signal::SIGHUP); // ends whom it reaches, and with the program everybody
    let rest = told.rest();
    [first.into_iter().collect(), rest].concat()
}

#[test]
fn a_signal_reaches_the_whole_group_only_where_that_was_asked_for() {
    use libc::{SIGHUP, SIGUSR1};
    let sorted = |mut heard: Vec<i32>| {
        heard.sort();
        heard
    };
    assert_eq!(sorted(heard(&[], None)), [SIGHUP, SIGUSR1]);
    assert_eq!(sorted(heard(&["-c"], None)), [SIGHUP, SIGUSR1]);
    assert_eq!(sorted(heard(&["-c", "-g"], None)), [SIGHUP, SIGUSR1], "the group would be ours");
    for (options, variable) in [(&["-g"][..], None), (&[], Some("TINI_KILL_PROCESS_GROUP"))] {
        let heard = heard(options, variable);
        let count = |signal| heard.iter().filter(|heard| **heard == signal).count();
        assert_eq!(count(SIGUSR1), 2, "{heard:?}");
        assert!(count(SIGHUP) >= 1, "{heard:?}");
    }
}
