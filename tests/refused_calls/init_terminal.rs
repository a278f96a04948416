//! The table of `init` at a terminal.

use crate::init::{CLOSED_INPUT, ELSEWHERE, NO_GROUP, NO_REAPING, NOT_FORWARDED, READER, SHARED_READER};
use crate::row::Row;
use crate::scene::{End, Outcome, TERMINATED, WARNING};
use libc::{
    SYS_close, SYS_close_range, SYS_fcntl, SYS_getpgid, SYS_getpid, SYS_ioctl, SYS_kill, SYS_openat, SYS_setpgid,
};
use testkit::refused_call::Call;

const NOT_CLOSED: &str = "init: cannot close inherited descriptors: error {error}";
const UNUSABLE: &str = "init: cannot use the terminal: error {error}";
const WORKS: Outcome = Outcome::works(&[WARNING, TERMINATED]);

/// The program reads what is typed, and SIGTERM ends it.
const fn reads(stderr: &'static [&'static str]) -> Outcome {
    Outcome::new(End::OnSigterm(143), stderr).writes("typed\n")
}

const fn ioctl(request: libc::Ioctl) -> Call {
    Call::with(SYS_ioctl, 1, u32::MAX, request as u32)
}

/// To open `/dev/tty`.
const OPEN_TERMINAL: Call = Call::with(SYS_openat, 2, libc::O_NOCTTY as u32, libc::O_NOCTTY as u32);
/// To open a folder of `/proc`.
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
    Row::of(&READER, &[SYS_getpid], reads(&[NO_REAPING, "init: cannot use the terminal: error 22"]),
        "its group is not known before it reads, and then it is given the terminal"),
    Row::of(&READER, &[SYS_close_range], reads(&[]), "nothing is inherited"),
    Row::of(&READER, &[SYS_kill], Outcome::new(End::WithProgram(143), &[NOT_FORWARDED]).writes("typed\n"),
        "its exit would kill a program that was not asked to end"),

    Row::of(&SHARED_READER, &[SYS_ioctl], reads(&[UNUSABLE]), SHARES),
    Row::some(&SHARED_READER, &[ioctl(libc::TIOCSPGRP)], reads(&[UNUSABLE]), "it finds out before it knows that nothing changes"),
    Row::of(&SHARED_READER, &[SYS_setpgid], reads(&[]), "it makes no group"),

    Row::of(&ELSEWHERE, &[SYS_openat], WORKS, "no terminal was found, and the program does not read from it"),
    Row::of(&ELSEWHERE, &[SYS_ioctl], Outcome::works(&[UNUSABLE, WARNING, TERMINATED]), "the program shares the group"),
    Row::of(&ELSEWHERE, &[SYS_close_range], WORKS, "nothing is inherited"),
    Row::some(&ELSEWHERE, &[Call::every(SYS_close_range), OPEN_FOLDER], Outcome::works(&[NOT_CLOSED, WARNING, TERMINATED]),
        "without /proc it does not know whether anything is inherited"),
    Row::of(&ELSEWHERE, &[SYS_setpgid], Outcome::works(&[NO_GROUP, WARNING, TERMINATED]), SHARES),

    Row::of(&CLOSED_INPUT, &[SYS_fcntl], Outcome::works(&[UNUSABLE]),
        "the terminal must not take the place of standard input; the program, which is pause, drops its messages"),
    Row::of(&CLOSED_INPUT, &[SYS_close], WORKS, "the descriptor is closed when the program is executed"),
    Row::of(&CLOSED_INPUT, &[SYS_ioctl], Outcome::works(&[UNUSABLE, WARNING, TERMINATED]),
        "the program shares the group"),
];
