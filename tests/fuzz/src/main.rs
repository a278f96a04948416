//! The program that libFuzzer drives: it runs the target that the variable `PAUSE_FUZZ` names. `build/fuzz.sh` builds and
//! starts it.
#![no_main]

use fuzz::{PEERS, SPOILED, TARGETS, Target};
use std::env;
use std::sync::LazyLock;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = env::var("PAUSE_FUZZ").unwrap_or_default();
    let mut all = TARGETS.into_iter().chain(PEERS).chain([SPOILED]);
    let names = || [&TARGETS[..], &PEERS].concat().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ");
    let found = all.find(|(target, _)| *target == name);
    found.unwrap_or_else(|| panic!("there is no target {name:?}; set PAUSE_FUZZ to one of: {}", names())).1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
