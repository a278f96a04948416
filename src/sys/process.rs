//! Processes: their IDs, and to start, execute, wait for and signal them.

use super::errno::{check, check_unit};
use super::stack::InitialStack;
use super::{Argument, Errno, NULL, arch, syscall};
use core::ffi::{CStr, c_int};

/// A process ID.
pub type Pid = c_int;

/// The process ID of this process in its own PID namespace (`man 2 getpid`).
pub fn getpid() -> Pid {
    // SAFETY: takes no arguments.
    (unsafe { syscall(libc::SYS_getpid, []) }) as Pid
}

/// Makes a copy of this process (`man 2 fork`). Returns the copy's process ID, and 0 in the copy.
pub fn fork() -> Result<Pid, Errno> {
    const SAME_STACK: usize = 0;
    let [first, second] = arch::clone_arguments(libc::SIGCHLD as usize, SAME_STACK);
    // SAFETY: no flag asks for anything to be shared, so the copy has its own memory, this stack included. This program
    // has no other thread that the copy would lack. Without their flags the kernel ignores the further arguments.
    check(unsafe { syscall(libc::SYS_clone, [first.into(), second.into()]) })
}

/// Executes the program at `path` in this process, with the arguments from `first` on and the environment of `stack`
/// (`man 2 execve`). Returns only if that failed.
pub fn execve(path: &CStr, stack: &InitialStack, first: usize) -> Errno {
    let arguments = [path.as_ptr().into(), stack.arguments_from(first).into(), stack.environment().into()];
    // SAFETY: a string, and two vectors of strings that end with a null pointer; all of them live until the call returns.
    let result = check_unit(unsafe { syscall(libc::SYS_execve, arguments) });
    result.err().unwrap_or(Errno::ENOEXEC) // success does not return
}

/// Waits for a change in the state of any child (`man 2 wait4`). Returns the child's process ID, and stores in `status`
/// what happened to it. Returns 0 with WNOHANG where there are children, but no change.
///
/// # Errors
/// [`Errno::ECHILD`]: there are no children.
#[inline(always)]
pub fn wait4(status: Option<&mut WaitStatus>, options: c_int) -> Result<Pid, Errno> {
    const ANY_CHILD: c_int = -1;
    let arguments = [ANY_CHILD.into(), status.map_or(NULL, Argument::from), options.into(), NULL];
    // SAFETY: the kernel writes `status` if there is one, which is borrowed until the call returns. The resource usage is
    // not asked for.
    check(unsafe { syscall(libc::SYS_wait4, arguments) })
}

/// Every process that this one may signal, except itself and process 1 of its PID namespace.
pub const EVERY_PROCESS: Pid = -1;

/// The process group of the caller, for [`kill`].
pub const OWN_GROUP: Pid = 0;

/// Sends `signal` to the process `pid`, to the process group `-pid`, or to [`EVERY_PROCESS`] (`man 2 kill`). Signal 0
/// sends nothing, and tells whether a signal could be sent.
///
/// # Errors
/// [`Errno::ESRCH`]: there is no such process or group. EPERM: none of the processes may be signalled; for
/// [`EVERY_PROCESS`] this is not reported.
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
