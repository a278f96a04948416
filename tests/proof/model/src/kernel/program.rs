//! The program that `init` starts: how the kernel reaps it and remembers its status, and whom `kill` reaches.

use super::processes::{Life, Process};
use super::signals::Sender;
use super::{Kernel, Timer};
use crate::call::Answer;

/// The status that the program ends with. Everybody else ends with 0.
pub const STATUS: i32 = 7;

/// What the kernel knows of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Started {
    /// Its ID.
    pub pid: i32,
    /// Whether the kernel looks for the program, and has found no status: the middle of PIDFD_GET_INFO.
    pub is_asked_for: bool,
    /// The ID of the newest process when the program ended.
    pub newest_at_end: Option<i32>,
}

impl Kernel {
    pub(super) fn start_program(&mut self) -> i32 {
        self.adopt();
        self.program = Some(Started { pid: self.newest, is_asked_for: false, newest_at_end: None });
        self.newest
    }

    pub(super) fn is_program(&self, index: usize) -> bool {
        self.program.is_some_and(|program| program.pid == self.processes[index].pid)
    }

    fn program_process(&self) -> Option<&Process> {
        let pid = self.program?.pid;
        self.processes.iter().find(|process| process.pid == pid)
    }

    /// Whether the program was started and has ended, also if nobody has reaped it.
    pub fn has_program_ended(&self) -> bool {
        self.program.is_some() && self.program_process().is_none_or(|process| process.life != Life::Runs)
    }

    /// The events of the pidfd (`pidfd_poll`): POLLHUP too if the process is gone.
    pub(super) fn poll_pidfd(&self) -> i16 {
        match self.program_process() {
            Some(process) if process.life == Life::Runs => 0,
            Some(_) => libc::POLLIN,
            None => libc::POLLIN | libc::POLLHUP,
        }
    }

    /// PIDFD_GET_INFO: the kernel looks for a status, and then for the process. In between, it may reap the process.
    pub(super) fn ask_pidfd(&self) -> (Self, Option<Answer>) {
        let life = self.program_process().map(|process| process.life);
        let mut next = self.clone();
        let program = next.program.as_mut().expect("its descriptor is open");
        let answer = match (program.is_asked_for, life) {
            (false, None | Some(Life::Remembered)) => Some(Answer::Ended(STATUS)),
            (false, Some(_)) => None,
            (true, None) => Some(Answer::Failed(libc::ESRCH)),
            (true, Some(_)) => Some(Answer::Lives),
        };
        program.is_asked_for = answer.is_none();
        (next, answer)
    }

    /// Goes on reaping the program. Returns whether there was something to do.
    pub fn reap_further(&mut self) -> bool {
        for index in 0..self.processes.len() {
            match self.processes[index].life {
                Life::Dying => self.processes[index].life = Life::Remembered,
                Life::Remembered => drop(self.processes.remove(index)),
                Life::Runs | Life::Zombie => continue,
            }
            return true;
        }
        false
    }

    /// The timer sends SIGALRM, unless one is pending. Returns whether it did.
    pub fn fire_timer(&mut self) -> bool {
        let fires = self.timer != Timer::Off && self.send(libc::SIGALRM, Sender::Kernel);
        if fires {
            self.timer = Timer::HasFired;
        }
        fires
    }

    /// `kill` of each process that `is_meant`, given the program's ID. By `to_group`, process 1 forwards a signal.
    pub(super) fn kill(&mut self, signal: i32, to_group: bool, is_meant: impl Fn(&Process, i32) -> bool) -> Answer {
        let program = self.program.map_or(0, |program| program.pid);
        let (mut reached, has_ended) = (false, self.has_program_ended());
        for process in self.processes.iter_mut().filter(|process| is_meant(process, program)) {
            reached = true;
            if process.pid == program {
                if let Some(owed) = self.owed.as_mut().filter(|_| signal != 0 && !has_ended) {
                    *owed.entry(signal).or_default() -= 1;
                }
            } else if signal == libc::SIGTERM && process.pid <= self.newest_seen {
                // Forwarded requests are repeated with each signal that process 1 gets: they count once.
                process.requests += u8::from(!to_group || !process.got_forwarded);
                process.got_forwarded |= to_group;
            }
        }
        if reached { Answer::Done(0) } else { Answer::Failed(libc::ESRCH) }
    }
}
