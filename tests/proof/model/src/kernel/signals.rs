//! Signals to process 1: which of them the kernel keeps, and how process 1 takes them (`kernel/signal.c`).

use super::{Kernel, Refused};
use crate::call::{Answer, Info, Signals};
use std::collections::BTreeMap;

/// The pending signals by their numbers: one of each kind, the first that was sent.
pub type Pending = BTreeMap<i32, Sent>;

/// A signal that was sent to process 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sent {
    /// What the kernel tells of it.
    pub info: Info,
    /// Where it really came from.
    pub sender: Sender,
}

/// Who sends a signal to process 1, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// A process outside of the PID namespace, by `kill`.
    Outside,
    /// A process outside, by `rt_sigqueueinfo`.
    OutsideQueue,
    /// A process inside, by `kill`.
    Inside,
    /// A process inside, by `rt_sigqueueinfo` with the ID 0 as its own.
    InsideForged,
    /// The kernel: the key of a terminal, or the end of a child.
    Kernel,
}

impl Sender {
    /// The signal as process 1 sees it. The kernel refuses a forged code that is not negative.
    fn info(self, number: i32) -> Info {
        let (code, pid) = match self {
            Self::Outside => (libc::SI_USER, 0),
            Self::Inside => (libc::SI_USER, 99),
            Self::OutsideQueue | Self::InsideForged => (libc::SI_QUEUE, 0),
            Self::Kernel if number == libc::SIGCHLD => (libc::CLD_EXITED, 2),
            Self::Kernel => (libc::SI_KERNEL, 0),
        };
        Info { number, code, pid }
    }

    /// Whether the signal comes from inside of the PID namespace.
    pub fn is_inside(self) -> bool {
        matches!(self, Self::Inside | Self::InsideForged)
    }
}

impl Kernel {
    /// Sends process 1 a signal. Returns whether the kernel keeps it: process 1 has no handler, so the kernel drops what
    /// is not blocked (`sig_ignored`), and it keeps one signal of a kind.
    pub fn send(&mut self, number: i32, sender: Sender) -> bool {
        let is_first = !self.pending.contains_key(&number);
        // Once it has made a call, `init` must lose none, whether it blocks them or not.
        let is_owed = is_first && self.has_called && sender != Sender::Kernel && number != libc::SIGCHLD;
        if let Some(owed) = self.owed.as_mut().filter(|_| is_owed) {
            *owed.entry(number).or_default() += 1;
        }
        let is_kept = is_first && self.blocked.contains(number);
        if is_kept {
            self.pending.insert(number, Sent { info: sender.info(number), sender });
        }
        is_kept
    }

    /// Blocks these signals. What is pending and not blocked is delivered now, which has no effect on a process 1.
    pub(super) fn set_mask(&mut self, set: Signals) {
        self.blocked = set;
        self.pending.retain(|number, _| set.contains(*number));
    }

    /// Gives SIGCHLD its default action, which ignores it: a pending one is discarded (`do_sigaction`).
    pub(super) fn set_sigchld(&mut self, flags: i32) {
        self.ignores_sigchld = false;
        self.is_reaping = flags & libc::SA_NOCLDWAIT != 0 && self.kind.reaps;
        self.pending.remove(&libc::SIGCHLD);
    }

    /// `rt_sigtimedwait`: takes the signal with the smallest number. A limit may be over at any moment.
    pub(super) fn wait(&self, set: Signals, limit: Option<u64>) -> Vec<(Self, Option<Answer>)> {
        let awake = Self { has_called: true, is_asleep: false, is_interrupted: false, ..self.clone() };
        let failed = |errno| (Self { sigchld_in_a_row: 0, ..awake.clone() }, Some(Answer::Failed(errno)));
        if self.kind.refuses == Some(Refused::Wait) {
            return vec![failed(libc::EPERM)];
        }
        let mut answers = Vec::new();
        if let Some((number, sent)) = self.pending.iter().find(|(number, _)| set.contains(**number)) {
            let mut taken = Self { last_taken: Some(*sent), ..awake.clone() };
            taken.pending.remove(number);
            taken.sigchld_in_a_row = if *number == libc::SIGCHLD { self.sigchld_in_a_row + 1 } else { 0 };
            answers.push((taken, Some(Answer::Taken(sent.info))));
        }
        if self.is_interrupted {
            answers.push(failed(libc::EINTR));
        } else if answers.is_empty() && !self.is_asleep && limit != Some(0) {
            answers.push((Self { is_asleep: true, ..awake }, None));
        } else if answers.is_empty() && limit.is_some() {
            answers.push(failed(libc::EAGAIN));
        }
        answers
    }
}
