//! Blocks the signals that matter, then takes them one at a time: there is no handler, and none is lost.
//!
//! A signal that is blocked is kept until it is taken, also for a process 1, for which the kernel otherwise discards
//! what has no handler, and also where its action is to be ignored (`sig_ignored` in the kernel's `kernel/signal.c`).

use crate::sys::{self, Errno, SignalSet};
use core::ffi::c_int;

/// What [`wait`] waits for.
const AWAITED: SignalSet = SignalSet::of([libc::SIGINT, libc::SIGTERM, libc::SIGCHLD]);

/// Blocks the signals that matter: those that [`wait`] takes, and SIGPIPE, so that a reader of our messages who went
/// away does not end us. Every other signal is let through, and does what it does by default, or nothing where our parent
/// had it ignored.
pub fn block() -> Result<(), Errno> {
    sys::rt_sigprocmask(AWAITED.with(libc::SIGPIPE))
}

/// Waits until SIGINT, SIGTERM or SIGCHLD is there, and takes it: its number. Of several the smallest comes first
/// (`next_signal`, same file), so that children who die without end cannot keep a SIGTERM waiting.
pub fn wait() -> Result<c_int, Errno> {
    loop {
        match sys::rt_sigtimedwait(AWAITED) {
            Err(Errno::EINTR) => {} // stopped and continued, frozen and thawed, or looked at by a debugger
            taken_or_failed => return taken_or_failed,
        }
    }
}
