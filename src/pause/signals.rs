//! Signals: blocks those of the contract, and takes them one by one. There is no handler, and no signal is lost.
//!
//! A blocked signal stays pending until it is taken. That is true even for process 1, for which the kernel otherwise
//! discards signals without a handler, and for a signal whose action is to ignore it (`sig_ignored` in the kernel's
//! `kernel/signal.c`).

use crate::sys::Errno;
use crate::sys::signal::{Signal, SignalSet, set_mask, wait_for};

/// The signals that [`wait`] waits for.
const AWAITED: SignalSet = SignalSet::of([libc::SIGINT, libc::SIGTERM, libc::SIGCHLD]);

/// Blocks the signals that [`wait`] takes. Also blocks SIGPIPE, which would end us if the reader of our messages is
/// gone. Unblocks all other signals: they have their default action, or our parent ignores them.
pub fn block() -> Result<(), Errno> {
    set_mask(AWAITED.with(libc::SIGPIPE))
}

/// Waits for SIGINT, SIGTERM or SIGCHLD, and takes it. If several are pending, takes the one with the smallest number
/// (`next_signal` in the same file). So an endless stream of dying children cannot delay SIGTERM.
///
/// # Errors
/// [`Errno::EINTR`]: no signal was taken. Wait again.
pub fn wait() -> Result<Signal, Errno> {
    wait_for(AWAITED, None)
}
