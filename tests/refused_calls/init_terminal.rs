//! The table of `init` at a terminal.

use crate::init::{
    CLOSED_INPUT, NO_GROUP, NO_REAPING, NOT_CLOSED, NOT_FORWARDED, OTHER_TERMINAL, READER, SHARED_READER, WORKS,
    WOULD_KILL,
};
use crate::row::Row;
use crate::scenario::{End, Outcome, TERMINATED, WARNING, ends, works};
use libc::{
    SYS_close, SYS_close_range, SYS_fcntl, SYS_getpgid, SYS_getpid, SYS_ioctl, SYS_kill, SYS_openat, SYS_setpgid,
};
use testkit::refused_call::Call;

const UNUSABLE: &str = "init: cannot use the terminal: errno {error}";
const WORKS_WITHOUT: Outcome = works(&[UNUSABLE, WARNING, TERMINATED]);

/// The program reads the line that the test types, and SIGTERM ends it.
const fn reads(stderr: &'static [&'static str]) -> Outcome {
    ends(End::OnSigterm(143), stderr).writes("typed\n")
}

const fn ioctl(request: libc::Ioctl) -> Call {
    Call::with(SYS_ioctl, 1, u32::MAX, request as u32)
}

/// Opens `/dev/tty`.
const OPEN_TERMINAL: Call = Call::with(SYS_openat, 2, libc::O_NOCTTY as u32, libc::O_NOCTTY as u32);
/// Opens a folder of `/proc`.
const OPEN_FOLDER: Call = Call::with(SYS_openat, 2, libc::O_DIRECTORY as u32, libc::O_DIRECTORY as u32);

const SHARES: &str = "the program shares the group, which is in the foreground, and can read";
const NOT_NEEDED: &str = "the terminal is standard input";

#[rustfmt::skip]
pub static ROWS: [Row; 21] = [
    Row::of(&READER, &[SYS_ioctl], reads(&[UNUSABLE]), SHARES),
    Row::some(&READER, &[ioctl(libc::TIOCGPGRP)], reads(&[UNUSABLE]), SHARES),
    Row::some(&READER, &[ioctl(libc::TIOCSPGRP)], reads(&[UNUSABLE]), SHARES),
    Row::some(&READER, &[Call::every(SYS_ioctl), OPEN_TERMINAL], reads(&[UNUSABLE]), SHARES),
    Row::some(&READER, &[OPEN_TERMINAL], reads(&[]), NOT_NEEDED),
    Row::of(&READER, &[SYS_getpgid], reads(&[UNUSABLE]), SHARES),
    Row::of(&READER, &[SYS_setpgid], reads(&[NO_GROUP]), SHARES),
    Row::of(&READER, &[SYS_getpid], reads(&[NO_REAPING, "init: cannot use the terminal: errno 22"]),
        "the program gets the terminal when it reads: its group was not known before"),
    Row::of(&READER, &[SYS_close_range], reads(&[]), "nothing is inherited"),
    Row::of(&READER, &[SYS_kill], ends(End::WithProgram(143), &[NOT_FORWARDED]).writes("typed\n"),
        WOULD_KILL),

    Row::of(&SHARED_READER, &[SYS_ioctl], reads(&[UNUSABLE]), SHARES),
    Row::some(&SHARED_READER, &[ioctl(libc::TIOCSPGRP)], reads(&[UNUSABLE]), "it tries before it knows that nothing would change"),
    Row::of(&SHARED_READER, &[SYS_setpgid], reads(&[]), "it makes no group"),

    Row::of(&OTHER_TERMINAL, &[SYS_openat], WORKS, "no terminal is found, and the program does not read from it"),
    Row::of(&OTHER_TERMINAL, &[SYS_ioctl], WORKS_WITHOUT, "the program shares the group"),
    Row::of(&OTHER_TERMINAL, &[SYS_close_range], WORKS, "nothing is inherited"),
    Row::some(&OTHER_TERMINAL, &[Call::every(SYS_close_range), OPEN_FOLDER], works(&[NOT_CLOSED, WARNING, TERMINATED]),
        "without /proc, it does not know whether anything is inherited"),
    Row::of(&OTHER_TERMINAL, &[SYS_setpgid], works(&[NO_GROUP, WARNING, TERMINATED]), SHARES),

    Row::of(&CLOSED_INPUT, &[SYS_fcntl], works(&[UNUSABLE]),
        "the terminal must not become standard input; the program, which is pause, drops its messages"),
    Row::of(&CLOSED_INPUT, &[SYS_close], WORKS, "execve closes the descriptor"),
    Row::of(&CLOSED_INPUT, &[SYS_ioctl], WORKS_WITHOUT, "the program shares the group"),
];
