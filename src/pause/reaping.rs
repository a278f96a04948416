//! Reaping: the kernel reaps the children that die from now on, and a loop reaps those that died before.

use crate::sys::Errno;
use crate::sys::process::wait4;
use crate::sys::signal::{Action, set_action};

/// Makes the kernel reap children when they exit. So no zombie has to wait until this process runs, even if it is
/// starved of CPU, stopped or frozen. The kernel leaves out a child that is traced, or whose exit signal is not SIGCHLD
/// (`do_notify_parent` in the kernel's `kernel/signal.c`).
///
/// The kernel still sends SIGCHLD for each child that it reaps, but not for one that stops. Call [`reap`] after each
/// SIGCHLD: for the children that the kernel leaves out, and because QEMU's user mode emulation ignores the flag.
pub fn let_kernel_reap() -> Result<(), Errno> {
    set_action(libc::SIGCHLD, &Action::default_with(libc::SA_NOCLDWAIT | libc::SA_NOCLDSTOP))
}

/// Reaps all children that are dead now, and does not wait for others. Call it after [`let_kernel_reap`]: children may
/// have died before this program began, and a new action discards a pending SIGCHLD. Call it after each SIGCHLD,
/// because one SIGCHLD may stand for many deaths.
pub fn reap() {
    while let Ok(1..) = wait4(None, libc::WNOHANG) {}
}
