//! Descriptors of processes, and what the kernel remembers of a process after it was reaped.

use super::errno::{check, check_unit};
use super::process::{Pid, WaitStatus};
use super::{Argument, Errno, file, syscall};
use core::ffi::c_int;

/// Opens a descriptor of a process (`man 2 pidfd_open`), with a number after those of the standard streams. It is
/// close-on-exec.
pub fn open(pid: Pid) -> Result<c_int, Errno> {
    // SAFETY: the call neither reads nor writes memory of this process. There are no flags.
    file::move_after_streams(check(unsafe { syscall(libc::SYS_pidfd_open, [pid.into(), 0.into()]) })?)
}

/// Returns how a process has ended, if it was reaped since, by whomever, and `None` if it exists. Linux remembers how
/// since 6.15 (`PIDFD_INFO_EXIT` in `linux/pidfd.h`).
///
/// # Errors
/// The kernel does not remember it, does not know the question, or a seccomp profile refuses it.
pub fn exit_status(pidfd: c_int) -> Result<Option<WaitStatus>, Errno> {
    match ask(pidfd) {
        // It was reaped during the question: after the kernel looked for a status, and before it looked for a process.
        Err(Errno::ESRCH) => ask(pidfd),
        answer => answer,
    }
}

/// Like [`exit_status`], but fails with ESRCH if the process is reaped during the question.
fn ask(pidfd: c_int) -> Result<Option<WaitStatus>, Errno> {
    const EXISTS: u64 = libc::PIDFD_INFO_PID as u64;
    const EXIT: u64 = libc::PIDFD_INFO_EXIT as u64;
    // SAFETY: all bytes of this structure may be 0.
    let mut info: libc::pidfd_info = unsafe { core::mem::zeroed() };
    info.mask = EXIT;
    let arguments = [pidfd.into(), (libc::PIDFD_GET_INFO as c_int).into(), Argument::from(&mut info)];
    // SAFETY: the kernel reads the structure and writes it, and knows its size from the number of the request. It lives
    // until the call returns.
    check_unit(unsafe { syscall(libc::SYS_ioctl, arguments) })?;
    if info.mask & EXIT != 0 {
        Ok(Some(WaitStatus::from(info.exit_code)))
    } else if info.mask & EXISTS != 0 {
        Ok(None)
    } else {
        Err(Errno::ESRCH)
    }
}
