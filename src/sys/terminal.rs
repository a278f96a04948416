//! Process groups, and the foreground of the controlling terminal.

use super::errno::{check, check_unit};
use super::process::Pid;
use super::{Argument, Errno, syscall};
use core::ffi::c_int;

/// Returns the process group of the process `pid`, or of this process if `pid` is 0 (`man 2 getpgid`). Returns 0 if the
/// leader of the group is outside of our PID namespace.
pub fn process_group(pid: Pid) -> Result<Pid, Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check(unsafe { syscall(libc::SYS_getpgid, [pid.into()]) })
}

/// Makes the process `pid`, or this process if `pid` is 0, the leader of a new process group (`man 2 setpgid`).
///
/// # Errors
/// [`Errno::EACCES`]: the process is a child that has already executed a program.
pub fn make_group_leader(pid: Pid) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_setpgid, [pid.into(), 0.into()]) })
}

/// Returns the foreground process group of the controlling terminal, which is open as `descriptor` (`man 3 tcgetpgrp`).
/// Returns 0 if its leader is outside of our PID namespace.
///
/// # Errors
/// [`Errno::ENOTTY`]: this is not our controlling terminal, or not a terminal. But the master of a pseudoterminal
/// answers for its other side (`tiocgpgrp` in the kernel).
pub fn foreground(descriptor: c_int) -> Result<Pid, Errno> {
    let mut group: Pid = 0;
    let arguments = [descriptor.into(), (libc::TIOCGPGRP as usize).into(), Argument::from(&mut group)];
    // SAFETY: the kernel writes `group`, which lives until the call returns.
    check(unsafe { syscall(libc::SYS_ioctl, arguments) })?;
    Ok(group)
}

/// Makes `group` the foreground process group of the controlling terminal (`man 3 tcsetpgrp`). The caller must block
/// SIGTTOU, which would stop a caller in the background.
pub fn set_foreground(descriptor: c_int, group: Pid) -> Result<(), Errno> {
    let arguments = [descriptor.into(), (libc::TIOCSPGRP as usize).into(), Argument::from(&group)];
    // SAFETY: the kernel reads `group`, which lives until the call returns.
    check_unit(unsafe { syscall(libc::SYS_ioctl, arguments) })
}
