//! Refuses each system call that `pause` and `init` make. Neither hangs, spins, exits with a wrong status or fails in
//! silence. The tables with the expected outcomes are in `pause` and in `init_plain`, `init_terminal`, `init_grace` and
//! `init_pause`.

mod controls;
mod coverage;
mod init;
mod init_grace;
mod init_pause;
mod init_plain;
mod init_terminal;
mod pause;
mod row;
mod run;
mod scenario;
mod settle;
mod start;
mod time32;

use row::{assert_all, assert_normal};
use testkit::platform::EmulatorLimit;
use testkit::reexec;

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn pause_and_init_work_if_no_call_is_refused() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_normal(&pause::SCENARIOS);
    assert_normal(&init::SCENARIOS);
    assert_normal(&init_pause::SCENARIOS);
}

#[test]
fn each_refused_call_of_pause_has_the_outcome_in_its_row() {
    let is_emulated = EmulatorLimit::OwnProcess.applies();
    assert_all(pause::ROWS.iter().filter(|row| !is_emulated || row.is_possible_under_an_emulator()));
}

/// Checks a table of `init`.
fn assert_all_of_init(rows: &[row::Row]) {
    if !EmulatorLimit::OwnProcess.applies() {
        assert_all(rows);
    }
}

#[test]
fn each_refused_call_of_init_has_the_outcome_in_its_row() {
    assert_all_of_init(&init_plain::ROWS);
}

#[test]
fn each_refused_call_of_init_at_a_terminal_has_the_outcome_in_its_row() {
    assert_all_of_init(&init_terminal::ROWS);
}

#[test]
fn each_refused_call_of_init_with_a_grace_period_has_the_outcome_in_its_row() {
    assert_all_of_init(&init_grace::ROWS);
}

#[test]
fn each_refused_call_of_init_with_p_has_the_outcome_in_its_row() {
    assert_all_of_init(&init_pause::ROWS);
}
