//! The scenarios of `init -P`, which holds namespaces as `pause` does, and their table.

use crate::init::NOT_STARTED;
use crate::row::Row;
use crate::scenario::Place::{Ordinary, Process1};
use crate::scenario::Setting::{Descriptors, Plain};
use crate::scenario::{End, Outcome, Place, Program, Scenario, Setting, Starts, crashes, ends, exits};
use libc::{
    SYS_chdir, SYS_close_range, SYS_exit_group, SYS_getpid, SYS_openat, SYS_ppoll, SYS_prctl, SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_rt_sigtimedwait, SYS_wait4, SYS_write,
};

/// It writes nothing, and SIGTERM ends it with status 0.
const SILENT: Outcome = ends(End::OnSigterm(0), &[]);
const CANNOT_WAIT: Outcome = exits(1, &["init: cannot wait for signals: errno {error}"]);

const fn scenario(name: &'static str, place: Place, setting: Setting) -> Scenario {
    let starts = Starts::Nothing;
    Scenario { name, program: Program::Init, place, options: &["-P"], starts, setting, normal: SILENT }
}

static PROCESS_1: Scenario = scenario("process 1 of a pod", Process1, Plain);
static ORDINARY: Scenario = scenario("another process", Ordinary, Plain);
static DESCRIPTORS: Scenario = scenario("process 1 of a pod inherits descriptors", Process1, Descriptors);

pub static SCENARIOS: [&Scenario; 3] = [&PROCESS_1, &ORDINARY, &DESCRIPTORS];

const LOSES_SIGNALS: &str = "it would lose signals";
const NEVER_SPINS: &str = "it must not spin";
const NO_ORPHANS: &str = "it could not adopt orphans";
const HARMLESS: &str = "it can hold namespaces without it";
const KERNEL_REAPS: &str = "the kernel reaps";

#[rustfmt::skip]
pub static ROWS: [Row; 17] = [
    Row::of(&PROCESS_1, &[SYS_rt_sigprocmask], NOT_STARTED, LOSES_SIGNALS),
    Row::of(&PROCESS_1, &[SYS_rt_sigaction], NOT_STARTED, "it would leave zombies"),
    Row::of(&PROCESS_1, &[SYS_getpid], SILENT, "it becomes a subreaper, which process 1 need not be"),
    Row::of(&PROCESS_1, &[SYS_prctl], SILENT, "process 1 adopts orphans without it"),
    Row::of(&PROCESS_1, &[SYS_chdir], SILENT, HARMLESS),
    Row::of(&PROCESS_1, &[SYS_close_range], SILENT, "nothing is inherited"),
    Row::of(&PROCESS_1, &[SYS_wait4], SILENT, KERNEL_REAPS),
    Row::of(&PROCESS_1, &[SYS_rt_sigtimedwait], CANNOT_WAIT, NEVER_SPINS),
    Row::of(&PROCESS_1, &[SYS_rt_sigtimedwait, SYS_ppoll], CANNOT_WAIT, NEVER_SPINS),
    Row::of(&PROCESS_1, &[SYS_rt_sigtimedwait, SYS_write], exits(1, &[]), NEVER_SPINS),
    Row::of(&PROCESS_1, &[SYS_exit_group], crashes(&[]), "an illegal instruction ends it instead"),
    Row::of(&ORDINARY, &[SYS_prctl], NOT_STARTED, NO_ORPHANS),
    Row::of(&ORDINARY, &[SYS_wait4], SILENT, KERNEL_REAPS),
    Row::of(&ORDINARY, &[SYS_rt_sigtimedwait], CANNOT_WAIT, NEVER_SPINS),
    Row::of(&ORDINARY, &[SYS_chdir, SYS_close_range, SYS_openat], SILENT, HARMLESS),
    Row::of(&DESCRIPTORS, &[SYS_close_range], SILENT, "it closes those that /proc lists"),
    Row::of(&DESCRIPTORS, &[SYS_close_range, SYS_openat], SILENT.keeps(3), HARMLESS),
];
