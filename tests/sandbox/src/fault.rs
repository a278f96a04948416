//! System calls that fail, by a seccomp filter.

use nix::errno::Errno;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
use std::io;

/// Errors that a security profile, an old kernel or an emulator answers with.
pub const ERRORS: [Errno; 4] = [Errno::EPERM, Errno::ENOSYS, Errno::EINVAL, Errno::EAGAIN];

/// A filter, compiled: every call of these numbers is answered with `error`, every other one is let through.
pub fn refuse(calls: &[libc::c_long], error: Errno) -> BpfProgram {
    let rules = calls.iter().map(|&call| (call, Vec::new())).collect();
    let architecture = std::env::consts::ARCH.try_into().expect("seccompiler knows this architecture");
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(error as u32), architecture)
        .and_then(BpfProgram::try_from)
        .expect("a filter of a few calls compiles")
}

/// Puts a filter on this process, and on whatever it executes. It sets `no_new_privs` as well.
pub fn apply(filter: &BpfProgram) -> io::Result<()> {
    apply_filter(filter).map_err(|_| io::Error::last_os_error())
}
