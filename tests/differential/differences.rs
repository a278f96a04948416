//! The differences that are meant, each with its reason.

use crate::case::Before::{Blocked, Dead, Deaf, Pending};
use crate::case::Place::Ordinary;
use crate::case::Step::{Orphan, Signal};
use crate::case::{Situation, Stream};
use crate::run::End::{Died, Left, Stopped, Waits, Writes};
use crate::run::Outcome;
use libc::{SIGCHLD, SIGCONT, SIGINT, SIGPIPE, SIGTERM};

/// A difference between the two, and the situations that it is seen in: in each of them, and in no other.
pub struct Difference {
    pub when: &'static str,
    pub theirs: &'static str,
    pub ours: &'static str,
    pub why: &'static str,
    pub applies: fn(&Situation) -> bool,
    /// Whether it is this difference that is seen: `theirs`, then `ours`.
    pub shows: fn(&Outcome, &Outcome) -> bool,
}

/// Whether they stand alike, and only theirs has zombies.
fn reaped(theirs: &Outcome, ours: &Outcome) -> bool {
    theirs.end == ours.end && theirs.zombies > 0 && ours.zombies == 0
}

pub const DIFFERENCES: [Difference; 11] = [
    Difference {
        when: "the version is asked for",
        theirs: "the name of its source file and the version; the equivalent gives its own name",
        ours: "`pause` and the version",
        why: "it is another program, and whoever asks is to know",
        applies: |it| it.asks_for_version() && matches!(it.stdout, Stream::Read | Stream::Terminal),
        shows: |theirs, ours| {
            (theirs.end, ours.end) == (Left(0), Left(0)) && theirs.stdout.replace("equivalent", "pause") == ours.stdout
        },
    },
    Difference {
        when: "the version is asked for, and cannot be written",
        theirs: "status 0; an ordinary process is killed by SIGPIPE where nobody reads",
        ours: "status 1, and a line on standard error",
        why: "a script must not take nothing for a version",
        applies: |it| it.asks_for_version() && matches!(it.stdout, Stream::Closed | Stream::Full | Stream::Broken),
        shows: |theirs, ours| {
            matches!(theirs.end, Left(0) | Died(SIGPIPE))
                && ours.end == Left(1)
                && ours.stderr == "Error: cannot write the version\n"
        },
    },
    Difference {
        when: "nobody reads the full pipe that standard error is",
        theirs: "hangs: process 1 in its last words, an ordinary process in its warning, where signals still kill it",
        ours: "the message is dropped, and it leaves with status 0",
        why: "whoever reads the log must not be able to hold up the end of a pod",
        applies: |it| it.stderr == Stream::Stuck,
        shows: |theirs, ours| matches!(theirs.end, Writes | Died(SIGINT | SIGTERM)) && ours.end == Left(0),
    },
    Difference {
        when: "the reader of standard error has gone away, and it is not process 1",
        theirs: "killed by SIGPIPE at its warning",
        ours: "the message is dropped",
        why: "whoever reads the log must not be able to end it",
        applies: |it| it.stderr == Stream::Broken && it.place == Ordinary,
        shows: |theirs, ours| theirs.end == Died(SIGPIPE) && ours.end == Left(0),
    },
    Difference {
        when: "an ordinary process is sent SIGPIPE",
        theirs: "killed by it",
        ours: "no effect",
        why: "the signal is blocked, for the reason above",
        applies: |it| it.place == Ordinary && it.gets_sigpipe(),
        shows: |theirs, ours| theirs.end == Died(SIGPIPE) && ours.end != Died(SIGPIPE),
    },
    Difference {
        when: "SIGINT and SIGTERM come before it can run",
        theirs: "names SIGTERM: its second handler interrupts the first",
        ours: "names SIGINT: of several, the smaller one is taken first",
        why: "signals are taken one at a time; both mean the same, and the status is 0",
        applies: |it| it.is_stopped() && it.has(Signal(SIGINT)) && it.has(Signal(SIGTERM)),
        shows: |theirs, ours| {
            (theirs.end, ours.end) == (Left(0), Left(0))
                && theirs.stderr.ends_with("signal: Terminated\n")
                && ours.stderr.ends_with("signal: Interrupt\n")
        },
    },
    Difference {
        when: "an orphan ends while it is stopped",
        theirs: "a zombie until it goes on",
        ours: "no zombie",
        why: "the kernel reaps (SA_NOCLDWAIT), so that no zombie waits for process 1 to be given the CPU",
        applies: |it| it.is_stopped() && it.has(Orphan) && !it.has(Signal(SIGCONT)),
        shows: |theirs, ours| ours.end == Stopped && reaped(theirs, ours),
    },
    Difference {
        when: "children were dead before it began",
        theirs: "zombies until another child dies",
        ours: "reaped before it waits",
        why: "that may be never, and each holds a process ID",
        applies: |it| matches!(it.before, Dead(_)) && it.script.is_empty(),
        shows: |theirs, ours| ours.end == Waits && reaped(theirs, ours),
    },
    Difference {
        when: "a dead child was to send another signal than SIGCHLD",
        theirs: "a zombie for ever",
        ours: "reaped",
        why: "it holds a process ID like any other (__WALL)",
        applies: |it| {
            let is_other = |signals: &[i32]| signals.iter().any(|&signal| signal != SIGCHLD);
            matches!(it.before, Dead(signals) if is_other(signals)) && !it.is_told_to_leave()
        },
        shows: |theirs, ours| ours.end == Waits && reaped(theirs, ours),
    },
    Difference {
        when: "its parent had all signals blocked",
        theirs: "hears nothing: it does not leave, and does not reap",
        ours: "as ever",
        why: "it sets the mask that it needs, whatever it was given",
        applies: |it| matches!(it.before, Blocked | Deaf) && (it.is_told_to_leave() || it.has(Orphan)),
        shows: |theirs, ours| theirs.end == Waits && (ours.end == Left(0) || reaped(theirs, ours)),
    },
    Difference {
        when: "SIGINT or SIGTERM was sent and blocked before it began",
        theirs: "never hears it",
        ours: "leaves on it",
        why: "a signal that was sent is not to be lost",
        applies: |it| matches!(it.before, Pending(_)),
        shows: |theirs, ours| ours.end == Left(0) && (theirs.end == Waits || theirs.stderr != ours.stderr),
    },
];
