//! System calls about processes: start, execute, reap and signal them, their groups, and the terminal's foreground.

use super::{Errno, address, checked, done, syscall};
use crate::args::{Arguments, Environment, Str};
use core::ffi::c_int;
use core::ptr;

/// Makes a copy of this process, and returns its process ID; to the copy itself it returns 0 (`man 2 fork`).
pub fn fork() -> Result<c_int, Errno> {
    const SIGNAL_AT_EXIT: usize = libc::SIGCHLD as usize;
    const SAME_STACK: usize = 0;
    // All other platforms of ours take the flags first.
    let arguments =
        if cfg!(target_arch = "s390x") { [SAME_STACK, SIGNAL_AT_EXIT] } else { [SIGNAL_AT_EXIT, SAME_STACK] };
    // SAFETY: no flag asks for anything to be shared, so the copy has memory of its own, this stack included; and there
    // is no other thread that it would miss. Of the further arguments the kernel looks at none without their flags.
    checked(unsafe { syscall(libc::SYS_clone, arguments) })
}

/// Executes the program at `path` in this process (`man 2 execve`). Returns what went wrong, if anything did.
pub fn execve(path: Str, arguments: &Arguments, environment: Environment) -> Errno {
    let pointers = [path.address(), arguments.address(), environment.address()];
    // SAFETY: a string, and two vectors of them that end with a null pointer, for as long as this process lives.
    let result = done(unsafe { syscall(libc::SYS_execve, pointers) });
    result.err().unwrap_or(Errno::ENOEXEC) // that it went well nobody here hears
}

/// Reaps a child that has ended, or hears of one that has stopped: returns its process ID, and puts in `status` what
/// `man 2 wait4` describes. 0 where children are left, and nothing has happened to them that `options` ask for.
///
/// # Errors
/// ECHILD: no child is left.
pub fn wait4_status(status: &mut c_int, options: c_int) -> Result<c_int, Errno> {
    const ANY_CHILD: usize = usize::MAX; // -1
    let arguments = [ANY_CHILD, ptr::from_mut(status) as usize, options as usize, 0];
    // SAFETY: the kernel writes `status`, which is borrowed until the call returns; the usage is not asked for.
    checked(unsafe { syscall(libc::SYS_wait4, arguments) })
}

/// Sends `signal` to a process, to the process group `-pid`, or to everybody (`man 2 kill`). Signal 0 asks whether that
/// could be done.
pub fn kill(pid: c_int, signal: c_int) -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    done(unsafe { syscall(libc::SYS_kill, [pid as usize, signal as usize]) })
}

/// The process group of this process; 0 where its leader is in no PID namespace of ours (`man 2 getpgid`).
pub fn getpgrp() -> c_int {
    // SAFETY: takes numbers only. About oneself there is always an answer.
    (unsafe { syscall(libc::SYS_getpgid, [0]) }) as c_int
}

/// Makes a process, 0 for this one, the leader of a process group of its own (`man 2 setpgid`).
pub fn setpgid(pid: c_int) -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    done(unsafe { syscall(libc::SYS_setpgid, [pid as usize, 0]) })
}

/// The process group that is in the foreground of the controlling terminal, which is open as `descriptor`
/// (`man 3 tcgetpgrp`); 0 where its leader is in no PID namespace of ours.
///
/// # Errors
/// ENOTTY: this is no terminal, or not the controlling one.
pub fn foreground(descriptor: c_int) -> Result<c_int, Errno> {
    let mut group: c_int = 0;
    let arguments = [descriptor as usize, libc::TIOCGPGRP as usize, ptr::from_mut(&mut group) as usize];
    // SAFETY: the kernel writes `group`, which lives until the call returns.
    checked(unsafe { syscall(libc::SYS_ioctl, arguments) })?;
    Ok(group)
}

/// Puts a process group into the foreground of it (`man 3 tcsetpgrp`). Who is not in the foreground himself does this
/// with SIGTTOU blocked.
pub fn set_foreground(descriptor: c_int, group: c_int) -> Result<(), Errno> {
    let arguments = [descriptor as usize, libc::TIOCSPGRP as usize, address(&group)];
    // SAFETY: the kernel reads `group`, which lives until the call returns.
    done(unsafe { syscall(libc::SYS_ioctl, arguments) })
}

// Of what `prctl` takes beside the second argument the kernel looks at nothing in these three.

/// Makes this process the reaper of all its descendants (`man 2 PR_SET_CHILD_SUBREAPER`).
pub fn set_subreaper() -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    done(unsafe { syscall(libc::SYS_prctl, [libc::PR_SET_CHILD_SUBREAPER as usize, 1]) })
}

/// Whether it is (`man 2 PR_GET_CHILD_SUBREAPER`): also because it was before it executed this program.
pub fn is_subreaper() -> bool {
    let mut is: c_int = 0;
    let arguments = [libc::PR_GET_CHILD_SUBREAPER as usize, ptr::from_mut(&mut is) as usize];
    // SAFETY: the kernel writes `is`, which lives until the call returns.
    _ = unsafe { syscall(libc::SYS_prctl, arguments) };
    is != 0
}

/// Has the kernel send this process `signal` when its parent ends (`man 2 PR_SET_PDEATHSIG`).
pub fn set_parent_death_signal(signal: c_int) -> Result<(), Errno> {
    let arguments = [libc::PR_SET_PDEATHSIG as usize, signal as usize];
    // SAFETY: takes numbers only.
    done(unsafe { syscall(libc::SYS_prctl, arguments) })
}
