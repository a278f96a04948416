//! A row of the table of job control.

use libc::{SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN};
use testkit::job::{Place, Shell, Step};

/// How the program is stopped in some places, and what comes of it.
pub struct Row {
    pub places: &'static [Place],
    /// The options of `init`, each of these once.
    pub options: &'static [&'static [&'static str]],
    pub steps: &'static [Step],
    pub is: Is,
    /// What comes of it without `init`, where that can be compared. It is what a user expects.
    pub without_init: Option<Is>,
    pub why: &'static str,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// The program and `init` go on, and the terminal is whose it was.
    GoesOn,
    /// The program is stopped, but `init` goes on, and the terminal is whose it was. SIGCONT continues it.
    Stopped,
    /// Both are stopped. A shell above sees that, and has the terminal.
    BothStopped,
}

pub const ALONE: &[Place] = &[Place::Process1, Place::SessionLeader, Place::Script];
pub const SESSION_LEADER: &[Place] = &[Place::SessionLeader];
pub const FOREGROUND: &[Place] = &[Place::Foreground(Shell::Dash), Place::Foreground(Shell::Bash)];
pub const BACKGROUND: &[Place] = &[Place::Background(Shell::Dash), Place::Background(Shell::Bash)];
pub const UNDER_A_SHELL: &[Place] = &[
    Place::Foreground(Shell::Dash),
    Place::Foreground(Shell::Bash),
    Place::Background(Shell::Dash),
    Place::Background(Shell::Bash),
];
pub const SCRIPT_UNDER_A_SHELL: &[Place] =
    &[Place::ForegroundScript(Shell::Dash), Place::ForegroundScript(Shell::Bash)];
pub const CHILD: &[Place] = &[Place::ChildWithoutTerminal];
pub const ORPHANED: &[Place] = &[Place::Process1WithoutTerminal, Place::OrphanedWithoutTerminal];
pub const NO_TERMINAL: &[Place] =
    &[Place::Process1WithoutTerminal, Place::OrphanedWithoutTerminal, Place::ChildWithoutTerminal];

/// The program has a process group of its own, shares that of `init`, or both, one after the other.
pub const OWN: &[&[&str]] = &[&[]];
pub const SHARED: &[&[&str]] = &[&["-c"]];
pub const BOTH: &[&[&str]] = &[&[], &["-c"]];
pub const SUBREAPER: &[&[&str]] = &[&["-s"]];

pub const TSTP_TO_INIT: Step = Step::ToInit(SIGTSTP);
pub const CONT_TO_INIT: Step = Step::ToInit(SIGCONT);
pub const TSTP_TO_PROGRAM: Step = Step::ToProgram(SIGTSTP);
pub const STOP_TO_PROGRAM: Step = Step::ToProgram(SIGSTOP);
pub const TTIN_TO_PROGRAM: Step = Step::ToProgram(SIGTTIN);
pub const CONT_TO_PROGRAM: Step = Step::ToProgram(SIGCONT);

/// A row where the same is to come of it without `init`.
pub const fn as_without(
    places: &'static [Place],
    options: &'static [&'static [&'static str]],
    steps: &'static [Step],
    is: Is,
    why: &'static str,
) -> Row {
    Row { places, options, steps, is, without_init: Some(is), why }
}

/// A row about `init` itself.
pub const fn only(
    places: &'static [Place],
    options: &'static [&'static [&'static str]],
    steps: &'static [Step],
    is: Is,
    why: &'static str,
) -> Row {
    Row { places, options, steps, is, without_init: None, why }
}

/// A row where something else comes of it without `init`.
pub const fn unlike(
    places: &'static [Place],
    options: &'static [&'static [&'static str]],
    steps: &'static [Step],
    (is, without_init): (Is, Is),
    why: &'static str,
) -> Row {
    Row { places, options, steps, is, without_init: Some(without_init), why }
}
