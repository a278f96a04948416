//! The guard: tells a signal from outside of the pod from one from inside.

use crate::sys::signal::Signal;

/// Whether the kernel guarantees that no process of our PID namespace sent `signal`: a process of an ancestor PID
/// namespace sent it by `kill`, or the kernel itself did, for example for a key of a terminal.
///
/// The sender's ID alone is no proof. With `rt_sigqueueinfo`, or `pidfd_send_signal` with a `siginfo_t`, the sender
/// chooses every field, but the kernel refuses the codes SI_USER and SI_KERNEL (`do_rt_sigqueueinfo` in its
/// `kernel/signal.c`). For a signal about I/O, the field of the ID contains something else (`man 2 fcntl`, F_SETSIG).
///
/// The proof has two limits. In both, a signal loses its details and looks like a `kill` from outside
/// (`__send_signal_locked`):
///
/// - The queue is full: the signals that are queued for processes of our real user ID, in all pods together, have
///   reached our RLIMIT_SIGPENDING (`man 2 getrlimit`). Signals that `kill` sends are exempt. Only a process that can
///   use that user ID, or that is privileged, can fill it.
/// - The kernel has no memory for the details. No signal is exempt.
pub fn is_from_outside(signal: &Signal) -> bool {
    signal.pid == 0 && matches!(signal.code, libc::SI_USER | libc::SI_KERNEL)
}
