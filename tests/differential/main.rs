//! `pause` beside the C equivalent of upstream's, in the same few hundred situations: where they differ, it is meant.
//!
//! | module          | its one job                                                        |
//! | --------------- | ------------------------------------------------------------------ |
//! | [`case`]   | what they are put into                                             |
//! | [`run`]        | one of them in one situation: status, output, zombies left         |
//! | [`differences`] | the table of differences that are meant, each with its reason      |

mod case;
mod differences;
mod run;

use case::Situation;
use differences::DIFFERENCES;
use run::{Outcome, play};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tempfile::TempDir;
use testkit::{programs, reexec};

/// As upstream builds its own.
const BUILD: [&str; 4] = ["-Os", "-Wall", "-Werror", "-static"];
const SOURCE: &str = include_str!("../../benches/peers/upstream_equivalent.c");

/// Builds the C equivalent of upstream's `pause` 3.10 in this folder.
fn build_equivalent(folder: &TempDir) -> PathBuf {
    let program = folder.path().join("equivalent");
    let mut compiler = Command::new("cc");
    compiler.args(BUILD).arg(format!("-DVERSION=\"{}\"", env!("CARGO_PKG_VERSION")));
    compiler.args(["-x", "c", "-", "-o"]).arg(&program).stdin(Stdio::piped());
    let mut compiler = compiler.spawn().expect("there is a C compiler");
    compiler.stdin.take().expect("it is piped").write_all(SOURCE.as_bytes()).expect("it reads");
    assert!(compiler.wait().is_ok_and(|status| status.success()), "the C equivalent cannot be built");
    program
}

/// Plays every situation with both of them: `theirs` and `ours`.
fn play_all(situations: &[Situation], theirs: &Path, ours: &Path) -> Vec<(Outcome, Outcome)> {
    let next = AtomicUsize::new(0);
    let play_some = || {
        let mut played = Vec::new();
        while let Some((at, situation)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, situations.get(at)?)))
        {
            played.push((at, (play(theirs, situation), play(ours, situation))));
        }
        played
    };
    let mut played: Vec<_> = thread::scope(|scope| {
        let players = [(); 4].map(|()| scope.spawn(play_some));
        players.into_iter().flat_map(|player| player.join().expect("it reports its failure itself")).collect()
    });
    played.sort_by_key(|(at, _)| *at);
    played.into_iter().map(|(_, outcomes)| outcomes).collect()
}

#[test]
fn an_ordinary_user_gets_the_same() {
    reexec::as_ordinary_user("an_ordinary_user_gets_the_same");
}

#[test]
fn the_readme_knows_how_many_situations_there_are() {
    let counted = format!("{} situations", case::all().len());
    assert_eq!(include_str!("../../README.md").matches(&counted).count(), 2, "{counted}");
}

#[test]
fn where_they_differ_it_is_meant() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let theirs = build_equivalent(&folder);
    let situations = case::all();
    let outcomes = play_all(&situations, &theirs, programs::path("pause"));

    let mut wrong = Vec::new();
    let mut counts = [0; DIFFERENCES.len()];
    for (situation, (theirs, ours)) in situations.iter().zip(&outcomes) {
        let is_meant = DIFFERENCES.iter().zip(&mut counts).filter(|(difference, _)| (difference.applies)(situation));
        let mut meant = 0;
        for (difference, count) in is_meant {
            meant += 1;
            *count += 1;
            if !(difference.shows)(theirs, ours) {
                wrong.push(format!(
                    "not as documented ({}): {situation:?}\n  theirs {theirs:?}\n  ours   {ours:?}",
                    difference.when
                ));
            }
        }
        if meant == 0 && theirs != ours {
            wrong.push(format!("not documented: {situation:?}\n  theirs {theirs:?}\n  ours   {ours:?}"));
        }
    }

    println!("{} situations", situations.len());
    for (difference, count) in DIFFERENCES.iter().zip(counts) {
        println!(
            "{count:4} × {}\n       theirs: {}\n       ours:   {}\n       why:    {}",
            difference.when, difference.theirs, difference.ours, difference.why
        );
        if count == 0 {
            wrong.push(format!("documented, but it does not occur: {}", difference.when));
        }
    }
    assert!(wrong.is_empty(), "{} of {} situations:\n{}", wrong.len(), situations.len(), wrong.join("\n"));
}
