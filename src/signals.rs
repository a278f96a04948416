//! Blocks the signals that matter, then takes them one at a time: there is no handler, and none is lost.
//!
//! A signal that is blocked is kept until it is taken, also for a process 1, for which the kernel otherwise discards
//! what has no handler, and also where its action is to be ignored (`sig_ignored` in the kernel's `kernel/signal.c`).
//!
//! `pause` takes the three that concern it; `init` takes all of them, as they concern its child.

use crate::sys::{self, Errno, Signal, SignalSet, Time};

/// What [`wait`] waits for.
const AWAITED: SignalSet = SignalSet::of([libc::SIGINT, libc::SIGTERM, libc::SIGCHLD]);

/// Blocks the signals that matter: those that [`wait`] takes, and SIGPIPE, so that a reader of our messages who went
/// away does not end us. Every other signal is let through, and does what it does by default, or nothing where our parent
/// had it ignored.
pub fn block() -> Result<(), Errno> {
    sys::rt_sigprocmask(AWAITED.with(libc::SIGPIPE))
}

/// Waits until SIGINT, SIGTERM or SIGCHLD is there, and takes it. Of several the smallest comes first (`next_signal`,
/// same file), so that children who die without end cannot keep a SIGTERM waiting.
///
/// # Errors
/// [`Errno::EINTR`] where there was none after all: wait again.
pub fn wait() -> Result<Signal, Errno> {
    sys::rt_sigtimedwait(AWAITED)
}

/// Blocks every signal, so that [`take`] can take it. A fault of our own ends us all the same
/// (`force_sig_info_to_task`).
pub fn block_all() -> Result<(), Errno> {
    sys::rt_sigprocmask(SignalSet::ALL)
}

/// Takes a signal of `set`, the smallest one, and waits for it no longer than `limit`, if there is one.
///
/// # Errors
/// As those of [`wait`], and EAGAIN where nothing came in time.
pub fn take(set: SignalSet, limit: Option<&Time>) -> Result<Signal, Errno> {
    sys::rt_sigtimedwait_for(set, limit)
}

/// No time at all.
pub const AT_ONCE: Option<&Time> = Some(&Time::ZERO);

impl Signal {
    /// Whether the kernel vouches that it does not come from our PID namespace: it was sent with `kill` by a process that
    /// has no ID here, or by the kernel itself, as for a key of a terminal.
    ///
    /// The sender's ID alone says nothing. Who sends with `rt_sigqueueinfo` writes all of the details himself, though
    /// neither of these two codes (`do_rt_sigqueueinfo`, same file); and where a file sends the signal (`man 2 fcntl`,
    /// F_SETSIG), something else is in the place of the ID.
    ///
    /// One thing defeats it: if our user has as many signals queued, in whatever pods, as we may have (`man 2 getrlimit`,
    /// RLIMIT_SIGPENDING), what is sent otherwise loses its details, and looks like a `kill` from outside
    /// (`__send_signal_locked`). Only who is or can become that user, or is privileged, can bring that about.
    pub fn is_from_outside(&self) -> bool {
        self.pid == 0 && matches!(self.code, libc::SI_USER | libc::SI_KERNEL)
    }
}
