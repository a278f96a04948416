//! The table of `init` with a grace period.

use crate::init::{GRACE, GRACE_ALONE, GRACE_GROUP, GRACE_ORDINARY, NO_REAPING, NOT_FORWARDED};
use crate::row::Row;
use crate::scene::{ASKED, End, Outcome, TERMINATED, WARNING};
use libc::{
    SYS_close, SYS_getdents64, SYS_getpgid, SYS_getpid, SYS_kill, SYS_openat, SYS_prctl, SYS_read, SYS_readlinkat,
    SYS_setitimer, SYS_setpgid,
};
use testkit::refused_call::Call;

const NOT_ASKED: &str = "init: cannot signal the remaining processes: error {error}";
/// In the place of the refused call comes the answer that this is another `/proc`: ESRCH.
const FOREIGN_PROC: &str = "init: cannot signal the remaining processes: error 3";

const ASKS: Outcome = works(&[WARNING, TERMINATED, ASKED]);
const ASKS_ALL: Outcome = works(&[WARNING, TERMINATED, ASKED, "init: cannot tell processes apart: error {error}"]);
const ASKS_NOBODY: Outcome = works(&[WARNING, TERMINATED, NOT_ASKED]);

const fn works(stderr: &'static [&'static str]) -> Outcome {
    Outcome::works(stderr)
}

const fn stays(stderr: &'static [&'static str]) -> Outcome {
    Outcome::new(End::WithProgram(0), stderr)
}

/// To open a folder.
const OPEN_FOLDER: Call = Call::with(SYS_openat, 2, libc::O_DIRECTORY as u32, libc::O_DIRECTORY as u32);
/// To open any other file.
const OPEN_FILE: Call = Call::with(SYS_openat, 2, (libc::O_DIRECTORY | libc::O_NOCTTY) as u32, 0);

const NOT_NEEDED: &str = "process 1 signals everybody in one call";
const TWICE: &str = "to ask some twice is better than not to ask others at all";
const NOBODY: &str = "it cannot know its descendants, says so, and waits until the time is over";
const NO_TIME: &str = "it would wait for ever";
const STAYS: &str = "its exit would kill a program that was not asked to end";

#[rustfmt::skip]
pub static ROWS: [Row; 26] = [
    Row::of(&GRACE_ALONE, &[SYS_setitimer], works(&[WARNING, TERMINATED, "init: cannot set a timer: error {error}"]),
        NO_TIME),
    Row::of(&GRACE, &[SYS_openat], ASKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_readlinkat], ASKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_getdents64], ASKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_read], ASKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_close], ASKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_getpgid], ASKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED, FOREIGN_PROC]), NOBODY),
    Row::of(&GRACE, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED, NOT_ASKED]), STAYS),

    Row::of(&GRACE_GROUP, &[SYS_openat], ASKS_ALL, TWICE),
    Row::some(&GRACE_GROUP, &[OPEN_FILE], ASKS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_readlinkat], ASKS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_getdents64], ASKS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_read], ASKS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_setpgid],
        works(&["init: cannot make a process group: error {error}", WARNING, TERMINATED, ASKED]),
        "the program alone was asked"),
    Row::of(&GRACE_GROUP, &[SYS_kill],
        stays(&[NOT_FORWARDED, WARNING, TERMINATED, NOT_ASKED]), STAYS),

    Row::of(&GRACE_ORDINARY, &[SYS_prctl], Outcome::exits(1, &["init: cannot begin: error {error}"]),
        "it cannot be what was asked for"),
    Row::of(&GRACE_ORDINARY, &[SYS_openat], ASKS_NOBODY, NOBODY),
    Row::some(&GRACE_ORDINARY, &[OPEN_FOLDER], ASKS_NOBODY, NOBODY),
    Row::some(&GRACE_ORDINARY, &[OPEN_FILE], ASKS_NOBODY, NOBODY),
    Row::of(&GRACE_ORDINARY, &[SYS_readlinkat], ASKS_NOBODY, NOBODY),
    Row::of(&GRACE_ORDINARY, &[SYS_getdents64], ASKS_NOBODY, NOBODY),
    Row::of(&GRACE_ORDINARY, &[SYS_read], ASKS_NOBODY, NOBODY),
    Row::of(&GRACE_ORDINARY, &[SYS_close], ASKS, "what stays open is closed at its end"),
    Row::of(&GRACE_ORDINARY, &[SYS_getpid], works(&[WARNING, TERMINATED, FOREIGN_PROC]), NOBODY),
    Row::of(&GRACE_ORDINARY, &[SYS_kill],
        stays(&[NOT_FORWARDED, WARNING, TERMINATED, NOT_ASKED]), STAYS),
];
