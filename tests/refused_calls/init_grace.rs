//! The table of `init` with a grace period.

use crate::init::{
    GRACE, GRACE_ALONE, GRACE_GROUP, GRACE_GROUP_ORDINARY, GRACE_ORDINARY, GRACE_WORKS, NO_GROUP, NO_REAPING,
    NOT_FORWARDED, NOT_STARTED, WOULD_KILL,
};
use crate::row::Row;
use crate::scenario::{CHILD_TERMINATED, Outcome, TERMINATED, WARNING, stays, works};
use libc::{
    SYS_close, SYS_getdents64, SYS_getpgid, SYS_getpid, SYS_kill, SYS_openat, SYS_prctl, SYS_read, SYS_readlinkat,
    SYS_setitimer, SYS_setpgid,
};
use testkit::refused_call::Call;

const NOT_SIGNALLED: &str = "init: cannot signal the remaining processes: errno {error}";
/// The error is ESRCH, not that of the refused call: `/proc` seems to be of another PID namespace.
const OTHER_PROC: &str = "init: cannot signal the remaining processes: errno 3";

const SIGNALS_ALL: Outcome = works(&[WARNING, TERMINATED, CHILD_TERMINATED, "init: cannot read /proc: errno {error}"]);
const SIGNALS_NONE: Outcome = works(&[WARNING, TERMINATED, NOT_SIGNALLED]);

/// Opens a folder.
const OPEN_FOLDER: Call = Call::with(SYS_openat, 2, libc::O_DIRECTORY as u32, libc::O_DIRECTORY as u32);
/// Opens any other file.
const OPEN_FILE: Call = Call::with(SYS_openat, 2, (libc::O_DIRECTORY | libc::O_NOCTTY) as u32, 0);

const NOT_NEEDED: &str = "process 1 signals all processes in one call";
const TWICE: &str = "to signal some processes twice is better than to signal none";
const UNKNOWN: &str = "it does not know its descendants, says so, and waits until the grace period is over";
const NO_TIMER: &str = "it would wait for ever";

#[rustfmt::skip]
pub static ROWS: [Row; 27] = [
    Row::of(&GRACE_ALONE, &[SYS_setitimer], works(&[WARNING, TERMINATED, "init: cannot set a timer: errno {error}"]),
        NO_TIMER),
    Row::of(&GRACE, &[SYS_openat], GRACE_WORKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_readlinkat], GRACE_WORKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_getdents64], GRACE_WORKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_read], GRACE_WORKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_close], GRACE_WORKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_getpgid], GRACE_WORKS, NOT_NEEDED),
    Row::of(&GRACE, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED, OTHER_PROC]), UNKNOWN),
    Row::of(&GRACE, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED, NOT_SIGNALLED]), WOULD_KILL),

    Row::of(&GRACE_GROUP, &[SYS_openat], SIGNALS_ALL, TWICE),
    Row::some(&GRACE_GROUP, &[OPEN_FILE], SIGNALS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_readlinkat], SIGNALS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_getdents64], SIGNALS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_read], SIGNALS_ALL, TWICE),
    Row::of(&GRACE_GROUP, &[SYS_setpgid],
        works(&[NO_GROUP, WARNING, TERMINATED, CHILD_TERMINATED]),
        "the program alone received the signal"),
    Row::of(&GRACE_GROUP, &[SYS_kill],
        stays(&[NOT_FORWARDED, WARNING, TERMINATED, NOT_SIGNALLED]), WOULD_KILL),

    Row::of(&GRACE_ORDINARY, &[SYS_prctl], NOT_STARTED, "it cannot do what the option asks for"),
    Row::of(&GRACE_ORDINARY, &[SYS_openat], SIGNALS_NONE, UNKNOWN),
    Row::some(&GRACE_ORDINARY, &[OPEN_FOLDER], SIGNALS_NONE, UNKNOWN),
    Row::some(&GRACE_ORDINARY, &[OPEN_FILE], SIGNALS_NONE, UNKNOWN),
    Row::of(&GRACE_ORDINARY, &[SYS_readlinkat], SIGNALS_NONE, UNKNOWN),
    Row::of(&GRACE_ORDINARY, &[SYS_getdents64], SIGNALS_NONE, UNKNOWN),
    Row::of(&GRACE_ORDINARY, &[SYS_read], SIGNALS_NONE, UNKNOWN),
    Row::of(&GRACE_ORDINARY, &[SYS_close], GRACE_WORKS, "the kernel closes them when it exits"),
    Row::of(&GRACE_ORDINARY, &[SYS_getpid], works(&[WARNING, TERMINATED, OTHER_PROC]), UNKNOWN),
    Row::of(&GRACE_ORDINARY, &[SYS_kill],
        stays(&[NOT_FORWARDED, WARNING, TERMINATED, NOT_SIGNALLED]), WOULD_KILL),
    Row::of(&GRACE_GROUP_ORDINARY, &[SYS_openat], SIGNALS_NONE, UNKNOWN),
];
