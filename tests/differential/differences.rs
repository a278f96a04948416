//! The intended differences, each with its reason.

use crate::case::Before::{Blocked, BlockedAndIgnored, Pending, Zombies};
use crate::case::Place::Ordinary;
use crate::case::Step::{Orphan, Signal};
use crate::case::{Case, Stream};
use crate::run::End::{Exited, Killed, Stopped, Waits, Writes};
use crate::run::Outcome;
use libc::{SIGCHLD, SIGCONT, SIGINT, SIGPIPE, SIGTERM};

/// An intended difference. Every case that it applies to must show it.
pub struct Difference {
    pub when: &'static str,
    pub theirs: &'static str,
    pub ours: &'static str,
    pub why: &'static str,
    pub applies: fn(&Case) -> bool,
    /// Whether these outcomes, `theirs` and `ours`, differ in this way.
    pub is_seen: fn(&Outcome, &Outcome) -> bool,
}

/// Whether both end in the same way, and only theirs has zombies.
fn reaped(theirs: &Outcome, ours: &Outcome) -> bool {
    theirs.end == ours.end && theirs.zombies > 0 && ours.zombies == 0
}

pub const DIFFERENCES: [Difference; 11] = [
    Difference {
        when: "the version is asked for",
        theirs: "the name of its source file and the version; the equivalent prints its own name",
        ours: "`pause` and the version",
        why: "it is another program, and says so",
        applies: |case| case.asks_for_version() && matches!(case.stdout, Stream::Read | Stream::Terminal),
        is_seen: |theirs, ours| {
            (theirs.end, ours.end) == (Exited(0), Exited(0))
                && theirs.stdout.replace("equivalent", "pause") == ours.stdout
        },
    },
    Difference {
        when: "the version is asked for, and cannot be written",
        theirs: "status 0; SIGPIPE kills an ordinary process whose pipe is not read",
        ours: "status 1, and a message on standard error",
        why: "a script must not take an empty output for a version",
        applies: |case| {
            case.asks_for_version() && matches!(case.stdout, Stream::Closed | Stream::Full | Stream::Broken)
        },
        is_seen: |theirs, ours| {
            matches!(theirs.end, Exited(0) | Killed(SIGPIPE))
                && ours.end == Exited(1)
                && ours.stderr == "Error: cannot write\n"
        },
    },
    Difference {
        when: "standard error is a full pipe that is not read",
        theirs: "blocks: process 1 in its last message, an ordinary process in its warning, where signals kill it",
        ours: "drops the message, and exits with status 0",
        why: "a reader of the log must not be able to block the end of a pod",
        applies: |case| case.stderr == Stream::Stuck,
        is_seen: |theirs, ours| matches!(theirs.end, Writes | Killed(SIGINT | SIGTERM)) && ours.end == Exited(0),
    },
    Difference {
        when: "the reading end of standard error is closed, and it is not process 1",
        theirs: "killed by SIGPIPE at its warning",
        ours: "drops the message",
        why: "a reader of the log must not be able to end it",
        applies: |case| case.stderr == Stream::Broken && case.place == Ordinary,
        is_seen: |theirs, ours| theirs.end == Killed(SIGPIPE) && ours.end == Exited(0),
    },
    Difference {
        when: "an ordinary process is sent SIGPIPE",
        theirs: "killed by it",
        ours: "no effect",
        why: "it is blocked, so that a closed log cannot end the process",
        applies: |case| case.place == Ordinary && case.gets_sigpipe(),
        is_seen: |theirs, ours| theirs.end == Killed(SIGPIPE) && ours.end != Killed(SIGPIPE),
    },
    Difference {
        when: "SIGINT and SIGTERM are sent before it can run",
        theirs: "its message names SIGTERM: the second handler interrupts the first",
        ours: "its message names SIGINT: of several pending signals, it takes the lowest number first",
        why: "signals are handled one at a time; both have the same effect, and the status is 0",
        applies: |case| case.is_stopped() && case.has(Signal(SIGINT)) && case.has(Signal(SIGTERM)),
        is_seen: |theirs, ours| {
            (theirs.end, ours.end) == (Exited(0), Exited(0))
                && theirs.stderr.ends_with("signal: Terminated\n")
                && ours.stderr.ends_with("signal: Interrupt\n")
        },
    },
    Difference {
        when: "an orphan ends while it is stopped",
        theirs: "a zombie until it is continued",
        ours: "no zombie",
        why: "the kernel reaps (SA_NOCLDWAIT), so that no zombie waits until process 1 gets the CPU",
        applies: |case| case.is_stopped() && case.has(Orphan) && !case.has(Signal(SIGCONT)),
        is_seen: |theirs, ours| ours.end == Stopped && reaped(theirs, ours),
    },
    Difference {
        when: "it is executed with zombies",
        theirs: "they stay until another child ends",
        ours: "reaps them before it waits",
        why: "another child may never end, and each zombie keeps a process ID",
        applies: |case| matches!(case.before, Zombies(_)) && case.steps.is_empty(),
        is_seen: |theirs, ours| ours.end == Waits && reaped(theirs, ours),
    },
    Difference {
        when: "a zombie has another exit signal than SIGCHLD",
        theirs: "the zombie stays forever",
        ours: "reaps it (__WALL)",
        why: "it keeps a process ID like any other zombie",
        applies: |case| {
            let is_other = |signals: &[i32]| signals.iter().any(|&signal| signal != SIGCHLD);
            matches!(case.before, Zombies(signals) if is_other(signals)) && !case.is_asked_to_exit()
        },
        is_seen: |theirs, ours| ours.end == Waits && reaped(theirs, ours),
    },
    Difference {
        when: "its parent had all signals blocked",
        theirs: "receives no signal: neither exits nor reaps",
        ours: "works as usual",
        why: "it sets its signal mask itself",
        applies: |case| {
            matches!(case.before, Blocked | BlockedAndIgnored) && (case.is_asked_to_exit() || case.has(Orphan))
        },
        is_seen: |theirs, ours| theirs.end == Waits && (ours.end == Exited(0) || reaped(theirs, ours)),
    },
    Difference {
        when: "SIGINT or SIGTERM is blocked and pending when it is executed",
        theirs: "never receives it",
        ours: "exits on it",
        why: "a signal must not be lost",
        applies: |case| matches!(case.before, Pending(_)),
        is_seen: |theirs, ours| ours.end == Exited(0) && (theirs.end == Waits || theirs.stderr != ours.stderr),
    },
];
