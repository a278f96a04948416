//! Tells a signal that was sent from outside of the pod from one that was sent from inside.

use crate::sys::signal::Signal;

/// Whether the kernel itself vouches that `signal` was sent from an outer PID namespace: with `kill` by a process that has
/// no ID here, or by the kernel, as for a key of a terminal.
///
/// The sender's ID alone is no proof. A sender that uses `rt_sigqueueinfo` chooses all details of the signal, except these
/// two codes (`do_rt_sigqueueinfo` in the kernel's `kernel/signal.c`). Where a file sends the signal, something else is in
/// the place of the ID (`man 2 fcntl`, F_SETSIG).
///
/// One thing defeats it. If our user has as many signals queued, in any pod, as it may have (`man 2 getrlimit`,
/// RLIMIT_SIGPENDING), then a signal that was sent in another way loses its details and looks like a `kill` from outside
/// (`__send_signal_locked`). Only a process that has or can get that user ID, or that is privileged, can bring this about.
pub fn is_from_outer_namespace(signal: &Signal) -> bool {
    signal.pid == 0 && matches!(signal.code, libc::SI_USER | libc::SI_KERNEL)
}
