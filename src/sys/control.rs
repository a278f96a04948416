//! Capabilities, and the settings of `prctl`.

use super::errno::check_unit;
use super::{Argument, Errno, syscall};
use core::ffi::c_int;

/// 32 capabilities of each set: `struct __user_cap_data_struct` in `linux/capability.h`.
#[repr(C)]
struct Capabilities {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const NO_CAPABILITIES: Capabilities = Capabilities { effective: 0, permitted: 0, inheritable: 0 };

/// Gives up every capability: the permitted, effective and inheritable ones (`man 2 capset`), and with them the ambient
/// ones (`man 7 capabilities`).
pub fn drop_capabilities() -> Result<(), Errno> {
    // The lower and the upper 32 capabilities of each set. The header is `_LINUX_CAPABILITY_VERSION_3` and the process
    // ID 0, which means this process. The crate `libc` has neither.
    let none = [NO_CAPABILITIES, NO_CAPABILITIES];
    let header = [0x2008_0522_u32, 0];
    // SAFETY: the kernel reads both, which have the sizes of that version, before the call returns.
    check_unit(unsafe { syscall(libc::SYS_capset, [Argument::from(&header), Argument::from(&none)]) })
}

/// Makes sure that this process never gains privileges by executing a program (`man 2 prctl`,
/// PR_SET_NO_NEW_PRIVS).
pub fn set_no_new_privileges() -> Result<(), Errno> {
    let arguments = [libc::PR_SET_NO_NEW_PRIVS.into(), 1.into(), 0.into(), 0.into(), 0.into()];
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_prctl, arguments) })
}

// The operations below ignore the arguments after these (`SYSCALL_DEFINE5(prctl, …)` in the kernel's `kernel/sys.c`).

/// Makes this process adopt the orphans among its descendants (`man 2 prctl`, PR_SET_CHILD_SUBREAPER).
pub fn become_subreaper() -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_prctl, [libc::PR_SET_CHILD_SUBREAPER.into(), 1.into()]) })
}

/// Whether this process is a subreaper (PR_GET_CHILD_SUBREAPER). It may have been one before it executed this program.
/// If the call is refused, the answer is no.
pub fn is_subreaper() -> bool {
    read_setting(libc::PR_GET_CHILD_SUBREAPER) != 0
}

/// Returns the signal that the kernel sends to this process when the thread that created it ends, or 0 for none (`man 2
/// prctl`, PR_GET_PDEATHSIG). Returns 0 if the call is refused.
pub fn parent_death_signal() -> c_int {
    read_setting(libc::PR_GET_PDEATHSIG)
}

/// Makes the kernel send `signal` to this process when the thread that created it ends (PR_SET_PDEATHSIG).
pub fn set_parent_death_signal(signal: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_prctl, [libc::PR_SET_PDEATHSIG.into(), signal.into()]) })
}

/// Reads a setting that `prctl` stores in an `int`. Returns 0 if the call is refused.
fn read_setting(operation: c_int) -> c_int {
    let mut value: c_int = 0;
    // SAFETY: the kernel writes `value`, which lives until the call returns.
    let result = unsafe { syscall(libc::SYS_prctl, [operation.into(), Argument::from(&mut value)]) };
    check_unit(result).map_or(0, |()| value)
}
