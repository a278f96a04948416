//! Hands down what `init` was given: what it has changed for itself, and what a fork loses.

use super::text::Text;
use crate::sys::process::{Pid, getpid};
use crate::sys::signal::{self, Action, SignalSet};
use crate::sys::stack::InitialStack;
use crate::sys::{Errno, control};
use core::ffi::{CStr, c_int};

/// The signal mask, two actions and the parent-death signal that `init` was given.
pub struct Inherited {
    mask: SignalSet,
    sigchld: Action,
    sigtstp: Action,
    parent_death_signal: c_int,
    init: Pid,
}

impl Inherited {
    /// What `init` needs, before [`take`](Self::take).
    pub const NEEDED: Self = Self {
        mask: SignalSet::ALL,
        sigchld: Action::DEFAULT,
        sigtstp: Action::DEFAULT,
        parent_death_signal: 0,
        init: 0,
    };

    /// Replaces them by those that `init` needs: all signals blocked, first of all, and two default actions. A process that
    /// ignores SIGCHLD is not told how its children end. One that ignores SIGTSTP cannot stop along with its program.
    pub fn take(&mut self) -> Result<(), Errno> {
        signal::exchange_mask(&mut self.mask)?;
        signal::exchange_action(libc::SIGCHLD, &mut self.sigchld)?;
        signal::exchange_action(libc::SIGTSTP, &mut self.sigtstp)
    }

    /// Reads what only `init` can read. Call it before the fork, and after `-p` is applied: the program inherits that signal.
    pub fn note_before_fork(&mut self) {
        self.parent_death_signal = control::parent_death_signal();
        self.init = getpid();
    }

    /// In the child, before it executes the program: restores what `init` was given.
    pub fn restore(&mut self) {
        if self.parent_death_signal != 0 {
            // If this is refused, the program lives on when something kills `init`, as it does without this.
            _ = control::set_parent_death_signal(self.parent_death_signal);
        }
        // These calls were allowed before, and the kernel gave us these values.
        _ = signal::exchange_action(libc::SIGCHLD, &mut self.sigchld);
        _ = signal::exchange_action(libc::SIGTSTP, &mut self.sigtstp);
        _ = signal::set_mask(self.mask);
    }

    /// In the child: makes a variable that names `init` name the program. `name` ends with `=`, `room` takes the new one.
    /// Returns whether there was one.
    pub fn readdress<'a>(&self, stack: &mut InitialStack<'a>, name: &[u8], room: &'a mut Assignment) -> bool {
        let mut old_room: Assignment = [0; _];
        let old = assignment(name, self.init, &mut old_room);
        let new = assignment(name, getpid(), room);
        stack.replace_variables(old.to_bytes_with_nul(), Some(new))
    }
}

/// The variable `name` with a process ID as its value.
fn assignment<'a>(name: &[u8], pid: Pid, room: &'a mut Assignment) -> &'a CStr {
    let mut text = Text::new(room);
    text.push(name);
    text.push_number(pid);
    text.into_string()
}

/// Room for a variable that names a process.
pub type Assignment = [u8; 32];
