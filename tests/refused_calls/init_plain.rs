//! The table of `init` without a terminal and without a grace period.

use crate::init::{
    DESCRIPTORS, FORWARDING, GROUP, HELP, HIGH_DESCRIPTOR, INHERITED, NO_FILE, NO_GROUP, NO_REAPING, NOT_CLOSED,
    NOT_FORWARDED, NOT_STARTED, ORDINARY, PARENT, PRINTS_HELP, PRINTS_VERSION, PROCESS_1, REAPED, SHARED, SILENT,
    SUBREAPER, UNKNOWN_OPTION, VERBOSE, WARNS, WORKS, WOULD_KILL, WRONG_OPTION,
};
use crate::row::Row;
use crate::scenario::{Outcome, TERMINATED, WARNING, crashes, exits, stays, works};
use libc::{
    SYS_clone, SYS_close, SYS_close_range, SYS_execve, SYS_exit_group, SYS_fcntl, SYS_getpgid, SYS_getpid, SYS_ioctl,
    SYS_kill, SYS_openat, SYS_pidfd_open, SYS_ppoll, SYS_prctl, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigtimedwait, SYS_setpgid, SYS_uname, SYS_wait4, SYS_write,
};
use testkit::refused_call::Call;

const SILENCE: Outcome = works(&[]);
const CANNOT_WAIT: Outcome = exits(1, &["init: cannot wait: errno {error}"]);
const KEEPS_DESCRIPTORS: Outcome = works(&[WARNING, TERMINATED, NOT_CLOSED]).keeps(3);

const fn prctl(operation: libc::c_int) -> Call {
    Call::with(SYS_prctl, 0, u32::MAX, operation as u32)
}

/// The question how the program has ended, which the kernel answers after it has reaped it.
const ASKS_FOR_STATUS: Call = Call::with(SYS_ioctl, 1, u32::MAX, libc::PIDFD_GET_INFO as u32);

/// The question whether a process may be signalled.
const MAY_SIGNAL: Call = Call::with(SYS_kill, 1, u32::MAX, 0);

const REAPS_ITSELF: &str = "it reaps by itself if the kernel cannot tell the program's status";
const LOSES_SIGNALS: &str = "it would lose signals";
const NO_STATUS: &str = "it would not receive the program's exit status";
const NEVER_SPINS: &str = "it must not spin";
const NO_TERMINAL: &str = "no terminal is found, and there is none";
const LIVES_ON: &str = "the program stays alive when its parent ends, as after every fork";
const REACHES_PROGRAM: &str = "the program shares the group, and receives its signals";
const PERHAPS_OTHERS: &str = "the signal may have reached only others of the group";
const CANNOT_OBEY: &str = "it cannot do what the option asks for";
const NOT_POLLED: &str = "messages are written without checking whether there is room";
const LOSES_MESSAGES: &str = "only messages are lost";
const NOT_EMPTY: &str = "a script must not take an empty output for success";

#[rustfmt::skip]
pub static ROWS: [Row; 57] = [
    Row::of(&PROCESS_1, &[SYS_rt_sigprocmask], NOT_STARTED, LOSES_SIGNALS),
    Row::of(&PROCESS_1, &[SYS_rt_sigaction], NOT_STARTED, NO_STATUS),
    Row::of(&PROCESS_1, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED]), "it cannot know that it is process 1"),
    Row::of(&PROCESS_1, &[SYS_prctl], WORKS, LIVES_ON),
    Row::of(&PROCESS_1, &[SYS_getpgid], WORKS, NO_TERMINAL),
    Row::of(&PROCESS_1, &[SYS_ioctl], WORKS, NO_TERMINAL),
    Row::of(&PROCESS_1, &[SYS_openat], WORKS, NO_TERMINAL),
    Row::of(&PROCESS_1, &[SYS_clone], exits(1, &["init: cannot fork: errno {error}"]), "there is no program"),
    Row::of(&PROCESS_1, &[SYS_setpgid], works(&[NO_GROUP, WARNING, TERMINATED]), REACHES_PROGRAM),
    Row::of(&PROCESS_1, &[SYS_close_range], WORKS, "nothing is inherited"),
    Row::of(&PROCESS_1, &[SYS_uname], WORKS, REAPS_ITSELF),
    Row::of(&PROCESS_1, &[SYS_pidfd_open], WORKS, REAPS_ITSELF),
    Row::some(&PROCESS_1, &[ASKS_FOR_STATUS], WORKS, REAPS_ITSELF),
    Row::of(&PROCESS_1, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), WOULD_KILL),
    Row::of(&PROCESS_1, &[SYS_fcntl], SILENCE, "the program, which is pause, drops its messages"),
    Row::of(&PROCESS_1, &[SYS_write], SILENCE, LOSES_MESSAGES),
    Row::of(&PROCESS_1, &[SYS_ppoll], WORKS, "it writes no message"),
    Row::of(&PROCESS_1, &[SYS_exit_group], crashes(&[WARNING, TERMINATED]),
        "an illegal instruction ends it instead"),
    Row::of(&SILENT, &[SYS_rt_sigtimedwait], CANNOT_WAIT, NEVER_SPINS),
    Row::of(&SILENT, &[SYS_wait4], CANNOT_WAIT, "it would not receive the program's exit status, and must not spin"),
    Row::of(&SILENT, &[SYS_rt_sigtimedwait, SYS_write], exits(1, &[]), NEVER_SPINS),
    Row::of(&SILENT, &[SYS_rt_sigtimedwait, SYS_exit_group],
        crashes(&["init: cannot wait: errno {error}"]), NEVER_SPINS),
    Row::of(&NO_FILE, &[SYS_execve], exits(126, &["init: /no/such/file cannot be executed: errno {error}"]),
        "the status that a shell exits with"),
    Row::of(&NO_FILE, &[SYS_execve, SYS_write], exits(126, &[]), LOSES_MESSAGES),

    Row::of(&ORDINARY, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED]), "the warning is right"),
    Row::of(&ORDINARY, &[SYS_prctl], works(&[NO_REAPING, WARNING, TERMINATED]), "it was no subreaper"),
    Row::of(&ORDINARY, &[SYS_kill], stays(&[NO_REAPING, NOT_FORWARDED, WARNING, TERMINATED]), WOULD_KILL),
    Row::of(&SUBREAPER, &[SYS_prctl], NOT_STARTED, CANNOT_OBEY),
    Row::some(&SUBREAPER, &[prctl(libc::PR_SET_CHILD_SUBREAPER)], NOT_STARTED, CANNOT_OBEY),
    Row::some(&SUBREAPER, &[prctl(libc::PR_GET_CHILD_SUBREAPER)], works(&[NO_REAPING, WARNING, TERMINATED]),
        "it assumes that it is no subreaper"),
    Row::of(&SUBREAPER, &[SYS_getpid], WORKS, "a subreaper reaps, whether it is process 1 or not"),
    Row::of(&PARENT, &[SYS_prctl], NOT_STARTED, CANNOT_OBEY),
    Row::some(&PARENT, &[prctl(libc::PR_SET_PDEATHSIG)], NOT_STARTED, CANNOT_OBEY),
    Row::some(&PARENT, &[prctl(libc::PR_GET_PDEATHSIG)], WORKS, LIVES_ON),
    Row::of(&PARENT, &[SYS_getpid], works(&[NO_REAPING, WARNING, TERMINATED]), "no signal is sent to a wrong process ID"),
    Row::of(&PARENT, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), WOULD_KILL),
    Row::some(&INHERITED, &[prctl(libc::PR_SET_PDEATHSIG)], WORKS, LIVES_ON),
    Row::some(&INHERITED, &[prctl(libc::PR_GET_PDEATHSIG)], WORKS, LIVES_ON),

    Row::of(&GROUP, &[SYS_setpgid], works(&[NO_GROUP, WARNING, TERMINATED]), REACHES_PROGRAM),
    Row::of(&GROUP, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), WOULD_KILL),
    Row::some(&GROUP, &[MAY_SIGNAL], works(&[NOT_FORWARDED, WARNING, TERMINATED]), PERHAPS_OTHERS),
    Row::of(&SHARED, &[SYS_setpgid], WORKS, "it makes no group"),
    Row::of(&SHARED, &[SYS_kill], stays(&[NOT_FORWARDED, WARNING, TERMINATED]), WOULD_KILL),
    Row::of(&WARNS, &[SYS_ppoll], works(&[WARNING, TERMINATED, REAPED, REAPED]), NOT_POLLED),
    Row::of(&WARNS, &[SYS_write], SILENCE, LOSES_MESSAGES),
    Row::of(&VERBOSE, &[SYS_close_range], works(&[WARNING, TERMINATED, REAPED, REAPED, FORWARDING]), "standard error stays open"),
    Row::of(&VERBOSE, &[SYS_ppoll], works(&[WARNING, TERMINATED, REAPED, REAPED, FORWARDING]), NOT_POLLED),
    Row::of(&VERBOSE, &[SYS_write], SILENCE, LOSES_MESSAGES),
    Row::of(&VERBOSE, &[SYS_kill],
        stays(&[NOT_FORWARDED, WARNING, TERMINATED, REAPED, REAPED, FORWARDING, FORWARDING]), "the error is logged once"),

    Row::of(&DESCRIPTORS, &[SYS_close_range], WORKS, "they are closed one by one"),
    Row::of(&DESCRIPTORS, &[SYS_close_range, SYS_openat], KEEPS_DESCRIPTORS, "without /proc, it does not know which are open"),
    Row::of(&HIGH_DESCRIPTOR, &[SYS_close_range], WORKS, "it is found in /proc, and closed"),
    Row::of(&DESCRIPTORS, &[SYS_close_range, SYS_close], KEEPS_DESCRIPTORS, "they stay open, and it says so"),

    Row::of(&PRINTS_HELP, &[SYS_write], exits(1, &[]), NOT_EMPTY),
    Row::of(&PRINTS_VERSION, &[SYS_write], exits(1, &[]), NOT_EMPTY),
    Row::of(&WRONG_OPTION, &[SYS_write], exits(1, &[]), LOSES_MESSAGES),
    Row::of(&WRONG_OPTION, &[SYS_ppoll], exits(1, &[UNKNOWN_OPTION, HELP]), NOT_POLLED),
];
