//! The system calls that process 1 makes, as far as the protocol depends on them, and the kernel's answers.

use std::fmt::{self, Debug, Formatter};
use std::hash::Hash;

/// A program as an automaton. It names its next call, and it goes on with the answer. The checker answers from the
/// modelled kernel, and the replay from a trace of the real program.
pub trait Program: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// The system call that the program makes now.
    fn call(&self) -> Call;

    /// Goes on after this answer to [`call`](Self::call).
    fn returned(&mut self, answer: Answer);
}

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `rt_sigprocmask`: block these signals, and no others.
    SetMask(Signals),
    /// `capset`.
    DropCapabilities,
    /// `prctl(PR_SET_NO_NEW_PRIVS)`.
    ForbidNewPrivileges,
    /// `getpid`.
    GetPid,
    /// `rt_sigaction`: give the signal its default action, with these flags.
    SetAction { signal: i32, flags: i32 },
    /// `wait4(-1)` with these options.
    Reap { options: i32 },
    /// `rt_sigtimedwait`: wait for these signals, no longer than so many nanoseconds.
    Wait { set: Signals, limit: Option<u64> },
    /// `fcntl(2, F_GETFL)`.
    GetStreamFlags,
    /// `fcntl(2, F_SETFL)`.
    SetStreamFlags(i32),
    /// `write` to standard error of a text that begins so.
    Write(&'static str),
    /// `exit_group`.
    Exit(i32),
    /// `clone`, as `fork` makes it.
    Fork,
    /// `setpgid`: make the process the leader of a group of its own.
    MakeGroup(i32),
    /// `pidfd_open`.
    OpenPidfd(i32),
    /// `ioctl(PIDFD_GET_INFO)` about the program.
    AskPidfd,
    /// `ppoll` without waiting: whether the program has ended.
    PollPidfd,
    /// `kill`.
    Kill { pid: i32, signal: i32 },
    /// `getpgid` of another process.
    GroupOf(i32),
    /// A look into `/proc/loadavg`: the ID of the newest process.
    NewestPid,
    /// A walk through `/proc` that signals the processes one by one, except those up to `newest`, or except those of them
    /// in the program's group. In a trace only the signal is known, or 0 if nobody got one.
    SignalEach { signal: i32, newest: i32, group_alone: bool },
    /// `setitimer`: the length of the grace period.
    SetTimer,
    /// Any other call, by its number. No program of the model makes one.
    Other(i64),
}

impl Call {
    /// Whether a real call is this one of the model. The model knows only how a text begins.
    pub fn is_made_by(self, real: Self) -> bool {
        match (self, real) {
            (Self::Write(beginning), Self::Write(text)) => text.starts_with(beginning),
            (Self::SignalEach { signal, .. }, Self::SignalEach { signal: sent, .. }) => sent == 0 || sent == signal,
            _ => self == real,
        }
    }

    /// Whether the kernel of the model can give a real answer at all.
    pub fn may_get(self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Wait { set, .. }, Answer::Taken(info)) => set.contains(info.number),
            (Self::Wait { limit, .. }, Answer::Failed(errno)) => {
                matches!(*errno, libc::EINTR | libc::EPERM) || *errno == libc::EAGAIN && limit.is_some()
            }
            (Self::Wait { .. } | Self::Exit(_) | Self::Other(_), _) | (_, Answer::Taken(_)) => false,
            (Self::Reap { .. }, Answer::Failed(errno)) => *errno == libc::ECHILD,
            (Self::Reap { .. }, Answer::Changed(..)) => true,
            (Self::AskPidfd, answer) => {
                matches!(answer, Answer::Lives | Answer::Ended(_) | Answer::Failed(libc::ESRCH))
            }
            (_, Answer::Changed(..) | Answer::Lives | Answer::Ended(_)) => false,
            (_, Answer::Done(_) | Answer::Failed(_)) => true,
        }
    }
}

/// What the kernel answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The call has succeeded, and returns this number.
    Done(i32),
    /// The call has failed with this `errno`.
    Failed(i32),
    /// A signal was taken.
    Taken(Info),
    /// This child has changed.
    Changed(i32, Change),
    /// The program exists.
    Lives,
    /// The program has ended with this status.
    Ended(i32),
}

/// How a child has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It has ended, with this status as a shell shows it.
    Ended(i32),
    /// It was stopped or continued.
    StoppedOrContinued,
}

/// What the kernel tells of a signal: `siginfo_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Info {
    /// Its number.
    pub number: i32,
    /// `si_code`.
    pub code: i32,
    /// `si_pid`.
    pub pid: i32,
}

/// A set of signals, in which bit N-1 stands for signal N.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Signals(pub u64);

impl Signals {
    /// All signals.
    pub const ALL: Self = Self(u64::MAX);

    /// These signals.
    pub const fn of<const N: usize>(numbers: [i32; N]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < N {
            bits |= 1 << (numbers[at] - 1);
            at += 1;
        }
        Self(bits)
    }

    /// This set without a signal.
    pub const fn without(self, number: i32) -> Self {
        Self(self.0 & !Self::of([number]).0)
    }

    /// Whether a signal is in this set.
    pub const fn contains(self, number: i32) -> bool {
        self.0 & Self::of([number]).0 != 0
    }
}

impl Debug for Signals {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        if *self == Self::ALL {
            return formatter.write_str("ALL");
        }
        formatter.debug_set().entries((1..=64).filter(|number| self.contains(*number))).finish()
    }
}
