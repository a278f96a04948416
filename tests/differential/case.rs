//! The test cases: hundreds of combinations of a start, and of signals and orphans after it.

use libc::{SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGPIPE, SIGSTOP, SIGTERM, SIGUSR1};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub place: Place,
    pub arguments: &'static [&'static str],
    pub stdout: Stream,
    pub stderr: Stream,
    pub before: Before,
    pub steps: &'static [Step],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Process 1 of a pod.
    Process1,
    /// An ordinary process.
    Ordinary,
}

/// A standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// A pipe that is read.
    Read,
    /// A terminal that is read.
    Terminal,
    Closed,
    /// A full disk.
    Full,
    /// A pipe whose reading end is closed.
    Broken,
    /// A full pipe that is not read.
    Stuck,
}

/// The state of the process when the program is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Nothing,
    /// It has zombie children, with these exit signals (`man 2 clone`).
    Zombies(&'static [i32]),
    /// All signals are blocked.
    Blocked,
    /// All signals are blocked, and SIGINT, SIGTERM and SIGCHLD are ignored.
    BlockedAndIgnored,
    /// This signal is blocked and pending.
    Pending(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A signal is sent from outside.
    Signal(i32),
    /// An orphan ends.
    Orphan,
}

use Before::{Blocked, BlockedAndIgnored, Nothing, Pending, Zombies};
use Place::{Ordinary, Process1};
use Step::{Orphan, Signal};

const STREAMS: [Stream; 6] =
    [Stream::Read, Stream::Terminal, Stream::Closed, Stream::Full, Stream::Broken, Stream::Stuck];

const FLAGS: [&[&str]; 6] = [&["-v"], &["-V"], &["x", "-v"], &["-v", "-v"], &["--", "-v"], &["", "-V", "-x"]];
const NO_FLAGS: [&[&str]; 6] = [&[], &[""], &["x"], &["-vv"], &["-"], &["--version", "v"]];

/// Each pair of these signals is sent, one after the other …
const ORDERED: [i32; 8] = [SIGHUP, SIGPIPE, SIGUSR1, SIGALRM, SIGCHLD, SIGINT, SIGTERM, 34];
/// … and each pair of these while the program is stopped.
const WHILE_STOPPED: [i32; 4] = [SIGPIPE, SIGCHLD, SIGINT, SIGTERM];

const BEFORE: [Before; 8] = [
    Zombies(&[SIGCHLD]),
    Zombies(&[SIGCHLD, SIGCHLD, SIGCHLD]),
    Zombies(&[SIGUSR1]),
    Zombies(&[0, SIGCHLD]),
    Blocked,
    BlockedAndIgnored,
    Pending(SIGINT),
    Pending(SIGTERM),
];
const AFTER_BEFORE: [&[Step]; 5] =
    [&[], &[Signal(SIGTERM)], &[Signal(SIGCHLD)], &[Orphan], &[Orphan, Signal(SIGINT), Signal(SIGTERM)]];

const WITH_ORPHANS: [&[Step]; 6] = [
    &[Orphan],
    &[Orphan, Orphan, Signal(SIGTERM)],
    &[Signal(SIGSTOP), Orphan],
    &[Signal(SIGSTOP), Orphan, Orphan, Signal(SIGCONT)],
    &[Signal(SIGSTOP), Orphan, Signal(SIGTERM)],
    &[Signal(SIGSTOP), Orphan, Signal(SIGTERM), Signal(SIGCONT)],
];

pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for place in [Process1, Ordinary] {
        let plain = Case {
            place,
            arguments: &[],
            stdout: Stream::Read,
            stderr: Stream::Read,
            before: Nothing,
            steps: &[Signal(SIGTERM)],
        };
        for stdout in STREAMS {
            all.extend(FLAGS.map(|arguments| Case { arguments, stdout, steps: &[], ..plain }));
        }
        for stderr in STREAMS {
            for arguments in NO_FLAGS {
                all.extend([&[Signal(SIGINT)][..], &[Signal(SIGTERM)]].map(|steps| Case {
                    arguments,
                    stderr,
                    steps,
                    ..plain
                }));
            }
        }
        for first in ORDERED {
            all.extend(ORDERED.map(|second| Case { steps: signals(&[first, second]), ..plain }));
        }
        for first in WHILE_STOPPED {
            let steps = |second| signals(&[SIGSTOP, first, second, SIGCONT]);
            all.extend(WHILE_STOPPED.map(|second| Case { steps: steps(second), ..plain }));
        }
        all.extend(WITH_ORPHANS.map(|steps| Case { steps, ..plain }));
        for before in BEFORE {
            all.extend(AFTER_BEFORE.map(|steps| Case { before, steps, ..plain }));
        }
    }
    // An ordinary process adopts no orphan, and SIGUSR1 from a zombie kills it.
    all.retain(|case| case.place == Process1 || !(case.has(Orphan) || case.before == Zombies(&[SIGUSR1])));
    all
}

fn signals(numbers: &[i32]) -> &'static [Step] {
    numbers.iter().map(|&number| Signal(number)).collect::<Vec<_>>().leak()
}

impl Case {
    pub fn asks_for_version(&self) -> bool {
        self.arguments.iter().any(|argument| argument.eq_ignore_ascii_case("-v"))
    }

    pub fn has(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }

    /// Whether it is sent SIGINT or SIGTERM.
    pub fn is_asked_to_exit(&self) -> bool {
        self.has(Signal(SIGINT)) || self.has(Signal(SIGTERM))
    }

    /// Whether it is stopped first.
    pub fn is_stopped(&self) -> bool {
        self.steps.first() == Some(&Signal(SIGSTOP))
    }

    /// Whether it is sent SIGPIPE while it is alive.
    pub fn gets_sigpipe(&self) -> bool {
        let ends = |step: &&Step| **step != Signal(SIGCHLD);
        self.has(Signal(SIGPIPE)) && (self.is_stopped() || self.steps.iter().find(ends) == Some(&Signal(SIGPIPE)))
    }
}
