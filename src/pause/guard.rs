//! The guard: tells a signal from outside of the pod from one from inside.

use crate::sys::signal::Signal;

/// Whether the kernel guarantees that no process of our PID namespace sent `signal`: a process of an ancestor PID
/// namespace sent it by `kill`, or the kernel itself did, for example for a key of a terminal.
///
/// The sender's ID alone is no proof. A sender that uses `rt_sigqueueinfo`, or `pidfd_send_signal` with details,
/// chooses all of them, but the kernel refuses these two codes (`do_rt_sigqueueinfo` in its `kernel/signal.c`). For a
/// signal about I/O, the field of the ID contains something else (`man 2 fcntl`, F_SETSIG).
///
/// The proof has two limits. In both, a signal loses its details and looks like a `kill` from outside
/// (`__send_signal_locked`):
///
/// - The signals of our real user ID that are queued, in all pods together, are as many as our RLIMIT_SIGPENDING allows
///   (`man 2 getrlimit`). This happens to signals that are not sent by `kill`. Only a process that can use that user
///   ID, or that is privileged, can cause it.
/// - The kernel has no memory for the details. This happens to any signal.
pub fn is_from_outside(signal: &Signal) -> bool {
    signal.pid == 0 && matches!(signal.code, libc::SI_USER | libc::SI_KERNEL)
}
