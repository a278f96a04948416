//! The guard: tells a signal from outside of the pod from one from inside.

use crate::sys::signal::Signal;

/// Whether the kernel guarantees that `signal` came from an outer PID namespace: it was sent by `kill` from a process
/// that has no ID in this namespace, or by the kernel, for example for a key of a terminal.
///
/// The sender's ID alone is no proof. A sender that uses `rt_sigqueueinfo` chooses every detail of the signal, but it
/// cannot choose these two codes (`do_rt_sigqueueinfo` in the kernel's `kernel/signal.c`). For a signal that a file
/// sends, the field of the ID contains something else (`man 2 fcntl`, F_SETSIG).
///
/// This proof has one limit. If our user already has as many queued signals, in all pods together, as it may have (`man
/// 2 getrlimit`, RLIMIT_SIGPENDING), then a signal that was sent in another way loses its details and looks like a
/// `kill` from outside (`__send_signal_locked`). Only a process that can use that user ID, or that is privileged, can
/// cause this.
pub fn is_from_outer_namespace(signal: &Signal) -> bool {
    signal.pid == 0 && matches!(signal.code, libc::SI_USER | libc::SI_KERNEL)
}
