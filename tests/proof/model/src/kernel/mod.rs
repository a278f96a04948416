//! The kernel, as far as process 1 depends on it: its rules for signals and for processes.

pub mod processes;
pub mod program;
pub mod signals;

use crate::call::{Answer, Call, Signals};
use processes::Process;
use program::Started;
use signals::{Pending, Sent};
use std::collections::BTreeMap;

/// What differs from kernel to kernel, and what a sandbox may refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Whether it obeys SA_NOCLDWAIT. QEMU's user mode emulation does not.
    pub reaps: bool,
    /// The call that it refuses.
    pub refuses: Option<Refused>,
}

/// A call that a seccomp profile refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// `rt_sigprocmask`.
    Mask,
    /// `rt_sigaction`.
    Action,
    /// `rt_sigtimedwait`.
    Wait,
    /// `fcntl`: no message can be written.
    Messages,
}

/// The status of a process 1 that was killed.
const KILLED: i32 = 128 + libc::SIGKILL;

/// The state of process 1 in the kernel, and of the processes around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    /// Which kernel this is.
    pub kind: Kind,
    /// Whether process 1 has made a call. Before that, it can keep no signal.
    pub has_called: bool,
    /// The signals that process 1 blocks.
    pub blocked: Signals,
    /// The signals that wait for process 1.
    pub pending: Pending,
    /// Whether process 1 ignores SIGCHLD, as it may have inherited.
    pub ignores_sigchld: bool,
    /// Whether children are reaped when they end.
    pub is_reaping: bool,
    /// Whether process 1 sleeps in its call.
    pub is_asleep: bool,
    /// Whether process 1 is stopped or frozen.
    pub is_stopped: bool,
    /// Whether a stop or a freeze has interrupted the sleep.
    pub is_interrupted: bool,
    /// The other processes. None of them is gone.
    pub processes: Vec<Process>,
    /// The ID of the newest process.
    pub newest: i32,
    /// What process 1 has taken last.
    pub last_taken: Option<Sent>,
    /// How many SIGCHLD it has taken since it last waited for something else.
    pub sigchld_in_a_row: u8,
    /// The status with which process 1 has exited.
    pub left: Option<i32>,
    /// What it knows of the program that `init` has started.
    pub program: Option<Started>,
    /// For `init`: how many signals of each kind it has yet to pass on.
    pub owed: Option<BTreeMap<i32, i8>>,
    /// The answer to the last look for the newest process.
    pub newest_seen: i32,
    /// Whether the timer of the grace period runs, and whether it has sent SIGALRM.
    pub timer: Timer,
}

/// The timer of the grace period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// It was not set.
    Off,
    /// It runs.
    Runs,
    /// It has sent SIGALRM, and will send it again.
    HasFired,
}

impl Kernel {
    /// The moment after the program of process 1 was executed.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            has_called: false,
            blocked: Signals::default(),
            pending: Pending::new(),
            ignores_sigchld: false,
            is_reaping: false,
            is_asleep: false,
            is_stopped: false,
            is_interrupted: false,
            processes: Vec::new(),
            newest: 1,
            last_taken: None,
            sigchld_in_a_row: 0,
            left: None,
            program: None,
            owed: None,
            newest_seen: 0,
            timer: Timer::Off,
        }
    }

    /// All that the kernel may do with this call now: its next state, and its answer unless process 1 sleeps on.
    pub fn answers(&self, call: Call) -> Vec<(Self, Option<Answer>)> {
        if self.left.is_some() || self.is_stopped {
            return Vec::new();
        }
        match call {
            Call::Wait { set, limit } => return self.wait(set, limit),
            Call::AskPidfd => return vec![self.ask_pidfd()],
            _ => {}
        }
        let mut next = Self { has_called: true, ..self.clone() };
        let answer = next.answer_at_once(call);
        vec![(next, Some(answer))]
    }

    /// Answers a call that never sleeps.
    fn answer_at_once(&mut self, call: Call) -> Answer {
        if self.kind.refuses.is_some_and(|refused| refused.concerns(call)) {
            return Answer::Failed(libc::EPERM);
        }
        match call {
            Call::SetMask(set) => self.set_mask(set),
            Call::SetAction { signal: libc::SIGCHLD, flags } => self.set_sigchld(flags),
            Call::Reap { .. } => return self.reap(),
            Call::GetPid => return Answer::Done(1),
            Call::Exit(status) => self.left = Some(status),
            Call::Fork => return Answer::Done(self.start_program()),
            Call::PollPidfd => return Answer::Done(self.poll_pidfd().into()),
            Call::Kill { pid, signal } => {
                return self.kill(signal, pid < -1, |process, program| match pid {
                    -1 => true,
                    1.. => process.pid == pid,
                    _ => process.is_member || process.pid == program,
                });
            }
            Call::SignalEach { signal, newest, group_alone } => {
                return self
                    .kill(signal, false, |process, _| process.pid > newest || group_alone && !process.is_member);
            }
            Call::GroupOf(pid) => {
                let exists = self.processes.iter().any(|process| process.pid == pid);
                return if exists { Answer::Done(pid) } else { Answer::Failed(libc::ESRCH) };
            }
            Call::NewestPid => {
                self.newest_seen = self.newest;
                return Answer::Done(self.newest);
            }
            Call::SetTimer => self.timer = Timer::Runs,
            _ => {}
        }
        Answer::Done(0)
    }

    /// Whether process 1 was killed, and with it every process of the PID namespace.
    pub fn is_killed(&self) -> bool {
        self.left == Some(KILLED)
    }

    /// Kills process 1.
    pub fn kill_process_1(&mut self) {
        self.left = Some(KILLED);
    }

    /// Stops or freezes process 1. It may sleep in its call: then it is interrupted.
    pub fn stop(&mut self) {
        self.is_stopped = true;
        self.is_interrupted = self.is_asleep;
    }

    /// Continues or thaws process 1.
    pub fn resume(&mut self) {
        self.is_stopped = false;
    }
}

impl Refused {
    fn concerns(self, call: Call) -> bool {
        match self {
            Self::Mask => matches!(call, Call::SetMask(_)),
            Self::Action => matches!(call, Call::SetAction { .. }),
            Self::Wait => false, // `Kernel::wait` refuses
            Self::Messages => matches!(call, Call::GetStreamFlags),
        }
    }
}
