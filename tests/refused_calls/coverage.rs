//! The tables are complete: every system call that a program makes, in any scene and after any refusal, has a row.

use crate::row::{Row, name, side_by_side};
use crate::run::{Refusal, run};
use crate::scene::{Patience, Program, Scene};
use crate::{init, pause};
use nix::errno::Errno;
use std::collections::BTreeSet;
use testkit::platform::EmulatorLimit;
use testkit::programs::path;
use testkit::recorded_calls::record;

/// The names of the calls that a program makes in a scene.
fn made(scene: &Scene, refusal: Option<Refusal>) -> BTreeSet<String> {
    let program = if scene.program == Program::Pause { "pause" } else { "init" };
    let (install, recording) = record(path(program)).expect("a pair of sockets");
    run(scene, refusal, Some(install), Patience::RECORDED);
    let numbers = recording.finish().expect("the kernel reports calls, and no other listener is there");
    numbers.into_iter().map(name).collect()
}

/// The calls that are made in any of these scenes, or after any of these refusals.
fn made_in_all(scenes: &[&'static Scene], tables: &[&'static [Row]]) -> BTreeSet<String> {
    let plain = scenes.iter().map(|scene| (*scene, None));
    let refused = tables.iter().copied().flatten().map(|row| (row.scene, Some(row.calls.list())));
    let runs: Vec<_> = plain.chain(refused).collect();
    let made = side_by_side(&runs, |(scene, calls)| {
        Some(made(scene, calls.as_ref().map(|calls| Refusal::of(calls, Errno::EPERM))))
    });
    made.into_iter().flatten().collect()
}

/// The calls that have a row.
fn in_tables(tables: &[&'static [Row]]) -> BTreeSet<String> {
    tables.iter().copied().flatten().flat_map(|row| row.calls.list()).map(|call| name(call.number)).collect()
}

#[test]
fn every_system_call_of_pause_has_a_row_and_is_named_in_security_md() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let made = made_in_all(&pause::SCENES, &[&pause::ROWS]);
    assert_eq!(made, in_tables(&[&pause::ROWS]), "those that are made, and those in the table");

    let text = include_str!("../../SECURITY.md");
    let (_, list) = text.split_once("It makes these system calls:").expect("SECURITY.md names them");
    let (list, _) = list.split_once(".\n").expect("the list is a sentence");
    let named: BTreeSet<String> = list.split('`').skip(1).step_by(2).map(String::from).collect();
    assert_eq!(made, named, "those that are made, and those in SECURITY.md");
}

#[test]
fn every_system_call_of_init_has_a_row() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let made = made_in_all(&init::SCENES, &init::TABLES);
    assert_eq!(made, in_tables(&init::TABLES), "those that are made, and those in the tables");
}
