//! Leaves no zombie: the kernel reaps the children that die from now on, and a loop reaps those that were dead before.

use crate::sys::Errno;
use crate::sys::process::wait4;
use crate::sys::signal::{Action, set_action};

/// Has the kernel reap children at the moment of their exit. So no zombie waits for this process to be given the CPU:
/// it may be starved, stopped or frozen.
///
/// SIGCHLD is still sent for each child that exits (`do_notify_parent` in the kernel's `kernel/signal.c`), but not for one
/// that stops. Call [`reap`] after each SIGCHLD all the same: an emulator may drop the flag.
pub fn let_kernel_reap() -> Result<(), Errno> {
    set_action(libc::SIGCHLD, &Action::default_with(libc::SA_NOCLDWAIT | libc::SA_NOCLDSTOP))
}

/// Reaps every child that is dead now, adopted or inherited, and returns at once. Call it before the first wait, for the
/// children that died before this program began, and after every SIGCHLD: one may stand for many deaths.
pub fn reap() {
    // `__WALL` includes children that were cloned to send another signal than SIGCHLD.
    while let Ok(1..) = wait4(None, libc::WNOHANG | libc::__WALL) {}
}
