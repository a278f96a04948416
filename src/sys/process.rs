//! Processes: their IDs, fork, wait and kill.

use super::errno::{check, check_unit};
use super::{Argument, Errno, NULL, arch, syscall};
use core::ffi::c_int;

/// A process ID.
pub type Pid = c_int;

/// Returns the ID of this process in its own PID namespace (`man 2 getpid`).
pub fn getpid() -> Pid {
    // SAFETY: takes no arguments.
    (unsafe { syscall(libc::SYS_getpid, []) }) as Pid
}

/// Makes a child that is a copy of this process (`man 2 fork`). Returns the child's process ID, or 0 in the child.
pub fn fork() -> Result<Pid, Errno> {
    const SAME_STACK: Argument = NULL;
    let exit_signal = libc::SIGCHLD.into();
    let arguments = if arch::CLONE_TAKES_STACK_FIRST { [SAME_STACK, exit_signal] } else { [exit_signal, SAME_STACK] };
    // SAFETY: no flag asks the kernel to share anything, so the child has its own memory, including this stack. This
    // program has no other threads, which the child would lack. The kernel ignores the other arguments without their
    // flags.
    check(unsafe { syscall(libc::SYS_clone, arguments) })
}

/// Waits until any child changes its state (`man 2 wait4`). Returns the child's process ID, and stores the change in
/// `status`. With WNOHANG, returns 0 if no child has changed.
///
/// # Errors
/// ECHILD: there are no children.
#[inline(always)]
pub fn wait4(status: Option<&mut WaitStatus>, options: c_int) -> Result<Pid, Errno> {
    const ANY_CHILD: c_int = -1;
    let arguments = [ANY_CHILD.into(), status.map_or(NULL, Argument::from), options.into(), NULL];
    // SAFETY: the kernel writes `status` if there is one, which is borrowed until the call returns, and no resource
    // usage.
    check(unsafe { syscall(libc::SYS_wait4, arguments) })
}

/// For [`kill`]: every process that this one may signal, except itself and process 1 of its PID namespace.
pub const EVERY_PROCESS: Pid = -1;

/// For [`kill`]: the process group of this process.
pub const OWN_GROUP: Pid = 0;

/// Sends `signal` to the process `pid`, to the process group `-pid`, or to [`EVERY_PROCESS`] (`man 2 kill`). Signal 0
/// is not sent, but the result is the same.
///
/// # Errors
/// [`Errno::ESRCH`]: there is no such process or group. EPERM: this process may signal none of them. The kernel does
/// not report that for [`EVERY_PROCESS`].
pub fn kill(pid: Pid, signal: c_int) -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    check_unit(unsafe { syscall(libc::SYS_kill, [pid.into(), signal.into()]) })
}

/// What has happened to a child, as [`wait4`] encodes it.
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub struct WaitStatus(c_int);

impl WaitStatus {
    /// Whether the child was continued.
    pub fn is_continued(self) -> bool {
        self.0 == 0xffff
    }

    /// Returns the signal that has stopped the child, if it has not ended.
    pub fn stopped_by(self) -> Option<c_int> {
        (self.0 & 0x7f == 0x7f).then_some(self.0 >> 8 & 0x7f)
    }

    /// Returns the signal that has ended the child, unless it exited by itself.
    pub fn ended_by(self) -> Option<c_int> {
        Some(self.0 & 0x7f).filter(|signal| *signal != 0)
    }

    /// Returns the status as a shell shows it: 128 plus the number of the signal that has ended the child.
    pub fn code(self) -> u8 {
        self.ended_by().map_or((self.0 >> 8) as u8, |signal| 128 | signal as u8)
    }
}
