//! `pause` and a C equivalent of Kubernetes' `pause`, in the same hundreds of cases: every difference is intended.
//!
//! | module          | its one job                                             |
//! | --------------- | ------------------------------------------------------- |
//! | [`case`]        | the cases                                               |
//! | [`run`]         | runs one program in one case: status, output, zombies   |
//! | [`differences`] | the table of intended differences, each with its reason |
//! | [`storm`]       | how often each is woken up in a storm of orphans        |

mod case;
mod differences;
mod run;
mod storm;

use differences::DIFFERENCES;
use run::run;
use std::path::PathBuf;
use tempfile::TempDir;
use testkit::parallel::side_by_side;
use testkit::{equivalent, programs, reexec};

/// Builds the C equivalent of Kubernetes' `pause` 3.10 in this folder.
fn build_equivalent(folder: &TempDir) -> PathBuf {
    let program = folder.path().join("equivalent");
    equivalent::compile(env!("CARGO_PKG_VERSION"), &program).expect("it can be compiled");
    program
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn every_difference_is_intended() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let equivalent = build_equivalent(&folder);
    let cases = case::all();
    let outcomes =
        side_by_side(&cases, |case| Some((case, run(&equivalent, case), run(programs::path("pause"), case))));

    let mut wrong = Vec::new();
    let mut counts = [0; DIFFERENCES.len()];
    for (case, theirs, ours) in outcomes {
        let mut is_intended = false;
        for (difference, count) in DIFFERENCES.iter().zip(&mut counts) {
            if (difference.applies)(case) {
                is_intended = true;
                *count += 1;
                if !(difference.is_seen)(&theirs, &ours) {
                    let when = difference.when;
                    wrong.push(format!(
                        "not as in the table ({when}): {case:?}\n  theirs {theirs:?}\n  ours   {ours:?}"
                    ));
                }
            }
        }
        if !is_intended && theirs != ours {
            wrong.push(format!("not in the table: {case:?}\n  theirs {theirs:?}\n  ours   {ours:?}"));
        }
    }

    println!("{} cases", cases.len());
    for (difference, count) in DIFFERENCES.iter().zip(counts) {
        println!(
            "{count:4} × {}\n       theirs: {}\n       ours:   {}\n       why:    {}",
            difference.when, difference.theirs, difference.ours, difference.why
        );
        if count == 0 {
            wrong.push(format!("in the table, but in no case: {}", difference.when));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
