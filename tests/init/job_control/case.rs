//! A test case of job control: where the program runs, how it is stopped, and the outcome.

use libc::{SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGUSR1};
use testkit::job::{Place, Shell, Step};

type Places = &'static [Place];
/// Lists of options of `init`: a case runs once with each list.
type Options = &'static [&'static [&'static str]];
type Steps = &'static [Step];

pub struct Case {
    pub places: Places,
    pub options: Options,
    pub steps: Steps,
    pub outcome: Outcome,
    /// The outcome without `init`, if the case can run without it.
    pub without_init: Option<Outcome>,
    pub why: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The program and `init` run, and the foreground of the terminal is unchanged.
    Running,
    /// The program is stopped, `init` runs, and the foreground is unchanged. SIGCONT continues the program.
    Stopped,
    /// Both are stopped. A shell above sees that, and gets the terminal back.
    BothStopped,
}

pub const ALONE: Places = &[Place::Process1, Place::SessionLeader, Place::Script];
pub const SESSION_LEADER: Places = &[Place::SessionLeader];
pub const FOREGROUND: Places = &[Place::Foreground(Shell::Dash), Place::Foreground(Shell::Bash)];
pub const BACKGROUND: Places = &[Place::Background(Shell::Dash), Place::Background(Shell::Bash)];
pub const UNDER_A_SHELL: Places = &[
    Place::Foreground(Shell::Dash),
    Place::Foreground(Shell::Bash),
    Place::Background(Shell::Dash),
    Place::Background(Shell::Bash),
];
pub const SCRIPT_IN_SHELL: Places = &[Place::ForegroundScript(Shell::Dash), Place::ForegroundScript(Shell::Bash)];
pub const CHILD: Places = &[Place::ChildWithoutTerminal];
pub const ORPHANED: Places = &[Place::Process1WithoutTerminal, Place::OrphanedWithoutTerminal];
pub const NO_TTY: Places =
    &[Place::Process1WithoutTerminal, Place::OrphanedWithoutTerminal, Place::ChildWithoutTerminal];

/// The program leads a process group, or shares that of `init`.
pub const OWN: Options = &[&[]];
pub const SHARED: Options = &[&["-c"]];
pub const BOTH: Options = &[&[], &["-c"]];
pub const SUBREAPER: Options = &[&["-s"]];
pub const REWRITES: Options = &[&["-r", "USR1:TSTP"]];

pub const TSTP_TO_INIT: Step = Step::ToInit(SIGTSTP);
pub const USR1_TO_INIT: Step = Step::ToInit(SIGUSR1);
pub const CONT_TO_INIT: Step = Step::ToInit(SIGCONT);
pub const TSTP_TO_PROGRAM: Step = Step::ToProgram(SIGTSTP);
pub const STOP_TO_PROGRAM: Step = Step::ToProgram(SIGSTOP);
pub const TTIN_TO_PROGRAM: Step = Step::ToProgram(SIGTTIN);
pub const CONT_TO_PROGRAM: Step = Step::ToProgram(SIGCONT);

/// A case that cannot run without `init`.
pub const fn only(places: Places, options: Options, steps: Steps, outcome: Outcome, why: &'static str) -> Case {
    Case { places, options, steps, outcome, without_init: None, why }
}

/// A case with the same outcome without `init`.
pub const fn same(places: Places, options: Options, steps: Steps, outcome: Outcome, why: &'static str) -> Case {
    Case { without_init: Some(outcome), ..only(places, options, steps, outcome, why) }
}

/// A case with the first outcome under `init`, and the second one without it.
pub const fn differs(
    places: Places,
    options: Options,
    steps: Steps,
    (with, without): (Outcome, Outcome),
    why: &'static str,
) -> Case {
    Case { without_init: Some(without), ..only(places, options, steps, with, why) }
}
