//! The processes around process 1: how they become its children, end, and are reaped (`kernel/exit.c`).

use super::Kernel;
use super::signals::Sender;
use crate::call::Answer;

/// A child of process 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// Its ID.
    pub pid: i32,
    /// What has become of it.
    pub life: Life,
    /// Whether another process traces it.
    pub is_traced: bool,
}

/// What has become of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It runs, sleeps or is stopped.
    Runs,
    /// It has ended, and its parent or its tracer has yet to reap it.
    Zombie,
}

impl Kernel {
    /// Makes a process a child of process 1: an orphan, or a child from before process 1 was executed.
    pub fn adopt(&mut self) {
        self.newest += 1;
        self.processes.push(Process { pid: self.newest, life: Life::Runs, is_traced: false });
    }

    /// Makes a zombie a child of process 1, which is told only now (`reparent_leader`).
    pub fn adopt_zombie(&mut self) {
        self.adopt();
        self.end(self.processes.len() - 1);
    }

    /// Ends a process. The tracer learns of it first.
    pub fn end(&mut self, index: usize) {
        self.processes[index].life = Life::Zombie;
        if !self.processes[index].is_traced {
            self.notify(index);
        }
    }

    /// The tracer detaches, or has ended. Then process 1 learns of the end.
    pub fn let_go(&mut self, index: usize) {
        self.processes[index].is_traced = false;
        if self.processes[index].life == Life::Zombie {
            self.notify(index);
        }
    }

    /// Tells process 1 of the end of a child, and reaps the child if process 1 has asked for that (`do_notify_parent`).
    /// The exit signal of all children is SIGCHLD: of an orphan since its adoption, of another child since process 1
    /// was executed.
    fn notify(&mut self, index: usize) {
        if self.ignores_sigchld {
            self.processes.remove(index);
            return;
        }
        self.send(libc::SIGCHLD, Sender::Kernel);
        if self.is_reaping {
            self.processes.remove(index);
        }
    }

    /// `wait4` with WNOHANG: reaps one zombie.
    pub(super) fn reap(&mut self) -> Answer {
        match self.processes.iter().position(Process::can_be_reaped) {
            Some(index) => Answer::Done(self.processes.remove(index).pid),
            None if self.processes.is_empty() => Answer::Failed(libc::ECHILD),
            None => Answer::Done(0),
        }
    }
}

impl Process {
    /// Whether it is a zombie that its parent can reap.
    pub fn can_be_reaped(&self) -> bool {
        self.life == Life::Zombie && !self.is_traced
    }
}
