//! `docs/protocol.md` lists exactly the promises, spoils and bounds of the tests, and each promise has a spoil.

use model::bounds::{INIT_LONG, INIT_QUICK, PAUSE_LONG, PAUSE_QUICK};
use model::environment::Environment;
use model::{init, init_check, pause, pause_check};
use stateright::{Expectation, Model, Property};
use std::fmt::{Debug, Write};
use std::fs;

/// Returns a table of promises, each with the spoils that break it.
fn table<M: Model>(properties: &[Property<M>], spoils: &[(impl Debug, &str)]) -> String {
    let promises = properties.iter().filter(|property| matches!(property.expectation, Expectation::Always));
    let mut table = String::from("| promise | spoils that break it |\n| --- | --- |\n");
    for promise in promises.map(|property| property.name) {
        let breaking = spoils.iter().filter(|(_, broken)| *broken == promise).map(|(spoil, _)| format!("`{spoil:?}`"));
        let breaking: Vec<String> = breaking.collect();
        assert!(!breaking.is_empty(), "no spoil breaks {promise:?}");
        writeln!(table, "| {promise} | {} |", breaking.join(", ")).expect("a string grows");
    }
    table
}

fn bounds(name: &str, environments: &[Environment]) -> String {
    let row = |Environment { orphans, joins, members, signals, stops, tracers }: &Environment| {
        format!("| {name} | {orphans} | {joins} | {members} | {signals} | {stops} | {tracers} |\n")
    };
    environments.iter().map(row).collect()
}

#[test]
fn the_page_lists_what_is_checked() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/protocol.md")).expect("the page");
    let of_pause = pause_check::check(false, PAUSE_QUICK, None).properties();
    let options = init::Options { grace_period: true, group: true, kernel_reaps: true };
    let of_init = init_check::check(options, INIT_QUICK[0], None).properties();
    for expected in [
        table(&of_pause, &pause::spoil::Spoil::ALL),
        table(&of_init, &init::spoil::Spoil::ALL),
        bounds("`pause`, `make test`", &[PAUSE_QUICK])
            + &bounds("`pause`, `make soak`", &[PAUSE_LONG])
            + &bounds("`init`, `make test`", &INIT_QUICK)
            + &bounds("`init`, `make soak`", &INIT_LONG),
    ] {
        assert!(page.contains(&expected), "docs/protocol.md needs this table:\n{expected}");
    }
}
