//! Each system call that `pause` and `init` make is refused: neither hangs, spins, exits with a wrong status or fails in
//! silence.
//!
//! | module            | its one job                                                      |
//! | ----------------- | ---------------------------------------------------------------- |
//! | [`scenario`]      | the types of scenarios and outcomes                              |
//! | [`start`]         | starts the program of a scenario                                 |
//! | [`settle`]        | waits until a program is idle, or finds that it spins or hangs   |
//! | [`run`]           | runs a scenario                                                  |
//! | [`row`]           | a row of a table, and how all rows are run                       |
//! | [`pause`]         | the scenarios and the table of `pause`                           |
//! | [`init`]          | the scenarios of `init`                                          |
//! | [`init_plain`]    | its table without a terminal and without a grace period          |
//! | [`init_terminal`] | its table at a terminal                                          |
//! | [`init_grace`]    | its table with a grace period                                    |
//! | [`coverage`]      | the tables are complete                                          |
//! | [`controls`]      | programs that hang, spin or write nothing are noticed            |
//! | [`time32`]        | the calls with 32-bit and 64-bit times of a 32-bit program       |

mod controls;
mod coverage;
mod init;
mod init_grace;
mod init_plain;
mod init_terminal;
mod pause;
mod row;
mod run;
mod scenario;
mod settle;
mod start;
mod time32;

use row::{assert_all, assert_normal, is_possible_under_an_emulator};
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
}

#[test]
fn each_refused_call_of_pause_has_the_outcome_in_its_row() {
    if EmulatorLimit::OwnProcess.applies() {
        return assert_all(pause::ROWS.iter().filter(|row| is_possible_under_an_emulator(row)));
    }
    assert_all(&pause::ROWS);
}

#[test]
fn each_refused_call_of_init_has_the_outcome_in_its_row() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_all(coverage::INIT_TABLES.into_iter().flatten());
}
