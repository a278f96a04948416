//! What `pause` may find itself in: some hundred situations, each a combination of a few things.

use libc::{SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGPIPE, SIGSTOP, SIGTERM, SIGUSR1};

/// Where it starts, with what, and what happens to it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    pub place: Place,
    pub arguments: &'static [&'static str],
    pub stdout: Stream,
    pub stderr: Stream,
    pub before: Before,
    pub script: &'static [Step],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Process 1 of a pod.
    Init,
    /// A process like any other.
    Ordinary,
}

/// What is at the other end of a standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// A pipe that is read.
    Read,
    /// A terminal that is read.
    Terminal,
    Closed,
    /// A disk that is full.
    Full,
    /// A pipe whose reader has gone away.
    Broken,
    /// A pipe that is full, because nobody reads it.
    Stuck,
}

/// What it finds when it is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Nothing,
    /// Dead children, each of which was to send one of these signals when it died.
    Dead(&'static [i32]),
    /// All signals are blocked.
    Blocked,
    /// All signals are blocked, and those that it is about are ignored.
    Deaf,
    /// This signal is blocked, and was sent already.
    Pending(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is sent a signal, from outside.
    Signal(i32),
    /// It adopts an orphan, which ends.
    Orphan,
}

use Before::{Blocked, Dead, Deaf, Nothing, Pending};
use Place::{Init, Ordinary};
use Step::{Orphan, Signal};

const PLACES: [Place; 2] = [Init, Ordinary];
const STREAMS: [Stream; 6] =
    [Stream::Read, Stream::Terminal, Stream::Closed, Stream::Full, Stream::Broken, Stream::Stuck];

const FLAGS: [&[&str]; 6] = [&["-v"], &["-V"], &["x", "-v"], &["-v", "-v"], &["--", "-v"], &["", "-V", "-x"]];
const NO_FLAGS: [&[&str]; 6] = [&[], &[""], &["x"], &["-vv"], &["-"], &["--version", "v"]];

/// Signals in order: these one after the other …
const ORDERED: [i32; 8] = [SIGHUP, SIGPIPE, SIGUSR1, SIGALRM, SIGCHLD, SIGINT, SIGTERM, 34];
/// … and these while it is stopped.
const TOGETHER: [i32; 4] = [SIGPIPE, SIGCHLD, SIGINT, SIGTERM];

const BEFORE: [Before; 8] = [
    Dead(&[SIGCHLD]),
    Dead(&[SIGCHLD, SIGCHLD, SIGCHLD]),
    Dead(&[SIGUSR1]),
    Dead(&[0, SIGCHLD]),
    Blocked,
    Deaf,
    Pending(SIGINT),
    Pending(SIGTERM),
];
const SCRIPTS: [&[Step]; 5] =
    [&[], &[Signal(SIGTERM)], &[Signal(SIGCHLD)], &[Orphan], &[Orphan, Signal(SIGINT), Signal(SIGTERM)]];

const WITH_ORPHANS: [&[Step]; 6] = [
    &[Orphan],
    &[Orphan, Orphan, Signal(SIGTERM)],
    &[Signal(SIGSTOP), Orphan],
    &[Signal(SIGSTOP), Orphan, Orphan, Signal(SIGCONT)],
    &[Signal(SIGSTOP), Orphan, Signal(SIGTERM)],
    &[Signal(SIGSTOP), Orphan, Signal(SIGTERM), Signal(SIGCONT)],
];

/// All of them.
pub fn all() -> Vec<Situation> {
    let mut all = Vec::new();
    for place in PLACES {
        let plain = Situation {
            place,
            arguments: &[],
            stdout: Stream::Read,
            stderr: Stream::Read,
            before: Nothing,
            script: &[Signal(SIGTERM)],
        };
        for stdout in STREAMS {
            all.extend(FLAGS.map(|arguments| Situation { arguments, stdout, script: &[], ..plain }));
        }
        for stderr in STREAMS {
            for arguments in NO_FLAGS {
                for script in [&[Signal(SIGINT)][..], &[Signal(SIGTERM)]] {
                    all.push(Situation { arguments, stderr, script, ..plain });
                }
            }
        }
        for first in ORDERED {
            all.extend(ORDERED.map(|second| Situation { script: script(&[first, second]), ..plain }));
        }
        for first in TOGETHER {
            let while_stopped = |second| script(&[SIGSTOP, first, second, SIGCONT]);
            all.extend(TOGETHER.map(|second| Situation { script: while_stopped(second), ..plain }));
        }
        for script in WITH_ORPHANS {
            all.push(Situation { script, ..plain });
        }
        for before in BEFORE {
            all.extend(SCRIPTS.map(|script| Situation { before, script, ..plain }));
        }
    }
    // Nobody but a process 1 adopts, or lives through the SIGUSR1 of a child.
    all.retain(|situation| situation.place == Init || !(situation.has(Orphan) || situation.before == Dead(&[SIGUSR1])));
    all
}

fn script(signals: &[i32]) -> &'static [Step] {
    signals.iter().map(|&signal| Signal(signal)).collect::<Vec<_>>().leak()
}

impl Situation {
    pub fn asks_for_version(&self) -> bool {
        self.arguments.iter().any(|argument| argument.eq_ignore_ascii_case("-v"))
    }

    pub fn has(&self, step: Step) -> bool {
        self.script.contains(&step)
    }

    /// Whether it is sent a signal that it leaves on.
    pub fn is_told_to_leave(&self) -> bool {
        self.has(Signal(SIGINT)) || self.has(Signal(SIGTERM))
    }

    /// Whether what happens begins with a stop.
    pub fn is_stopped(&self) -> bool {
        self.script.first() == Some(&Signal(SIGSTOP))
    }

    /// Whether it gets a SIGPIPE while it is alive.
    pub fn gets_sigpipe(&self) -> bool {
        let harmless = |step: &&Step| **step == Signal(SIGCHLD);
        self.has(Signal(SIGPIPE))
            && (self.is_stopped() || self.script.iter().find(|step| !harmless(step)) == Some(&Signal(SIGPIPE)))
    }
}
