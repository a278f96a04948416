//! Passes on to the program what `init` has inherited: what `init` changes for itself, and what a fork loses.

use super::text::Text;
use crate::sys::process::{Pid, getpid};
use crate::sys::signal::{self, Action, SignalSet};
use crate::sys::stack::InitialStack;
use crate::sys::{Errno, control};
use core::ffi::{CStr, c_int};

/// What `init` has inherited: the signal mask, two actions and the parent-death signal. And the process ID of `init`,
/// which variables may name.
pub struct Inherited {
    mask: SignalSet,
    sigchld: Action,
    sigtstp: Action,
    parent_death_signal: c_int,
    init: Pid,
}

impl Inherited {
    /// Sets what `init` needs for itself, and returns what it has inherited. The signal mask comes first: all signals
    /// are blocked. Two actions become the default. A process that ignores SIGCHLD does not learn how its children end,
    /// and one that ignores SIGTSTP cannot stop together with its program. The result is an error if the kernel refused
    /// one of them.
    pub fn take() -> (Self, Result<(), Errno>) {
        let mut inherited = Self {
            mask: SignalSet::ALL,
            sigchld: Action::DEFAULT,
            sigtstp: Action::DEFAULT,
            parent_death_signal: 0,
            init: 0,
        };
        let result = inherited.exchange();
        (inherited, result)
    }

    fn exchange(&mut self) -> Result<(), Errno> {
        signal::exchange_mask(&mut self.mask)?;
        signal::exchange_action(libc::SIGCHLD, &mut self.sigchld)?;
        signal::exchange_action(libc::SIGTSTP, &mut self.sigtstp)
    }

    /// Stores what the child cannot read after the fork. Call it after `-p` was applied: the program gets that signal,
    /// too, when `init` ends.
    pub fn note_before_fork(&mut self) {
        self.parent_death_signal = control::parent_death_signal();
        self.init = getpid();
    }

    /// Restores the inherited values. Call it in the child, before it executes the program.
    pub fn restore(&mut self) {
        if self.parent_death_signal != 0 {
            // If this is refused, or `init` was killed since the fork, the program survives.
            _ = control::set_parent_death_signal(self.parent_death_signal);
        }
        // These calls worked before, and the kernel gave us these values.
        _ = signal::exchange_action(libc::SIGCHLD, &mut self.sigchld);
        _ = signal::exchange_action(libc::SIGTSTP, &mut self.sigtstp);
        _ = signal::set_mask(self.mask);
    }

    /// If the variable `name` holds the process ID of `init`, replaces it by that of the caller, which is the child.
    /// `name` ends with `=`, and `buffer` holds the new variable. Returns whether there was such a variable.
    pub fn point_to_caller<'a>(
        &self,
        stack: &mut InitialStack<'a>,
        name: &[u8],
        buffer: &'a mut PidVariableBuffer,
    ) -> bool {
        let mut old_buffer: PidVariableBuffer = [0; _];
        let old = pid_variable(name, self.init, &mut old_buffer);
        let new = pid_variable(name, getpid(), buffer);
        stack.replace_variable(old, new)
    }
}

/// Returns the variable `name` with a process ID as its value.
fn pid_variable<'a>(name: &[u8], pid: Pid, buffer: &'a mut PidVariableBuffer) -> &'a CStr {
    let mut text = Text::new(buffer);
    text.push(name);
    text.push_number(pid);
    text.into_string()
}

/// A buffer for a variable whose value is a process ID.
pub type PidVariableBuffer = [u8; 32];
