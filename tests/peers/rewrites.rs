//! Signals that `-r` rewrites, chosen at random: the program gets from `init` what it gets from dumb-init.

use super::peer::{command, numbers, probe_child};
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::Pod;

/// Sent after each signal: when it arrives, the signal before it has arrived, or never will.
const LAST: i32 = libc::SIGPWR;

/// A signal that both can forward, and that neither treats in another way.
fn forwarded() -> impl Strategy<Value = i32> {
    const OTHERS: [i32; 7] = [
        libc::SIGKILL,
        libc::SIGSTOP,
        libc::SIGCHLD,
        libc::SIGTSTP, // dumb-init stops the program by SIGSTOP
        libc::SIGTTIN,
        libc::SIGTTOU,
        LAST,
    ];
    (1..LAST).prop_filter("both forward it", |signal| !OTHERS.contains(signal))
}

/// What is sent in its place, or 0.
fn replacement() -> impl Strategy<Value = i32> {
    prop_oneof![1 => Just(0), 4 => forwarded()]
}

/// Sends signals to process 1, one after the other. Returns those that the program gets.
fn received(peer: &str, options: &[String], sent: &[i32]) -> Vec<i32> {
    let options = options.iter().map(String::as_str);
    let arguments: Vec<&str> = options.chain(["--", probe_child(), "signals"]).collect();
    let mut pod = Pod::start(command(peer, &arguments));
    let numbers = numbers(pod.init());
    assert_eq!(numbers.recv(), Ok(0), "{peer}: the probe child begins");
    let mut received = Vec::new();
    for signal in sent {
        pod.init().signal(*signal);
        pod.init().signal(LAST);
        received.extend(numbers.iter().take_while(|number| *number != LAST));
    }
    received
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_program_gets_the_same_signals(
        rewrites in vec((forwarded(), replacement()), 0..8),
        is_alone in any::<bool>(),
        sent in vec(forwarded(), 1..16),
    ) {
        // Some of those that are rewritten, too: otherwise most rewrites would not be used.
        let sent: Vec<i32> = rewrites.iter().map(|(from, _)| *from).chain(sent).collect();
        let rewrites = rewrites.iter().map(|(from, to)| format!("-r{from}:{to}"));
        let options: Vec<String> = is_alone.then(|| "-c".to_owned()).into_iter().chain(rewrites).collect();
        prop_assert_eq!(received("init", &options, &sent), received("dumb-init", &options, &sent));
    }
}

#[test]
fn a_rewrite_that_one_of_them_lacks_is_seen() {
    let sent = [libc::SIGTERM, libc::SIGHUP];
    assert_eq!(received("init", &["-r15:2".to_owned()], &sent), [libc::SIGINT, libc::SIGHUP]);
    assert_eq!(received("dumb-init", &[], &sent), sent);
}
