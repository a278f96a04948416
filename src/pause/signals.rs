//! Signals: blocks those that `pause` acts on, and takes them one by one. There are no handlers.
//!
//! A blocked signal stays pending until it is taken, even in process 1 without a handler, and even if its action is to
//! ignore it (`sig_ignored` in the kernel's `kernel/signal.c`). Of the signals here, only a new action may discard one
//! (`do_sigaction`): see [`let_kernel_reap`](super::reaping::let_kernel_reap). While a signal is pending, the kernel
//! keeps no second one of the same number.

use crate::sys::Errno;
use crate::sys::signal::{Signal, SignalSet, set_mask, wait_for};
use crate::sys::time::Time;

/// The signals that end this process.
const SHUTDOWN: SignalSet = SignalSet::of([libc::SIGINT, libc::SIGTERM]);

/// The signals that [`wait`] waits for, except during a rest.
const AWAITED: SignalSet = SHUTDOWN.with(libc::SIGCHLD);

/// How long a rest lasts. During a rest SIGCHLD stays pending, so a storm of orphans wakes this process up at most twice
/// in this time, and not for each of them.
pub const REST: Time = Time { seconds: 0, nanoseconds: 20_000_000 };

/// Blocks the signals that [`wait`] takes, and SIGPIPE, which would end this process if the reader of its messages is
/// gone. Unblocks all others: they have their default action, or are ignored as before this program was executed (`man
/// 2 execve`).
pub fn block() -> Result<(), Errno> {
    set_mask(AWAITED.with(libc::SIGPIPE))
}

/// Waits for SIGINT, SIGTERM or SIGCHLD, and takes it. With a rest, waits for SIGINT and SIGTERM alone, and no longer
/// than that. Of those sent to the process, it takes the one with the smallest number first (`next_signal` in the
/// kernel's `kernel/signal.c`), so dying children cannot delay SIGTERM.
///
/// # Errors
/// - [`Errno::EINTR`]: no signal was taken. Wait again.
/// - [`Errno::EAGAIN`]: the rest is over.
pub fn wait(rest: Option<&Time>) -> Result<Signal, Errno> {
    wait_for(if rest.is_some() { SHUTDOWN } else { AWAITED }, rest)
}
