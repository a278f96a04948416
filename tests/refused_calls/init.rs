//! The scenes of `init`, and what the tables of it have in common.

use crate::row::Row;
use crate::scene::Place::{First, Ordinary};
use crate::scene::Setting::{
    Child, ClosedInput, Descriptors, HighDescriptor, ParentDeathSignal, Plain, Terminal, TerminalElsewhere,
};
use crate::scene::{ASKED, End, Outcome, Place, Program, Scene, Setting, Starts, TERMINATED, WARNING};
use crate::{init_alone, init_grace, init_terminal};

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

pub const NO_REAPING: &str = "init: orphans stay zombies: not process 1, and no -s";
pub const NOT_FORWARDED: &str = "init: cannot forward a signal: error {error}";
pub const NO_GROUP: &str = "init: cannot make a process group: error {error}";
pub const REAPED: &str = "init: Reaped zombie process with ";
pub const FORWARDING: &str = "init: forwarding signal 15";
pub const UNKNOWN: &str = "init: -x: unknown option";

type Options = &'static [&'static str];

/// A scene in which `init` starts `pause`.
const fn scene(name: &'static str, place: Place, options: Options, setting: Setting, normal: Outcome) -> Scene {
    Scene { name, program: Program::Init, place, options, starts: Starts::Pause, setting, normal }
}

const fn first(name: &'static str, options: Options, setting: Setting) -> Scene {
    scene(name, First, options, setting, Outcome::works(&[WARNING, TERMINATED]))
}

/// A scene whose program reads from the terminal.
const fn reader(name: &'static str, options: Options) -> Scene {
    let normal = Outcome::new(End::OnSigterm(143), &[]).writes("typed\n");
    Scene { starts: Starts::Cat, ..scene(name, First, options, Terminal, normal) }
}

const fn asked(name: &'static str, options: Options, normal: Outcome) -> Scene {
    Scene { starts: Starts::Nothing, ..scene(name, First, options, Plain, normal) }
}

pub static FIRST: Scene = first("process 1", &[], Plain);
pub static SILENT: Scene = Scene {
    starts: Starts::Sleep,
    ..scene("process 1, a program without output", First, &[], Plain, Outcome::new(End::OnSigterm(143), &[]))
};
pub static NO_FILE: Scene = Scene {
    starts: Starts::NoFile,
    ..scene(
        "process 1, no program",
        First,
        &[],
        Plain,
        Outcome::exits(127, &["init: /no/such/file: No such file or directory"]),
    )
};
pub static ORDINARY: Scene =
    scene("another process", Ordinary, &[], Plain, Outcome::works(&[NO_REAPING, WARNING, TERMINATED]));
pub static SUBREAPER: Scene = scene("a subreaper", Ordinary, &["-s"], Plain, Outcome::works(&[WARNING, TERMINATED]));
pub static PARENT: Scene = first("it ends with its parent", &["-p", "TERM"], Child);
pub static INHERITED: Scene = first("a parent-death signal is inherited", &[], ParentDeathSignal);
pub static GROUP: Scene = first("signals for the group", &["-g"], Plain);
pub static SHARED: Scene = first("the program shares the group", &["-c"], Plain);
pub static WARNS: Scene =
    scene("it warns", First, &["-w"], Plain, Outcome::works(&[WARNING, TERMINATED, REAPED, REAPED]));
pub static VERBOSE: Scene =
    scene("it says more", First, &["-vv"], Plain, Outcome::works(&[WARNING, TERMINATED, REAPED, REAPED, FORWARDING]));
pub static INHERITS: Scene = first("descriptors are inherited", &[], Descriptors);
pub static INHERITS_HIGH: Scene = first("a descriptor with a high number is inherited", &[], HighDescriptor);
pub static HELPS: Scene = asked("asked for help", &["-h"], Outcome::exits(0, &[]).writes(HELP));
pub static TELLS: Scene = asked("asked for its version", &["--version"], Outcome::exits(0, &[]).writes(VERSION));
pub static REFUSES: Scene = asked("a wrong option", &["-x"], Outcome::exits(1, &[UNKNOWN, HELP]));

pub static READER: Scene = reader("the program reads from the terminal", &[]);
pub static SHARED_READER: Scene = reader("the program reads from the terminal, and shares the group", &["-c"]);
pub static ELSEWHERE: Scene = first("the terminal is elsewhere", &[], TerminalElsewhere);
pub static CLOSED_INPUT: Scene = first("standard input is closed", &[], ClosedInput);

const ASKS: Outcome = Outcome::works(&[WARNING, TERMINATED, ASKED]);
pub static GRACE: Scene = scene("a grace period", First, &["-t", "2"], Child, ASKS);
pub static GRACE_ALONE: Scene = first("a grace period, nobody remains", &["-t", "2"], Plain);
pub static GRACE_GROUP: Scene = scene("a grace period after a group", First, &["-g", "-t", "2"], Child, ASKS);
pub static GRACE_ORDINARY: Scene = scene("a grace period of a subreaper", Ordinary, &["-s", "-t", "2"], Child, ASKS);

pub static SCENES: [&Scene; 24] = [
    &FIRST,
    &SILENT,
    &NO_FILE,
    &ORDINARY,
    &SUBREAPER,
    &PARENT,
    &INHERITED,
    &GROUP,
    &SHARED,
    &WARNS,
    &VERBOSE,
    &INHERITS,
    &INHERITS_HIGH,
    &HELPS,
    &TELLS,
    &REFUSES,
    &READER,
    &SHARED_READER,
    &ELSEWHERE,
    &CLOSED_INPUT,
    &GRACE,
    &GRACE_ALONE,
    &GRACE_GROUP,
    &GRACE_ORDINARY,
];

pub static TABLES: [&[Row]; 3] = [&init_alone::ROWS, &init_terminal::ROWS, &init_grace::ROWS];
