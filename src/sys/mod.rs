//! The kernel's side: one safe function per system call in use, and the entry point of a program.
//!
//! Numbers and types come from the crate `libc`; none of its functions is called, and none could be: the C library
//! that a link finds is an empty one (see `build/build.rs`).
//!
//! # What an architecture's file provides
//! Each is named after its `target_arch` and holds two things, with the same names in all of them:
//! - `entry_point!(main)`, which defines `_start`: call `main`, an `extern "C" fn(Args) -> i32`, with the address of
//!   the initial stack, on a stack as the calling convention wants it; hand what it returns to `exit_group`; and should
//!   that be refused, fault;
//! - `syscall(number, [a, b, c, d, e])`: make a system call and return its result, an error as a negative number. Each of
//!   the five is an `Argument`, which may be nothing.
#![allow(unsafe_code)] // the one place, beside `args`, that needs it

#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "arm", path = "arm.rs")]
#[cfg_attr(target_arch = "loongarch64", path = "loongarch64.rs")]
#[cfg_attr(all(target_arch = "powerpc64", target_endian = "little"), path = "powerpc64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "s390x", path = "s390x.rs")]
#[cfg_attr(target_arch = "x86", path = "x86.rs")]
#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
mod arch; // and on every other architecture arch.rs, which says what is missing

use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::num::NonZero;
use core::ptr;

pub mod file;
#[doc(hidden)]
pub mod memory;
pub mod process;

/// The number of `exit_group`, for the entry points.
#[doc(hidden)]
pub const SYS_EXIT_GROUP: libc::c_long = libc::SYS_exit_group;

/// Makes a function the program: `program!(main)`, where `main` is an `extern "C" fn(Args) -> i32` and what it returns
/// is the status to leave with.
#[macro_export]
macro_rules! program {
    ($main:path) => {
        const _: extern "C" fn($crate::args::Args) -> i32 = $main;

        $crate::entry_point!($main);
        $crate::memory_functions!();

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo) -> ! {
            $crate::sys::panic()
        }
    };
}

/// What a panic would call, if one could be reached: a function that exists nowhere, so that the link fails instead.
#[doc(hidden)]
pub fn panic() -> ! {
    unsafe extern "C" {
        safe fn a_panic_can_be_reached() -> !;
    }
    a_panic_can_be_reached()
}

/// What a register holds during a system call: an argument, or, where the call takes fewer, whatever was in it before,
/// which saves the instructions that would clear it.
type Argument = MaybeUninit<usize>;

/// Makes the system call `number` with as many arguments as it takes, at most five, and returns its result.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
unsafe fn syscall<const N: usize>(number: libc::c_long, arguments: [usize; N]) -> isize {
    let argument = |i| arguments.get(i).copied().map_or(Argument::uninit(), Argument::new);
    let registers = [argument(0), argument(1), argument(2), argument(3), argument(4)];
    // SAFETY: the caller vouches for the call, and the kernel looks at no more arguments than that takes.
    unsafe { arch::syscall(number as usize, registers) }
}

/// An error, as the kernel returns it: the number that `errno(3)` lists, negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(NonZero<c_int>);

impl Errno {
    /// The file may not be executed, or cannot be looked for.
    pub const EACCES: Self = Self::new(libc::EACCES);
    /// Nothing came in time.
    pub const EAGAIN: Self = Self::new(libc::EAGAIN);
    /// A call was interrupted before it did anything.
    pub const EINTR: Self = Self::new(libc::EINTR);
    /// There is no such file.
    pub const ENOENT: Self = Self::new(libc::ENOENT);
    /// The file has no format that the kernel knows.
    pub const ENOEXEC: Self = Self::new(libc::ENOEXEC);

    const fn new(number: c_int) -> Self {
        Self(NonZero::new(-number).expect("an error has a number"))
    }

    /// The number, as `errno(3)` lists it.
    pub fn number(self) -> c_int {
        -self.0.get()
    }
}

/// The kernel's set of signals: bit N-1 stands for signal N. Sixty-four bits on every architecture but MIPS.
#[derive(Clone, Copy)]
pub struct SignalSet(u64);

impl SignalSet {
    /// The set of these signals, each a number from 1 to 64.
    pub const fn of<const N: usize>(signals: [c_int; N]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < N {
            bits |= 1 << (signals[i] - 1);
            i += 1;
        }
        Self(bits)
    }

    /// All signals. SIGKILL and SIGSTOP can be in a set, though they can be neither blocked nor taken.
    pub const ALL: Self = Self(u64::MAX);

    /// This set without one of its signals.
    pub const fn without(self, signal: c_int) -> Self {
        Self(self.0 & !Self::of([signal]).0)
    }

    /// Whether a signal, 1 to 64, is in it.
    pub const fn contains(self, signal: c_int) -> bool {
        self.0 >> ((signal - 1) & 63) & 1 != 0
    }

    /// This set and one signal more.
    pub const fn with(self, signal: c_int) -> Self {
        Self(self.0 | Self::of([signal]).0)
    }
}

/// Blocks exactly the signals in `set`, and no others, whatever was blocked before (`man 2 rt_sigprocmask`).
pub fn rt_sigprocmask(set: SignalSet) -> Result<(), Errno> {
    let arguments = [libc::SIG_SETMASK as usize, address(&set), 0, size_of::<SignalSet>()];
    // SAFETY: the kernel reads eight bytes at `set`, which lives until the call returns.
    done(unsafe { syscall(libc::SYS_rt_sigprocmask, arguments) })
}

/// Blocks exactly the signals in `set`, and puts those in their place that were blocked before.
pub fn exchange_mask(set: &mut SignalSet) -> Result<(), Errno> {
    let place = ptr::from_mut(set) as usize;
    // SAFETY: the kernel reads eight bytes at `set` and then writes as many, before the call returns.
    let result = unsafe {
        syscall(libc::SYS_rt_sigprocmask, [libc::SIG_SETMASK as usize, place, place, size_of::<SignalSet>()])
    };
    done(result)
}

/// A signal that was taken, and what the kernel says of its origin (`man 2 sigaction`, `siginfo_t`).
pub struct Signal {
    pub number: c_int,
    /// How it came about: an `SI_` constant, or something that depends on the signal.
    pub code: c_int,
    /// Who sent it, where `code` says that somebody did; 0 is a process that the receiver's PID namespace does not have.
    pub pid: libc::pid_t,
}

/// Waits without a limit for one of the blocked signals in `set`, and takes it (`man 2 rt_sigtimedwait`).
///
/// # Errors
/// [`Errno::EINTR`] after a stop and a continue, and when a debugger or a freezer interfered: nothing was taken.
#[inline(always)]
pub fn rt_sigtimedwait(set: SignalSet) -> Result<Signal, Errno> {
    rt_sigtimedwait_for(set, None)
}

/// Like [`rt_sigtimedwait`], and waits no longer than `limit`, if there is one.
///
/// # Errors
/// Beside EINTR, EAGAIN: the time is over.
#[inline(always)]
pub fn rt_sigtimedwait_for(set: SignalSet, limit: Option<&Time>) -> Result<Signal, Errno> {
    let mut info = MaybeUninit::<libc::siginfo_t>::uninit();
    let limit = limit.map_or(0, address);
    let arguments = [address(&set), info.as_mut_ptr() as usize, limit, size_of::<SignalSet>()];
    // SAFETY: the kernel reads eight bytes at `set`, the limit if there is one, and fills `info`; all of them live until
    // the call returns.
    let number = checked(unsafe { syscall(libc::SYS_rt_sigtimedwait, arguments) })?;
    // SAFETY: a signal was taken, so all of `info` is filled (`copy_siginfo_to_user`).
    let info = unsafe { info.assume_init_ref() };
    // SAFETY: whatever is in the union, these bytes of it are there.
    Ok(Signal { number, code: info.si_code, pid: unsafe { info.si_pid() } })
}

/// A time, as the calls with the oldest numbers take it: both are as long as a register. On 32-bit platforms that is
/// enough for 68 years since the machine was started.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub struct Time {
    pub seconds: isize,
    pub nanoseconds: isize,
}

impl Time {
    pub const ZERO: Self = Self { seconds: 0, nanoseconds: 0 };

    /// How long it is until `end`; nothing where that is not to come.
    pub fn until(self, end: Self) -> Option<Self> {
        let mut left = Self {
            seconds: end.seconds.wrapping_sub(self.seconds),
            nanoseconds: end.nanoseconds.wrapping_sub(self.nanoseconds),
        };
        if left.nanoseconds < 0 {
            left.seconds = left.seconds.wrapping_sub(1);
            left.nanoseconds = left.nanoseconds.wrapping_add(1_000_000_000);
        }
        (left > Self::ZERO).then_some(left)
    }
}

/// How long the machine has been running (`man 2 clock_gettime`, CLOCK_MONOTONIC).
pub fn uptime() -> Time {
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    let arguments = [libc::CLOCK_MONOTONIC as usize, ptr::from_mut(&mut time) as usize];
    // SAFETY: the kernel fills `time`, which lives until the call returns. That clock is always there.
    _ = unsafe { syscall(libc::SYS_clock_gettime, arguments) };
    time
}

/// What a signal does. The kernel's, which is not the C library's, as on every architecture but MIPS. Some have no
/// restorer: there the mask is in its place.
#[repr(C)]
pub struct Action {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: [u32; 2],
}

impl Action {
    /// The default one, with no flags.
    pub const DEFAULT: Self = Self::default(0);

    /// The default one, with these `SA_` flags.
    const fn default(flags: c_int) -> Self {
        Self { handler: libc::SIG_DFL, flags: flags as usize, restorer: 0, mask: [0; 2] }
    }
}

/// Gives `signal` its default action with these `SA_` flags (`man 2 rt_sigaction`).
pub fn rt_sigaction_default(signal: c_int, flags: c_int) -> Result<(), Errno> {
    let action = Action::default(flags);
    let arguments = [signal as usize, address(&action), 0, size_of::<SignalSet>()];
    // SAFETY: the kernel reads `action`, or less of it, before the call returns; the default action calls no function.
    done(unsafe { syscall(libc::SYS_rt_sigaction, arguments) })
}

/// Gives `signal` an action, and puts the one in its place that it had before. A program that installs no handler finds
/// none, so that was the default one, or to be ignored.
pub fn exchange_action(signal: c_int, action: &mut Action) -> Result<(), Errno> {
    let place = ptr::from_mut(action) as usize;
    // SAFETY: the kernel reads `action` and then writes it, or less of it, before the call returns. An action comes from
    // here alone, so it calls no function.
    done(unsafe { syscall(libc::SYS_rt_sigaction, [signal as usize, place, place, size_of::<SignalSet>()]) })
}

/// Reaps a child in a state that `options` ask for, and returns its process ID; 0 where children are left and none of
/// them is in such a state (`man 2 wait4`).
pub fn wait4_any(options: c_int) -> Result<c_int, Errno> {
    const ANY_CHILD: usize = usize::MAX; // -1
    // SAFETY: no memory is handed over: neither the status nor the usage is asked for.
    checked(unsafe { syscall(libc::SYS_wait4, [ANY_CHILD, 0, options as usize, 0]) })
}

/// Gives up every capability: the permitted, effective and inheritable ones, and with those the ambient ones
/// (`man 2 capset`).
pub fn capset_none() -> Result<(), Errno> {
    // The structures of `linux/capability.h`, which the crate `libc` does not have: `_LINUX_CAPABILITY_VERSION_3` and a
    // thread, 0 for this one; then three sets, twice, as each has 64 bits in two halves.
    const NONE: [u32; 6] = [0; 6];
    let header = [0x2008_0522_u32, 0];
    let arguments = [address(&header), address(&NONE)];
    // SAFETY: the kernel reads both, which have the sizes of that version, before the call returns.
    done(unsafe { syscall(libc::SYS_capset, arguments) })
}

/// Lets no program that this process executes give it privileges, from now on for ever (`man 2 PR_SET_NO_NEW_PRIVS`).
pub fn set_no_new_privs() -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    done(unsafe { syscall(libc::SYS_prctl, [libc::PR_SET_NO_NEW_PRIVS as usize, 1, 0, 0, 0]) })
}

/// The process ID that this process has in its own PID namespace (`man 2 getpid`).
pub fn getpid() -> c_int {
    // SAFETY: takes no arguments.
    (unsafe { syscall(libc::SYS_getpid, []) }) as c_int
}

/// Writes bytes to a file descriptor, and returns how many of them were taken (`man 2 write`). Waits where the
/// other side is slow, unless that file is `O_NONBLOCK`.
pub fn write(descriptor: c_int, bytes: &[u8]) -> Result<c_int, Errno> {
    // SAFETY: the kernel reads that many bytes at that address, which the borrow keeps.
    checked(unsafe { syscall(libc::SYS_write, [descriptor as usize, bytes.as_ptr() as usize, bytes.len()]) })
}

/// The status flags of the file that is open as `descriptor`, such as `O_NONBLOCK` (`man 2 fcntl`, F_GETFL).
pub fn status_flags(descriptor: c_int) -> Result<c_int, Errno> {
    // SAFETY: no memory is handed over.
    checked(unsafe { syscall(libc::SYS_fcntl, [descriptor as usize, libc::F_GETFL as usize]) })
}

/// Sets them, for everybody who has the same file open through a copy of this descriptor (F_SETFL).
pub fn set_status_flags(descriptor: c_int, flags: c_int) -> Result<(), Errno> {
    let arguments = [descriptor as usize, libc::F_SETFL as usize, flags as usize];
    // SAFETY: no memory is handed over.
    done(unsafe { syscall(libc::SYS_fcntl, arguments) })
}

/// The address of something that the kernel is to read.
fn address<T>(thing: &T) -> usize {
    ptr::from_ref(thing) as usize
}

/// Tells a result from an error: the kernel returns the latter as a negative number. None of the calls here returns
/// more than an `int` holds.
fn checked(result: isize) -> Result<c_int, Errno> {
    match NonZero::new(result as c_int) {
        Some(error) if error.get() < 0 => Err(Errno(error)),
        _ => Ok(result as c_int),
    }
}

/// The same of a call that returns 0, or an error.
fn done(result: isize) -> Result<(), Errno> {
    NonZero::new(result as c_int).map_or(Ok(()), |error| Err(Errno(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_a_bit_for_each_of_its_signals() {
        assert_eq!(SignalSet::of([1]).0, 1);
        assert_eq!(SignalSet::of([2, 15, 17]).with(64).0, 1 << 63 | 1 << 16 | 1 << 14 | 1 << 1);
    }

    #[test]
    fn the_time_until_then_is_a_time_or_none() {
        let time = |seconds, nanoseconds| Time { seconds, nanoseconds };
        let until = |from: Time, end| from.until(end).map(|left| (left.seconds, left.nanoseconds));
        assert_eq!(until(time(5, 7), time(8, 9)), Some((3, 2)));
        assert_eq!(until(time(5, 9), time(8, 7)), Some((2, 999_999_998)));
        assert_eq!(until(time(5, 9), time(6, 8)), Some((0, 999_999_999)));
        for end in [time(5, 9), time(5, 8), time(4, 10), time(0, 0), time(-1, 0)] {
            assert_eq!(until(time(5, 9), end), None);
        }
    }

    #[test]
    fn a_negative_result_is_an_error() {
        assert_eq!(checked(0), Ok(0));
        assert_eq!(checked(7), Ok(7));
        assert_eq!(checked(-(libc::EINTR as isize)), Err(Errno::EINTR));
        assert_ne!(checked(-(libc::EAGAIN as isize)), Err(Errno::EINTR));
    }
}
