//! The tables are complete: every system call that a program makes, in any scenario or with any call refused, has a row.

use crate::row::{Row, name};
use crate::run::run;
use crate::scenario::{Program, Scenario, Timing};
use crate::start::Refusal;
use crate::{init, init_grace, init_pause, init_plain, init_terminal, pause};
use nix::errno::Errno;
use serde_json::Value;
use std::collections::BTreeSet;
use testkit::parallel::side_by_side;
use testkit::platform::{EmulatorLimit, kernel_remembers_status};
use testkit::programs::path;
use testkit::recorded_calls::record;

/// The tables of `init`.
pub static INIT_TABLES: [&[Row]; 4] = [&init_plain::ROWS, &init_terminal::ROWS, &init_grace::ROWS, &init_pause::ROWS];

/// Returns the names of the calls that a program makes in a scenario.
fn calls_in(scenario: &Scenario, refusal: Option<Refusal>) -> BTreeSet<String> {
    let program = if scenario.program == Program::Pause { "pause" } else { "init" };
    let (install, recording) = record(path(program)).expect("a pair of sockets");
    run(scenario, refusal, Some(install), Timing::recorded());
    let numbers = recording.finish().expect("the kernel reports calls, and to no other listener");
    numbers.into_iter().map(name).collect()
}

/// Returns the names of the calls in these scenarios, and in those of the tables with the calls of the row refused.
fn all_calls(scenarios: &[&'static Scenario], tables: &[&'static [Row]]) -> BTreeSet<String> {
    let plain = scenarios.iter().map(|scenario| (*scenario, None));
    let refused = tables.iter().copied().flatten().map(|row| (row.scenario, Some(row.calls.list())));
    let runs: Vec<_> = plain.chain(refused).collect();
    let calls = side_by_side(&runs, |(scenario, refused)| {
        Some(calls_in(scenario, refused.as_ref().map(|refused| Refusal::of(refused, Errno::EPERM))))
    });
    calls.into_iter().flatten().collect()
}

/// Returns the names of the calls that have a row.
fn in_tables(tables: &[&'static [Row]]) -> BTreeSet<String> {
    tables.iter().copied().flatten().flat_map(|row| row.calls.list()).map(|call| name(call.number)).collect()
}

/// The seccomp profiles are compiled in, as an ordinary user may not be able to read the project's folder.
const PAUSE_PROFILE: &str = include_str!("../../manifests/seccomp/pause.json");
const INIT_PROFILE: &str = include_str!("../../manifests/seccomp/init.json");

/// Returns the names in the first entry of a seccomp profile. The other entries are for other kernels, and for the runtime.
fn in_profile(profile: &str) -> BTreeSet<String> {
    let profile: Value = serde_json::from_str(profile).expect("JSON");
    let names = profile["syscalls"][0]["names"].as_array().expect("a list of names");
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

#[test]
fn every_system_call_of_pause_has_a_row_and_is_in_security_md_and_in_the_profile() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let made = all_calls(&pause::SCENARIOS, &[&pause::ROWS]);
    assert_eq!(made, in_tables(&[&pause::ROWS]), "the calls that are made, and those in the table");

    let text = include_str!("../../SECURITY.md");
    let (_, list) = text.split_once("It makes these system calls:").expect("the list in SECURITY.md");
    let (list, _) = list.split_once(".\n").expect("the end of the sentence");
    let named: BTreeSet<String> = list.split('`').skip(1).step_by(2).map(String::from).collect();
    assert_eq!(made, named, "the calls that are made, and those in SECURITY.md");
    assert_eq!(made, in_profile(PAUSE_PROFILE), "the calls that are made, and those in the seccomp profile");
}

#[test]
fn every_system_call_of_init_has_a_row_and_is_in_the_profile() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let scenarios: Vec<_> = init::SCENARIOS.into_iter().chain(init_pause::SCENARIOS).collect();
    let mut made = all_calls(&scenarios, &INIT_TABLES);
    if !kernel_remembers_status() {
        made.insert("pidfd_open".into()); // init does not need it here
    }
    assert_eq!(made, in_tables(&INIT_TABLES), "the calls that are made, and those in the tables");
    assert_eq!(made, in_profile(INIT_PROFILE), "the calls that are made, and those in the seccomp profile");
}
