//! The scenarios of `init`, and the messages and outcomes that its tables share.

use crate::scenario::Place::{Ordinary, Process1};
use crate::scenario::Setting::{
    Child, ClosedInput, Descriptors, HighDescriptor, OtherTerminal, ParentDeathSignal, Plain, Terminal,
};
use crate::scenario::{
    CHILD_TERMINATED, End, Outcome, Place, Program, Scenario, Setting, Starts, TERMINATED, WARNING, ends, exits, works,
};

const VERSION: &str = concat!(
    "init ",
    env!("CARGO_PKG_VERSION"),
    " - git.v",
    env!("CARGO_PKG_VERSION_MAJOR"),
    "-",
    env!("CARGO_PKG_VERSION_MINOR"),
    "-",
    env!("CARGO_PKG_VERSION_PATCH"),
    "\n"
);
pub const HELP: &str = "usage: init";

pub const NO_REAPING: &str = "init: cannot adopt orphans: not process 1, and no -s";
pub const NOT_FORWARDED: &str = "init: cannot forward a signal: errno {error}";
pub const NO_GROUP: &str = "init: cannot make a process group: errno {error}";
pub const NOT_CLOSED: &str = "init: cannot close inherited descriptors: errno {error}";
pub const REAPED: &str = "init: Reaped zombie process with ";
pub const FORWARDING: &str = "init: forwarding signal 15";
pub const UNKNOWN_OPTION: &str = "init: -x: unknown option";

pub const WORKS: Outcome = works(&[WARNING, TERMINATED]);
pub const NOT_STARTED: Outcome = exits(1, &["init: cannot set up signals, -s or -p: errno {error}"]);
/// The grace period begins, and the remaining child receives SIGTERM.
pub const GRACE_WORKS: Outcome = works(&[WARNING, TERMINATED, CHILD_TERMINATED]);

pub const WOULD_KILL: &str = "its exit would kill a program that received no signal";

type Options = &'static [&'static str];

/// A scenario in which `init` starts `pause`.
const fn scenario(name: &'static str, place: Place, options: Options, setting: Setting, normal: Outcome) -> Scenario {
    Scenario { name, program: Program::Init, place, options, starts: Starts::Pause, setting, normal }
}

const fn process_1(name: &'static str, options: Options, setting: Setting) -> Scenario {
    scenario(name, Process1, options, setting, WORKS)
}

/// A scenario in which `init` starts a program that reads from the terminal.
const fn reader(name: &'static str, options: Options) -> Scenario {
    let normal = ends(End::OnSigterm(143), &[]).writes("typed\n");
    Scenario { starts: Starts::Cat, ..scenario(name, Process1, options, Terminal, normal) }
}

/// A scenario in which `init` starts another program, or none.
const fn starts(name: &'static str, starts: Starts, options: Options, normal: Outcome) -> Scenario {
    Scenario { starts, ..scenario(name, Process1, options, Plain, normal) }
}

pub static PROCESS_1: Scenario = process_1("process 1", &[], Plain);
pub static SILENT: Scenario =
    starts("it starts a program without output", Starts::Sleep, &[], ends(End::OnSigterm(143), &[]));
pub static NO_FILE: Scenario = starts(
    "the program does not exist",
    Starts::NoFile,
    &[],
    exits(127, &["init: /no/such/file: No such file or directory"]),
);
pub static ORDINARY: Scenario =
    scenario("another process", Ordinary, &[], Plain, works(&[NO_REAPING, WARNING, TERMINATED]));
pub static SUBREAPER: Scenario = scenario("a subreaper", Ordinary, &["-s"], Plain, WORKS);
pub static PARENT: Scenario = process_1("it ends with its parent", &["-p", "TERM"], Child);
pub static INHERITED: Scenario = process_1("it inherits a parent-death signal", &[], ParentDeathSignal);
pub static GROUP: Scenario = process_1("it signals the group", &["-g"], Plain);
pub static SHARED: Scenario = process_1("the program shares the group", &["-c"], Plain);
pub static WARNS: Scenario =
    scenario("it logs zombies", Process1, &["-w"], Plain, works(&[WARNING, TERMINATED, REAPED, REAPED]));
pub static VERBOSE: Scenario = scenario(
    "it logs zombies and signals",
    Process1,
    &["-vv"],
    Plain,
    works(&[WARNING, TERMINATED, REAPED, REAPED, FORWARDING]),
);
pub static DESCRIPTORS: Scenario = process_1("it inherits descriptors", &[], Descriptors);
pub static HIGH_DESCRIPTOR: Scenario = process_1("it inherits a descriptor with a high number", &[], HighDescriptor);
pub static PRINTS_HELP: Scenario = starts("it prints its help", Starts::Nothing, &["-h"], exits(0, &[]).writes(HELP));
pub static PRINTS_VERSION: Scenario =
    starts("it prints its version", Starts::Nothing, &["--version"], exits(0, &[]).writes(VERSION));
pub static WRONG_OPTION: Scenario =
    starts("a wrong option", Starts::Nothing, &["-x"], exits(1, &[UNKNOWN_OPTION, HELP]));

pub static READER: Scenario = reader("the program reads from the terminal", &[]);
pub static SHARED_READER: Scenario = reader("the program reads from the terminal, and shares the group", &["-c"]);
pub static OTHER_TERMINAL: Scenario = process_1("the terminal is not standard input", &[], OtherTerminal);
pub static CLOSED_INPUT: Scenario = process_1("standard input is closed", &[], ClosedInput);

pub static GRACE: Scenario = scenario("a grace period", Process1, &["-t", "2"], Child, GRACE_WORKS);
pub static GRACE_ALONE: Scenario = process_1("a grace period without another process", &["-t", "2"], Plain);
pub static GRACE_GROUP: Scenario =
    scenario("a grace period with a group", Process1, &["-g", "-t", "2"], Child, GRACE_WORKS);
pub static GRACE_ORDINARY: Scenario =
    scenario("a grace period of a subreaper", Ordinary, &["-s", "-t", "2"], Child, GRACE_WORKS);
pub static GRACE_GROUP_ORDINARY: Scenario =
    scenario("a grace period of a subreaper with a group", Ordinary, &["-g", "-s", "-t", "2"], Child, GRACE_WORKS);

#[rustfmt::skip]
pub static SCENARIOS: [&Scenario; 25] = [
    &PROCESS_1, &SILENT, &NO_FILE, &ORDINARY, &SUBREAPER, &PARENT, &INHERITED, &GROUP, &SHARED, &WARNS, &VERBOSE,
    &DESCRIPTORS, &HIGH_DESCRIPTOR, &PRINTS_HELP, &PRINTS_VERSION, &WRONG_OPTION,
    &READER, &SHARED_READER, &OTHER_TERMINAL, &CLOSED_INPUT,
    &GRACE, &GRACE_ALONE, &GRACE_GROUP, &GRACE_ORDINARY, &GRACE_GROUP_ORDINARY,
];
