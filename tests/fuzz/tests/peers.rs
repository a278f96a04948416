//! The saved inputs of the targets that run `init` beside another init.

use fuzz::targets::peers::{DUMB_INIT, TINI, check};
use fuzz::{PEERS, saved};
use std::panic::catch_unwind;
use std::process::Command;
use testkit::programs::init;

#[test]
#[ignore = "it needs tini and dumb-init: make test-peers runs it"]
fn init_does_with_the_saved_inputs_what_its_peers_do() {
    saved::run(&PEERS);
}

/// Returns an `init` that gets one argument more.
fn with(argument: &str) -> Command {
    let mut command = init();
    command.arg(argument);
    command
}

#[test]
#[ignore = "it needs tini and dumb-init: make test-peers runs it"]
fn an_init_that_behaves_otherwise_fails() {
    for (target, peer) in [("dumb-init", &DUMB_INIT), ("tini", &TINI)] {
        for argument in ["-e7", "--", "print-words"] {
            let fails = |bytes: &[u8]| catch_unwind(|| check(peer, || with(argument), bytes)).is_err();
            let inputs = saved::inputs(target);
            assert!(inputs.iter().any(|(_, bytes)| fails(bytes)), "{target} passes with {argument}");
        }
    }
}
