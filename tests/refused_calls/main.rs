//! Each system call that `pause` and `init` make, refused: neither hangs, spins, exits with a wrong status or says nothing.
//!
//! | module            | its one job                                                              |
//! | ----------------- | ------------------------------------------------------------------------ |
//! | [`scene`]         | what is run, and the outcomes there are                                  |
//! | [`start`]         | starts a scene's program, with its filter                                |
//! | [`settle`]        | tells a program that waits from one that spins or hangs                  |
//! | [`run`]           | runs a scene to its end                                                  |
//! | [`row`]           | a row of a table, and how all of them are run                            |
//! | [`pause`]         | the table of `pause`                                                     |
//! | [`init`]          | the scenes of `init`                                                     |
//! | [`init_alone`]    | the table of `init` without a terminal and without a grace period        |
//! | [`init_terminal`] | … at a terminal                                                          |
//! | [`init_grace`]    | … with a grace period                                                    |
//! | [`coverage`]      | the tables are complete                                                  |
//! | [`spoiled`]       | programs that hang, spin or say nothing are noticed                      |
//! | [`time32`]        | the calls with 32-bit and 64-bit times of a 32-bit program               |

mod coverage;
mod init;
mod init_alone;
mod init_grace;
mod init_terminal;
mod pause;
mod row;
mod run;
mod scene;
mod settle;
mod spoiled;
mod start;
mod time32;

use row::{assert_all, assert_normal, assert_these, is_possible_under_an_emulator};
use testkit::platform::EmulatorLimit;
use testkit::reexec;

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn without_a_refusal_pause_and_init_work() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_normal(&pause::SCENES);
    assert_normal(&init::SCENES);
}

#[test]
fn each_refused_call_of_pause_leads_to_the_outcome_in_its_row() {
    if EmulatorLimit::OwnProcess.applies() {
        let possible: Vec<_> = pause::ROWS.iter().filter(|row| is_possible_under_an_emulator(row)).collect();
        return assert_these(&possible);
    }
    assert_all(&pause::ROWS);
}

#[test]
fn each_refused_call_of_init_leads_to_the_outcome_in_its_row() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_all(&init_alone::ROWS);
}

#[test]
fn each_refused_call_of_init_at_a_terminal_leads_to_the_outcome_in_its_row() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_all(&init_terminal::ROWS);
}

#[test]
fn each_refused_call_of_init_with_a_grace_period_leads_to_the_outcome_in_its_row() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    assert_all(&init_grace::ROWS);
}
