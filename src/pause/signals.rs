//! Blocks the signals that matter, then takes them one at a time: there is no handler, and no signal is lost.
//!
//! A blocked signal stays pending until it is taken. That holds for a process 1 too, for which the kernel otherwise
//! discards signals without a handler, and for a signal whose action is to be ignored (`sig_ignored` in the kernel's
//! `kernel/signal.c`).

use crate::sys::Errno;
use crate::sys::signal::{Signal, SignalSet, set_mask, wait_for};

/// The signals that [`wait`] waits for.
const AWAITED: SignalSet = SignalSet::of([libc::SIGINT, libc::SIGTERM, libc::SIGCHLD]);

/// Blocks the signals that [`wait`] takes, and SIGPIPE, which would end us when the reader of our messages is gone. All
/// other signals are unblocked: they have their default action, or none where our parent ignored them.
pub fn block() -> Result<(), Errno> {
    set_mask(AWAITED.with(libc::SIGPIPE))
}

/// Waits for SIGINT, SIGTERM or SIGCHLD, and takes it. If several are pending, the one with the smallest number comes
/// first (`next_signal` in the same file), so an endless stream of dying children cannot delay SIGTERM.
///
/// # Errors
/// [`Errno::EINTR`]: no signal was taken, wait again.
pub fn wait() -> Result<Signal, Errno> {
    wait_for(AWAITED, None)
}
