//! Leaves no zombie, in two ways: the kernel reaps what dies from now on, and a loop reaps what was dead before.
//!
//! `init` has to do with the loop alone: who asks the kernel to reap does not hear the status of his child.

use crate::sys::{self, Errno, process};
use core::ffi::c_int;

/// Asks the kernel to reap children by itself, at the moment of their exit, so that none waits until this process is
/// given the CPU: it may be starved, stopped or frozen.
///
/// SIGCHLD is still sent for each of them (`do_notify_parent` in the kernel's `kernel/signal.c`), so that [`reap`] can
/// be called then: where something between this process and the kernel drops the flag, as emulators do, the loop is
/// all there is. It is not sent for children that merely stop.
pub fn reap_by_itself() -> Result<(), Errno> {
    sys::rt_sigaction_default(libc::SIGCHLD, libc::SA_NOCLDWAIT | libc::SA_NOCLDSTOP)
}

/// Reaps every child that is dead now, adopted or inherited, and returns at once. Call it before the first wait, for
/// those that died before this program began, and after every SIGCHLD: one may stand for many deaths.
pub fn reap() {
    // `__WALL`: a child that was cloned to send another signal than SIGCHLD is one too.
    while let Ok(1..) = sys::wait4_any(libc::WNOHANG | libc::__WALL) {}
}

/// Reaps a child that is dead now, adopted or inherited, or hears of one that was stopped: its process ID, and in `status`
/// what has happened. 0 where nothing has.
///
/// # Errors
/// No child is left.
pub fn next(status: &mut Status) -> Result<c_int, Errno> {
    process::wait4_status(&mut status.0, libc::WNOHANG | libc::WUNTRACED | libc::__WALL)
}

/// What has happened to a child, as `man 2 wait4` puts it.
#[derive(Default)]
pub struct Status(c_int);

impl Status {
    /// What stopped it, if it is not dead.
    pub fn stopped_by(&self) -> Option<c_int> {
        (self.0 & 0x7f == 0x7f).then_some(self.0 >> 8 & 0x7f)
    }

    /// The status that it left with, as a shell has it: 128 and the number where a signal ended it.
    pub fn code(&self) -> u8 {
        match self.0 & 0x7f {
            0 => (self.0 >> 8) as u8,
            signal => 128 | signal as u8,
        }
    }
}
