//! Signals: the mask, waiting for a signal, and the actions of signals.

use super::errno::{check, check_unit};
use super::time::{SYS_RT_SIGTIMEDWAIT_TIME64, Time, Time64, timed_syscall};
use super::{Argument, Errno, NULL, syscall};
use core::ffi::c_int;
use core::mem::MaybeUninit;

/// The highest signal number (`_NSIG` in the kernel).
pub const HIGHEST_SIGNAL: c_int = 64;

/// The kernel's set of signals, in which bit N-1 stands for signal N. It has 64 bits on every architecture except MIPS.
#[derive(Clone, Copy)]
pub struct SignalSet(u64);

impl SignalSet {
    /// All signals. A set may contain SIGKILL and SIGSTOP, but the kernel neither blocks them nor lets anybody wait for
    /// them.
    pub const ALL: Self = Self(u64::MAX);

    /// Returns the set of these signals, each a number from 1 to 64.
    pub const fn of<const N: usize>(signals: [c_int; N]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < N {
            bits |= 1 << (signals[i] - 1);
            i += 1;
        }
        Self(bits)
    }

    /// Returns this set with `signal`.
    pub const fn with(self, signal: c_int) -> Self {
        Self(self.0 | Self::of([signal]).0)
    }

    /// Returns this set without `signal`.
    pub const fn without(self, signal: c_int) -> Self {
        Self(self.0 & !Self::of([signal]).0)
    }

    /// Whether `signal`, a number from 1 to 64, is in this set.
    pub const fn contains(self, signal: c_int) -> bool {
        self.0 & Self::of([signal]).0 != 0
    }
}

/// Blocks the signals in `set`, and no others (`man 2 rt_sigprocmask`).
pub fn set_mask(set: SignalSet) -> Result<(), Errno> {
    let arguments = [libc::SIG_SETMASK.into(), Argument::from(&set), NULL, size_of::<SignalSet>().into()];
    // SAFETY: the kernel reads eight bytes at `set`, which lives until the call returns.
    check_unit(unsafe { syscall(libc::SYS_rt_sigprocmask, arguments) })
}

/// Blocks the signals in `set`, and no others. Stores in `set` those that were blocked before.
pub fn exchange_mask(set: &mut SignalSet) -> Result<(), Errno> {
    let place = Argument::from(set);
    let arguments = [libc::SIG_SETMASK.into(), place, place, size_of::<SignalSet>().into()];
    // SAFETY: the kernel reads eight bytes at `set` and then writes eight, before the call returns.
    check_unit(unsafe { syscall(libc::SYS_rt_sigprocmask, arguments) })
}

/// A signal that was taken, and its origin (`man 2 sigaction`, `siginfo_t`).
pub struct Signal {
    /// The signal number, from 1 to 64.
    pub number: c_int,
    /// `si_code`: one of the `SI_` constants, or a number whose meaning depends on the signal.
    pub code: c_int,
    /// `si_pid`: the sender, if `code` says that there is one. 0 for a process outside of our PID namespace.
    pub pid: libc::pid_t,
}

/// The beginning of the kernel's `siginfo_t`.
#[repr(C)]
struct SignalInfo {
    number: c_int,
    errno: c_int,
    code: c_int,
    /// A union follows, which is aligned like a pointer.
    alignment: [*const (); 0],
    /// `si_pid`, one of the members with which the union may begin.
    pid: libc::pid_t,
}

/// Waits for one of the signals in `set`, which must be blocked, and takes it (`man 2 rt_sigtimedwait`). Waits no
/// longer than `limit`, if there is one.
///
/// # Errors
/// - [`Errno::EINTR`]: no signal was taken. A stop and SIGCONT, a debugger or a freezer interrupted the wait (`man 7
///   signal`, "Interruption of system calls and library functions by stop signals"). Wait again.
/// - [`Errno::EAGAIN`]: the time is over.
pub fn wait_for(set: SignalSet, limit: Option<&Time>) -> Result<Signal, Errno> {
    let mut info = MaybeUninit::<libc::siginfo_t>::uninit();
    let limit64 = limit.map(Time64::from);
    let place = Argument::from(info.as_mut_ptr());
    let arguments = |limit| [Argument::from(&set), place, limit, size_of::<SignalSet>().into()];
    let with_limit = arguments(limit.map_or(NULL, Argument::from));
    let with_limit64 = arguments(limit64.as_ref().map_or(NULL, Argument::from));
    // SAFETY: the kernel reads eight bytes at `set` and the limit if there is one, and writes at most all of `info`.
    // All of them live until the call returns.
    let result =
        unsafe { timed_syscall(libc::SYS_rt_sigtimedwait, SYS_RT_SIGTIMEDWAIT_TIME64, with_limit, with_limit64) };
    let number = check(result)?;
    let info = info.as_ptr().cast::<SignalInfo>();
    // SAFETY: a signal was taken, so the kernel has written both fields (`copy_siginfo_to_user`). Before Linux 4.20 it
    // leaves out some of the other bytes, but each signal has an integer or a pointer at the beginning of the union.
    unsafe { Ok(Signal { number, code: (*info).code, pid: (*info).pid }) }
}

/// The action of a signal: the kernel's `struct sigaction`, which differs from the C library's. An architecture that
/// has no restorer keeps the mask in that field, and uses only the first 8 bytes after `flags`.
#[repr(C)]
pub struct Action {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: [u32; 2],
}

impl Action {
    /// The default action.
    pub const DEFAULT: Self = Self::default_with(0);

    /// Returns the default action with these `SA_` flags.
    pub const fn default_with(flags: c_int) -> Self {
        Self { handler: libc::SIG_DFL, flags: flags as usize, restorer: 0, mask: [0; 2] }
    }
}

/// Gives `signal` an action (`man 2 rt_sigaction`).
pub fn set_action(signal: c_int, action: &Action) -> Result<(), Errno> {
    let arguments = [signal.into(), action.into(), NULL, size_of::<SignalSet>().into()];
    // SAFETY: the kernel reads at most all of `action` before the call returns. The fields of an action are private, so
    // this one comes from here or from the kernel, and names no function of this program.
    check_unit(unsafe { syscall(libc::SYS_rt_sigaction, arguments) })
}

/// Gives `signal` an action, and stores in `action` the one that it had before. A program that installs no handler
/// finds the default action there, or that the signal is ignored.
pub fn exchange_action(signal: c_int, action: &mut Action) -> Result<(), Errno> {
    let place = Argument::from(action);
    // SAFETY: the kernel reads at most all of `action` and then writes at most all of it, before the call returns. The
    // action names no function of this program, as in `set_action`.
    check_unit(unsafe { syscall(libc::SYS_rt_sigaction, [signal.into(), place, place, size_of::<SignalSet>().into()]) })
}

/// Whether this process ignores `signal`. If the call is refused, the answer is no.
pub fn is_ignored(signal: c_int) -> bool {
    let mut action = Action::DEFAULT;
    let arguments = [signal.into(), NULL, Argument::from(&mut action), size_of::<SignalSet>().into()];
    // SAFETY: the kernel writes at most all of `action` before the call returns; no new action is given.
    let result = check_unit(unsafe { syscall(libc::SYS_rt_sigaction, arguments) });
    result.is_ok() && action.handler == libc::SIG_IGN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_a_bit_for_each_of_its_signals() {
        assert_eq!(SignalSet::of([1]).0, 1);
        assert_eq!(SignalSet::of([2, 15, 17]).with(64).0, 1 << 63 | 1 << 16 | 1 << 14 | 1 << 1);
        assert_eq!(SignalSet::of([2, 15]).without(15).0, SignalSet::of([2]).0);
        assert!(SignalSet::of([2, 64]).contains(64) && !SignalSet::of([2, 64]).contains(63));
    }
}
