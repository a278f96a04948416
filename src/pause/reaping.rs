//! Reaping: the kernel reaps the children that die from now on, and a loop reaps those that died before.

use crate::sys::Errno;
use crate::sys::process::wait4;
use crate::sys::signal::{Action, set_action};

/// Makes the kernel reap each child when it exits. So no zombie has to wait until this process runs, even if it is
/// starved of CPU, stopped or frozen.
///
/// The kernel still sends SIGCHLD for each child that exits (`do_notify_parent` in the kernel's `kernel/signal.c`), but
/// not for one that stops. Call [`reap`] after each SIGCHLD nevertheless, because an emulator may ignore the flag.
pub fn let_kernel_reap() -> Result<(), Errno> {
    set_action(libc::SIGCHLD, &Action::default_with(libc::SA_NOCLDWAIT | libc::SA_NOCLDSTOP))
}

/// Reaps all children that are dead now, and does not wait for others. Call it before the first wait, because children
/// may have died before this program began. Call it after each SIGCHLD, because one SIGCHLD may stand for many deaths.
pub fn reap() {
    // `__WALL` includes children whose exit signal is not SIGCHLD.
    while let Ok(1..) = wait4(None, libc::WNOHANG | libc::__WALL) {}
}
