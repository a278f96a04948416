//! Leaves no zombie, in two ways: the kernel reaps what dies from now on, and a loop reaps what was dead before.

use crate::sys::{self, Errno};

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
