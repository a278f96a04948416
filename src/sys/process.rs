//! Processes: their IDs, fork, wait and kill.

use super::errno::{check, check_unit};
use super::{Argument, Errno, NULL, arch, syscall};
use core::ffi::c_int;

/// A process ID.
pub type Pid = c_int;

/// Returns the ID of this process in its own PID namespace (`man 2 getpid`).
pub fn getpid() -> Pid {
    // SAFETY: the call neither reads nor writes memory of this process.
    (unsafe { syscall(libc::SYS_getpid, []) }) as Pid
}

/// Makes a child that is a copy of this process (`man 2 fork`). Returns the child's process ID, or 0 in the child.
pub fn fork() -> Result<Pid, Errno> {
    let same_stack = 0.into();
    let exit_signal = libc::SIGCHLD.into();
    let arguments = if arch::CLONE_TAKES_STACK_FIRST { [same_stack, exit_signal] } else { [exit_signal, same_stack] };
    // SAFETY: no flag asks the kernel to share anything, so the child has its own memory, including this stack. No code
    // here starts a thread, which the child would lack. The kernel ignores the other arguments without their flags.
    check(unsafe { syscall(libc::SYS_clone, arguments) })
}

/// Waits until any child changes its state (`man 2 wait4`), also one whose exit signal is not SIGCHLD (`__WALL`).
/// Returns the child's process ID, and stores the change in `status`. With WNOHANG, returns 0 if no child has changed.
///
/// # Errors
/// ECHILD: there are no children.
#[inline(always)]
pub fn wait4(status: Option<&mut WaitStatus>, options: c_int) -> Result<Pid, Errno> {
    const ANY_CHILD: c_int = -1;
    let options = options | libc::__WALL;
    let arguments = [ANY_CHILD.into(), status.map_or(NULL, Argument::from), options.into(), NULL];
    // SAFETY: the kernel writes `status` if there is one, which is borrowed until the call returns, and no resource
    // usage.
    check(unsafe { syscall(libc::SYS_wait4, arguments) })
}

/// For [`kill`]: every process that this one may signal, except itself and process 1 of its PID namespace.
pub const EVERY_PROCESS: Pid = -1;

/// For [`kill`]: the process group of this process.
pub const OWN_GROUP: Pid = 0;

/// Sends `signal` to the process `pid`, to the process group `-pid`, to [`OWN_GROUP`], or to [`EVERY_PROCESS`]
/// (`man 2 kill`). Signal 0 only checks whether a signal could be sent. Succeeds if at least one process was signalled.
///
/// # Errors
/// [`Errno::ESRCH`]: there is no such process or group. EPERM: this process may signal none of them. The kernel does
/// not report that for [`EVERY_PROCESS`].
pub fn kill(pid: Pid, signal: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_kill, [pid.into(), signal.into()]) })
}

/// What has happened to a child, as [`wait4`] encodes it.
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub struct WaitStatus(c_int);

/// How a child has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has ended.
    Ended(ExitStatus),
    /// This signal has stopped it.
    Stopped(c_int),
    /// SIGCONT has continued it.
    Continued,
}

/// How a child has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitStatus(c_int);

impl From<c_int> for WaitStatus {
    fn from(encoded: c_int) -> Self {
        Self(encoded)
    }
}

impl WaitStatus {
    /// Decodes the status (`man 2 wait`, WIFEXITED and so on).
    #[inline(always)]
    pub fn change(self) -> Change {
        match self.0 {
            status if libc::WIFCONTINUED(status) => Change::Continued,
            status if libc::WIFSTOPPED(status) => Change::Stopped(libc::WSTOPSIG(status)),
            status => Change::Ended(ExitStatus(status)),
        }
    }
}

impl ExitStatus {
    /// Returns the signal that has terminated the child, unless it exited by itself.
    pub fn signal(self) -> Option<c_int> {
        (!libc::WIFEXITED(self.0)).then_some(libc::WTERMSIG(self.0))
    }

    /// Returns the status that a shell shows: that with which the child exited, or 128 plus the number of the signal.
    pub fn shell_status(self) -> u8 {
        self.signal().map_or(libc::WEXITSTATUS(self.0) as u8, |signal| 128 | signal as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_how_a_child_has_changed() {
        for status in [(0, 0), (1, 0), (255, 0), (0, libc::SIGKILL), (0, 64)].map(|(c, s)| libc::W_EXITCODE(c, s)) {
            assert_eq!(WaitStatus(status).change(), Change::Ended(ExitStatus(status)));
        }
        assert_eq!(WaitStatus(libc::W_STOPCODE(libc::SIGTSTP)).change(), Change::Stopped(libc::SIGTSTP));
        assert_eq!(WaitStatus(0xffff).change(), Change::Continued);
    }

    #[test]
    fn a_shell_adds_128_to_a_signal() {
        let core_dump = 0x80;
        let facts = |status| (ExitStatus(status).signal(), ExitStatus(status).shell_status());
        assert_eq!(facts(libc::W_EXITCODE(0, 0)), (None, 0));
        assert_eq!(facts(libc::W_EXITCODE(255, 0)), (None, 255));
        assert_eq!(facts(libc::W_EXITCODE(0, libc::SIGTERM)), (Some(libc::SIGTERM), 143));
        assert_eq!(facts(libc::W_EXITCODE(0, libc::SIGSEGV | core_dump)), (Some(libc::SIGSEGV), 139));
        assert_eq!(facts(libc::W_EXITCODE(0, 64)), (Some(64), 192));
    }
}
