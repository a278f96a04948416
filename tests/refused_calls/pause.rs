//! The scenarios of `pause`, and the table of its outcomes if a system call is refused.

use crate::row::Row;
use crate::scenario::Place::{Ordinary, Process1};
use crate::scenario::{Outcome, Place, Program, Scenario, Setting, Starts, TERMINATED, WARNING, crashes, exits, works};
use libc::{
    SYS_capset, SYS_exit_group, SYS_fcntl, SYS_getpid, SYS_prctl, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigtimedwait, SYS_wait4, SYS_write,
};

const VERSION_LINE: &str = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n");

const fn scenario(name: &'static str, place: Place, options: &'static [&'static str], normal: Outcome) -> Scenario {
    Scenario { name, program: Program::Pause, place, options, starts: Starts::Nothing, setting: Setting::Plain, normal }
}

static PROCESS_1: Scenario = scenario("process 1", Process1, &[], works(&[TERMINATED]));
static ORDINARY: Scenario = scenario("another process", Ordinary, &[], works(&[WARNING, TERMINATED]));
static GUARD: Scenario = scenario("process 1 with a guard", Process1, &["--guard"], works(&[TERMINATED]));
static VERSION: Scenario = scenario("it prints its version", Process1, &["-v"], exits(0, &[]).writes(VERSION_LINE));
static VERSION_ORDINARY: Scenario =
    scenario("another process prints its version", Ordinary, &["-v"], exits(0, &[]).writes(VERSION_LINE));

pub static SCENARIOS: [&Scenario; 5] = [&PROCESS_1, &ORDINARY, &GUARD, &VERSION, &VERSION_ORDINARY];

const NO_MASK: &str = "Error: rt_sigprocmask refused";
const NO_ACTION: &str = "Error: rt_sigaction refused";
const NO_WAIT: &str = "Error: rt_sigtimedwait refused";

const LOSES_SIGNALS: &str = "it would lose signals";
const LEAVES_ZOMBIES: &str = "it would leave zombies";
const NEVER_SPINS: &str = "it must not spin";
const KEEPS_PRIVILEGES: &str = "no capability is used, and no program is executed";
const KERNEL_REAPS: &str = "the kernel reaps";
const LOSES_MESSAGES: &str = "only messages are lost";
const CANNOT_EXIT: &str = "an illegal instruction ends it instead";
const NO_VERSION: &str = "a script must not take an empty output for a version";

#[rustfmt::skip]
pub static ROWS: [Row; 42] = [
    Row::of(&PROCESS_1, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&PROCESS_1, &[SYS_capset], works(&[TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&PROCESS_1, &[SYS_prctl], works(&[TERMINATED]), KEEPS_PRIVILEGES),
    Row::of(&PROCESS_1, &[SYS_getpid], works(&[WARNING, TERMINATED]), "a warning is enough"),
    Row::of(&PROCESS_1, &[SYS_rt_sigaction], exits(3, &[NO_ACTION]), LEAVES_ZOMBIES),
    Row::of(&PROCESS_1, &[SYS_wait4], works(&[TERMINATED]), KERNEL_REAPS),
    Row::of(&PROCESS_1, &[SYS_rt_sigtimedwait], exits(42, &[NO_WAIT]), NEVER_SPINS),
    Row::of(&PROCESS_1, &[SYS_fcntl], works(&[]), LOSES_MESSAGES),
    Row::of(&PROCESS_1, &[SYS_write], works(&[]), LOSES_MESSAGES),
    Row::of(&PROCESS_1, &[SYS_exit_group], crashes(&[TERMINATED]), CANNOT_EXIT),
    Row::of(&PROCESS_1, &[SYS_rt_sigprocmask, SYS_write], exits(1, &[]), LOSES_SIGNALS),
    Row::of(&PROCESS_1, &[SYS_rt_sigtimedwait, SYS_exit_group], crashes(&[NO_WAIT]), CANNOT_EXIT),
    Row::of(&PROCESS_1, &[SYS_rt_sigprocmask, SYS_capset, SYS_prctl, SYS_getpid, SYS_rt_sigaction, SYS_wait4,
        SYS_rt_sigtimedwait, SYS_fcntl, SYS_write], exits(1, &[]), "it exits at the first error"),

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

    Row::of(&VERSION, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&VERSION, &[SYS_capset], exits(0, &[]).writes(VERSION_LINE), KEEPS_PRIVILEGES),
    Row::of(&VERSION, &[SYS_prctl], exits(0, &[]).writes(VERSION_LINE), KEEPS_PRIVILEGES),
    Row::of(&VERSION, &[SYS_fcntl], exits(0, &[]).writes(VERSION_LINE), "standard output is written without it"),
    Row::of(&VERSION, &[SYS_write], exits(1, &[]), NO_VERSION),
    Row::of(&VERSION, &[SYS_exit_group], crashes(&[]).writes(VERSION_LINE), CANNOT_EXIT),
    Row::of(&VERSION_ORDINARY, &[SYS_rt_sigprocmask], exits(1, &[NO_MASK]), LOSES_SIGNALS),
    Row::of(&VERSION_ORDINARY, &[SYS_write], exits(1, &[]), NO_VERSION),
    Row::of(&VERSION_ORDINARY, &[SYS_exit_group], crashes(&[]).writes(VERSION_LINE), CANNOT_EXIT),
];
