//! The table of `init` without a terminal and without a grace period.

use crate::init::{
    FIRST, FORWARDING, GROUP, HELP, HELPS, INHERITED, INHERITS, INHERITS_HIGH, NO_FILE, NO_GROUP, NO_REAPING,
    NOT_FORWARDED, ORDINARY, PARENT, REAPED, REFUSES, SHARED, SILENT, SUBREAPER, TELLS, UNKNOWN, VERBOSE, WARNS,
};
use crate::row::Row;
use crate::scene::{End, Outcome, TERMINATED, WARNING};
use libc::{
    SYS_clone, SYS_close, SYS_close_range, SYS_execve, SYS_exit_group, SYS_fcntl, SYS_getpgid, SYS_getpid, SYS_ioctl,
    SYS_kill, SYS_openat, SYS_ppoll, SYS_prctl, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigtimedwait, SYS_setpgid,
    SYS_wait4, SYS_write,
};
use testkit::refused_call::Call;

const WORKS: Outcome = works(&[WARNING, TERMINATED]);
const UNNOTICED: Outcome = works(&[]);
const NOT_BEGUN: Outcome = exits(1, &["init: cannot begin: error {error}"]);
const CANNOT_WAIT: Outcome = exits(1, &["init: cannot wait: error {error}"]);
const NOT_CLOSED: Outcome =
    works(&[WARNING, TERMINATED, "init: cannot close inherited descriptors: error {error}"]).keeps(3);

const fn works(stderr: &'static [&'static str]) -> Outcome {
    Outcome::works(stderr)
}

const fn exits(status: i32, stderr: &'static [&'static str]) -> Outcome {
    Outcome::exits(status, stderr)
}

const fn stays(stderr: &'static [&'static str]) -> Outcome {
    Outcome::new(End::WithProgram(0), stderr)
}

const fn prctl(operation: libc::c_int) -> Call {
    Call::with(SYS_prctl, 0, u32::MAX, operation as u32)
}

const LOSES_SIGNALS: &str = "it would lose signals";
const NO_STATUS: &str = "it would not be told how the program ends";
const NEVER_SPINS: &str = "it must not spin";
const NO_TERMINAL: &str = "no terminal was found, and there is none";
const LIVES_ON: &str = "the program lives on when its parent ends, as it does after every fork";
const REACHES_PROGRAM: &str = "the program shares the group, and signals reach it";
const STAYS: &str = "its exit would kill a program that was not asked to end";
const NOT_ASKED: &str = "messages are written without asking whether somebody reads them";
const LOSES_MESSAGES: &str = "messages are lost, and nothing else";

#[rustfmt::skip]
pub static ROWS: [Row; 52] = [
    Row::of(&FIRST, &[SYS_rt_sigprocmask], NOT_BEGUN, LOSES_SIGNALS),
    Row::of(&FIRST, &[SYS_rt_sigaction], NOT_BEGUN, NO_STATUS),
    Row::of(&FIRST, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED]), "it cannot know that it is process 1"),
    Row::of(&FIRST, &[SYS_prctl], WORKS, LIVES_ON),
    Row::of(&FIRST, &[SYS_getpgid], WORKS, NO_TERMINAL),
    Row::of(&FIRST, &[SYS_ioctl], WORKS, NO_TERMINAL),
    Row::of(&FIRST, &[SYS_openat], WORKS, NO_TERMINAL),
    Row::of(&FIRST, &[SYS_clone], exits(1, &["init: cannot fork: error {error}"]), "there is no program"),
    Row::of(&FIRST, &[SYS_setpgid], works(&[NO_GROUP, WARNING, TERMINATED]), REACHES_PROGRAM),
    Row::of(&FIRST, &[SYS_close_range], WORKS, "nothing is inherited"),
    Row::of(&FIRST, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), STAYS),
    Row::of(&FIRST, &[SYS_fcntl], UNNOTICED, "the program, which is pause, drops its messages"),
    Row::of(&FIRST, &[SYS_write], UNNOTICED, LOSES_MESSAGES),
    Row::of(&FIRST, &[SYS_ppoll], WORKS, "it says nothing"),
    Row::of(&FIRST, &[SYS_exit_group], Outcome::new(End::Crashes, &[WARNING, TERMINATED]),
        "an illegal instruction is the last way to end"),
    Row::of(&SILENT, &[SYS_rt_sigtimedwait], CANNOT_WAIT, NEVER_SPINS),
    Row::of(&SILENT, &[SYS_wait4], CANNOT_WAIT, "it would not be told how the program ends, and must not spin"),
    Row::of(&SILENT, &[SYS_rt_sigtimedwait, SYS_write], exits(1, &[]), NEVER_SPINS),
    Row::of(&SILENT, &[SYS_rt_sigtimedwait, SYS_exit_group],
        Outcome::new(End::Crashes, &["init: cannot wait: error {error}"]), NEVER_SPINS),
    Row::of(&NO_FILE, &[SYS_execve], exits(126, &["init: /no/such/file cannot be executed: error {error}"]),
        "the shell's status for it"),
    Row::of(&NO_FILE, &[SYS_execve, SYS_write], exits(126, &[]), LOSES_MESSAGES),

    Row::of(&ORDINARY, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED]), "the warning is right"),
    Row::of(&ORDINARY, &[SYS_prctl], works(&[NO_REAPING, WARNING, TERMINATED]), "it was no subreaper before"),
    Row::of(&ORDINARY, &[SYS_kill], stays(&[NO_REAPING, NOT_FORWARDED, WARNING, TERMINATED]), STAYS),
    Row::of(&SUBREAPER, &[SYS_prctl], NOT_BEGUN, "it cannot be what was asked for"),
    Row::some(&SUBREAPER, &[prctl(libc::PR_SET_CHILD_SUBREAPER)], NOT_BEGUN, "it cannot be what was asked for"),
    Row::some(&SUBREAPER, &[prctl(libc::PR_GET_CHILD_SUBREAPER)], works(&[NO_REAPING, WARNING, TERMINATED]),
        "a kernel that does not tell is taken for a no"),
    Row::of(&SUBREAPER, &[SYS_getpid], WORKS, "it is a subreaper, process 1 or not"),
    Row::of(&PARENT, &[SYS_prctl], NOT_BEGUN, "it cannot be what was asked for"),
    Row::some(&PARENT, &[prctl(libc::PR_SET_PDEATHSIG)], NOT_BEGUN, "it cannot be what was asked for"),
    Row::some(&PARENT, &[prctl(libc::PR_GET_PDEATHSIG)], WORKS, LIVES_ON),
    Row::of(&PARENT, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED]), "no signal is sent to a wrong ID"),
    Row::of(&PARENT, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), STAYS),
    Row::some(&INHERITED, &[prctl(libc::PR_SET_PDEATHSIG)], WORKS, LIVES_ON),
    Row::some(&INHERITED, &[prctl(libc::PR_GET_PDEATHSIG)], WORKS, LIVES_ON),

    Row::of(&GROUP, &[SYS_setpgid], works(&[NO_GROUP, WARNING, TERMINATED]), REACHES_PROGRAM),
    Row::of(&GROUP, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), STAYS),
    Row::of(&SHARED, &[SYS_setpgid], WORKS, "it makes no group"),
    Row::of(&SHARED, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), STAYS),
    Row::of(&WARNS, &[SYS_ppoll], works(&[WARNING, TERMINATED, REAPED, REAPED]), NOT_ASKED),
    Row::of(&WARNS, &[SYS_write], UNNOTICED, LOSES_MESSAGES),
    Row::of(&VERBOSE, &[SYS_ppoll], works(&[WARNING, TERMINATED, REAPED, REAPED, FORWARDING]), NOT_ASKED),
    Row::of(&VERBOSE, &[SYS_write], UNNOTICED, LOSES_MESSAGES),
    Row::of(&VERBOSE, &[SYS_kill],
        stays(&[NOT_FORWARDED, WARNING, TERMINATED, REAPED, REAPED, FORWARDING, FORWARDING]), "it is said once"),

    Row::of(&INHERITS, &[SYS_close_range], WORKS, "they are closed one after the other"),
    Row::of(&INHERITS, &[SYS_close_range, SYS_openat], NOT_CLOSED, "without /proc it does not know which are open"),
    Row::of(&INHERITS_HIGH, &[SYS_close_range], WORKS, "it is closed all the same"),
    Row::of(&INHERITS, &[SYS_close_range, SYS_close], NOT_CLOSED, "they are not closed, and it says so"),

    Row::of(&HELPS, &[SYS_write], exits(1, &[]), "a script must not take nothing for an answer"),
    Row::of(&TELLS, &[SYS_write], exits(1, &[]), "a script must not take nothing for an answer"),
    Row::of(&REFUSES, &[SYS_write], exits(1, &[]), LOSES_MESSAGES),
    Row::of(&REFUSES, &[SYS_ppoll], exits(1, &[UNKNOWN, HELP]), NOT_ASKED),
];
