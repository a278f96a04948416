//! The table of `pause`: its scenes, and what it does without each of its system calls.

use crate::row::Row;
use crate::scene::Place::{First, Ordinary};
use crate::scene::{End, Outcome, Place, Program, Scene, Setting, Starts, TERMINATED, WARNING};
use libc::{
    SYS_capset, SYS_exit_group, SYS_fcntl, SYS_getpid, SYS_prctl, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigtimedwait, SYS_wait4, SYS_write,
};

const VERSION: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");

const fn scene(name: &'static str, place: Place, options: &'static [&'static str], normal: Outcome) -> Scene {
    Scene { name, program: Program::Pause, place, options, starts: Starts::Nothing, setting: Setting::Plain, normal }
}

static FIRST: Scene = scene("process 1", First, &[], works(&[TERMINATED]));
static ORDINARY: Scene = scene("another process", Ordinary, &[], works(&[WARNING, TERMINATED]));
static GUARD: Scene = scene("process 1 with a guard", First, &["--guard"], works(&[TERMINATED]));
static ASKED: Scene = scene("asked for its version", First, &["-v"], exits(0, &[]).writes(VERSION));
static ASKED_ORDINARY: Scene =
    scene("another process asked for its version", Ordinary, &["-v"], exits(0, &[]).writes(VERSION));

pub static SCENES: [&Scene; 5] = [&FIRST, &ORDINARY, &GUARD, &ASKED, &ASKED_ORDINARY];

const fn works(stderr: &'static [&'static str]) -> Outcome {
    Outcome::works(stderr)
}

const fn exits(status: i32, stderr: &'static [&'static str]) -> Outcome {
    Outcome::exits(status, stderr)
}

const fn crashes(stderr: &'static [&'static str]) -> Outcome {
    Outcome::new(End::Crashes, stderr)
}

const NO_MASK: &str = "Error: cannot block signals";
const NO_ACTION: &str = "Error: cannot set up SIGCHLD";
const NO_WAIT: &str = "Error: cannot wait for signals";

const LOSES_SIGNALS: &str = "it would lose signals";
const LEAVES_ZOMBIES: &str = "it would leave zombies";
const NEVER_SPINS: &str = "it must not spin";
const KEEPS_PRIVILEGES: &str = "no capability is used, and no program is executed";
const KERNEL_REAPS: &str = "the kernel reaps";
const LOSES_MESSAGES: &str = "a message is dropped, and nothing waits for it";
const CANNOT_EXIT: &str = "an illegal instruction is the last way to end";
const NO_VERSION: &str = "a script must not take nothing for a version";

#[rustfmt::skip]
pub static ROWS: [Row; 42] = [
    Row::of(&FIRST, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&FIRST, &[SYS_capset], works(&[TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&FIRST, &[SYS_prctl], works(&[TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&FIRST, &[SYS_getpid], works(&[WARNING, TERMINATED]), "a warning is enough"),
    Row::of(&FIRST, &[SYS_rt_sigaction], exits(3, &[NO_ACTION]), LEAVES_ZOMBIES),
    Row::of(&FIRST, &[SYS_wait4], works(&[TERMINATED]), KERNEL_REAPS),
    Row::of(&FIRST, &[SYS_rt_sigtimedwait], exits(42, &[NO_WAIT]), NEVER_SPINS),
    Row::of(&FIRST, &[SYS_fcntl], works(&[]), LOSES_MESSAGES),
    Row::of(&FIRST, &[SYS_write], works(&[]), LOSES_MESSAGES),
    Row::of(&FIRST, &[SYS_exit_group], crashes(&[TERMINATED]), CANNOT_EXIT),
    Row::of(&FIRST, &[SYS_rt_sigprocmask, SYS_write], exits(1, &[]), LOSES_SIGNALS),
    Row::of(&FIRST, &[SYS_rt_sigtimedwait, SYS_exit_group], crashes(&[NO_WAIT]), CANNOT_EXIT),
    Row::of(&FIRST, &[SYS_rt_sigprocmask, SYS_capset, SYS_prctl, SYS_getpid, SYS_rt_sigaction, SYS_wait4,
        SYS_rt_sigtimedwait, SYS_fcntl, SYS_write], exits(1, &[]), "the first refusal ends it"),

    Row::of(&ORDINARY, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&ORDINARY, &[SYS_capset], works(&[WARNING, TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&ORDINARY, &[SYS_prctl], works(&[WARNING, TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&ORDINARY, &[SYS_getpid], works(&[WARNING, TERMINATED]), "the warning is right"),
    Row::of(&ORDINARY, &[SYS_rt_sigaction], exits(3, &[WARNING, NO_ACTION]), LEAVES_ZOMBIES),
    Row::of(&ORDINARY, &[SYS_wait4], works(&[WARNING, TERMINATED]), KERNEL_REAPS),
    Row::of(&ORDINARY, &[SYS_rt_sigtimedwait], exits(42, &[WARNING, NO_WAIT]), NEVER_SPINS),
    Row::of(&ORDINARY, &[SYS_fcntl], works(&[]), LOSES_MESSAGES),
    Row::of(&ORDINARY, &[SYS_write], works(&[]), LOSES_MESSAGES),
    Row::of(&ORDINARY, &[SYS_exit_group], crashes(&[WARNING, TERMINATED]), CANNOT_EXIT),

    Row::of(&GUARD, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&GUARD, &[SYS_capset], works(&[TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&GUARD, &[SYS_prctl], works(&[TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&GUARD, &[SYS_getpid], works(&[WARNING, TERMINATED]), "the warning says that there is no guard"),
    Row::of(&GUARD, &[SYS_rt_sigaction], exits(3, &[NO_ACTION]), LEAVES_ZOMBIES),
    Row::of(&GUARD, &[SYS_wait4], works(&[TERMINATED]), KERNEL_REAPS),
    Row::of(&GUARD, &[SYS_rt_sigtimedwait], exits(42, &[NO_WAIT]), NEVER_SPINS),
    Row::of(&GUARD, &[SYS_fcntl], works(&[]), LOSES_MESSAGES),
    Row::of(&GUARD, &[SYS_write], works(&[]), LOSES_MESSAGES),
    Row::of(&GUARD, &[SYS_exit_group], crashes(&[TERMINATED]), CANNOT_EXIT),

    Row::of(&ASKED, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&ASKED, &[SYS_capset], exits(0, &[]).writes(VERSION), KEEPS_PRIVILEGES),
    Row::of(&ASKED, &[SYS_prctl], exits(0, &[]).writes(VERSION), KEEPS_PRIVILEGES),
    Row::of(&ASKED, &[SYS_fcntl], exits(0, &[]).writes(VERSION), "standard output is written to without it"),
    Row::of(&ASKED, &[SYS_write], exits(1, &[]), NO_VERSION),
    Row::of(&ASKED, &[SYS_exit_group], crashes(&[]).writes(VERSION), CANNOT_EXIT),
    Row::of(&ASKED_ORDINARY, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&ASKED_ORDINARY, &[SYS_write], exits(1, &[]), NO_VERSION),
    Row::of(&ASKED_ORDINARY, &[SYS_exit_group], crashes(&[]).writes(VERSION), CANNOT_EXIT),
];
