//! The processes around process 1: how they become its children, end, and are reaped (`kernel/exit.c`).

use super::Kernel;
use super::program::STATUS;
use super::signals::Sender;
use crate::call::{Answer, Change};

/// Another process, mostly a child of process 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// Its ID.
    pub pid: i32,
    /// What has become of it.
    pub life: Life,
    /// Whether another process traces it.
    pub is_traced: bool,
    /// Whether it is a child of process 1. Otherwise its parent is outside of the PID namespace.
    pub is_child: bool,
    /// Whether it is in the process group of the program.
    pub is_member: bool,
    /// How many times process 1 has asked it to end.
    pub requests: u8,
    /// Whether it got a request that process 1 has forwarded to the program's group.
    pub got_forwarded: bool,
}

/// What has become of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It runs, sleeps or is stopped.
    Runs,
    /// It has ended, and its parent or its tracer has yet to reap it.
    Zombie,
    /// Only the program: the kernel reaps it, and does not know its status yet.
    Dying,
    /// Only the program: the kernel reaps it, and remembers its status.
    Remembered,
}

impl Kernel {
    /// Makes a process a child of process 1: an orphan, or a child from before process 1 was executed.
    pub fn adopt(&mut self) {
        self.newest += 1;
        self.processes.push(Process {
            pid: self.newest,
            life: Life::Runs,
            is_traced: false,
            is_child: true,
            is_member: false,
            requests: 0,
            got_forwarded: false,
        });
    }

    /// The process that was made last.
    pub fn newest_process(&mut self) -> &mut Process {
        self.processes.last_mut().expect("one was made")
    }

    /// Makes a zombie a child of process 1, which is told only now (`reparent_leader`).
    pub fn adopt_zombie(&mut self) {
        self.adopt();
        self.end(self.processes.len() - 1);
    }

    /// Ends a process. The tracer learns of it first.
    pub fn end(&mut self, index: usize) {
        if !self.processes[index].is_child {
            self.processes.remove(index); // its parent reaps it
            return;
        }
        self.processes[index].life = Life::Zombie;
        if let Some(program) = self.program.as_mut().filter(|program| program.pid == self.processes[index].pid) {
            program.newest_at_end.get_or_insert(self.newest);
        }
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
        if self.is_reaping && self.is_program(index) {
            self.processes[index].life = Life::Dying;
        } else if self.is_reaping {
            self.processes.remove(index);
        }
    }

    /// `wait4` with WNOHANG: reaps one zombie.
    pub(super) fn reap(&mut self) -> Answer {
        match self.processes.iter().position(Process::can_be_reaped) {
            Some(index) if self.program.is_some() => {
                let status = if self.is_program(index) { STATUS } else { 0 };
                Answer::Changed(self.processes.remove(index).pid, Change::Ended(status))
            }
            Some(index) => Answer::Done(self.processes.remove(index).pid),
            None if !self.processes.iter().any(Process::is_waited_for) => Answer::Failed(libc::ECHILD),
            None => Answer::Done(0),
        }
    }
}

impl Process {
    /// Whether its end can be waited for.
    fn is_waited_for(&self) -> bool {
        self.is_child && matches!(self.life, Life::Runs | Life::Zombie)
    }

    /// Whether it is a zombie that its parent can reap.
    pub fn can_be_reaped(&self) -> bool {
        self.life == Life::Zombie && !self.is_traced
    }
}
