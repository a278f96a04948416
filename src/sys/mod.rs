//! The kernel's side: one safe function for each system call in use, one file for each subject.
//!
//! | module      | subject                                                          |
//! | ----------- | ---------------------------------------------------------------- |
//! | [`signal`]  | the signal mask, waiting for signals, their actions              |
//! | [`process`] | process IDs, fork, exec, wait, kill                              |
//! | [`control`] | what `prctl` and `capset` change in this process                 |
//! | [`file`]    | descriptors, reading and writing                                 |
//! | [`terminal`] | process groups, and the foreground of the controlling terminal  |
//! | [`time`]    | times and timers                                                 |
//! | [`errno`]   | errors                                                           |
//! | [`cstr`]    | strings that end with a NUL                                      |
//! | [`stack`]   | the arguments and the environment, where the kernel left them    |
//! | [`start`]   | the entry point of a program                                     |
//! | [`mem`]     | the functions that a compiler's output calls                     |
//!
//! Numbers and types come from the crate `libc`. None of its functions can be called: the C library that a link finds is
//! empty (see `build/build.rs`).
//!
//! # What an architecture's file provides
//! - `start_instructions!()`: the instructions of `_start`. They call `{main}` with the address of the initial stack, on a
//!   stack that is aligned as the calling convention asks; they pass what it returns to `{exit_group}`; if that is
//!   refused, they fault.
//! - `syscall(number, [a, b, c, d, e])`: makes a system call and returns its result, an error as a negative number.
//! - `clone_arguments(flags, stack)`: the first two arguments of `clone`, in this architecture's order.
//! - `SYS_RT_SIGTIMEDWAIT_TIME64` and `SYS_PPOLL_TIME64`: the calls that take a 64-bit time, on a 32-bit architecture.
#![allow(unsafe_code)] // denied everywhere else in the crate

// Each condition names all that the file takes for granted: x32, for example, is x86_64 with 32-bit pointers.
#[cfg_attr(
    all(target_os = "linux", target_arch = "aarch64", target_endian = "little", target_pointer_width = "64"),
    path = "arch/aarch64.rs"
)]
#[cfg_attr(all(target_os = "linux", target_arch = "arm", target_endian = "little"), path = "arch/arm.rs")]
#[cfg_attr(all(target_os = "linux", target_arch = "loongarch64"), path = "arch/loongarch64.rs")]
#[cfg_attr(all(target_os = "linux", target_arch = "powerpc64", target_endian = "little"), path = "arch/powerpc64.rs")]
#[cfg_attr(all(target_os = "linux", target_arch = "riscv64"), path = "arch/riscv64.rs")]
#[cfg_attr(all(target_os = "linux", target_arch = "s390x"), path = "arch/s390x.rs")]
#[cfg_attr(all(target_os = "linux", target_arch = "x86"), path = "arch/x86.rs")]
#[cfg_attr(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64"), path = "arch/x86_64.rs")]
mod arch; // arch/mod.rs for everything else: it stops the build with a sentence

pub mod control;
pub mod cstr;
pub mod errno;
pub mod file;
#[doc(hidden)]
pub mod mem;
pub mod process;
pub mod signal;
pub mod stack;
#[doc(hidden)]
pub mod start;
pub mod terminal;
pub mod time;

pub use errno::Errno;

use core::ffi::{c_int, c_uint, c_void};
use core::mem::MaybeUninit;
use core::ptr;

/// What a register holds during a system call. Where a call takes fewer arguments than there are registers, the others
/// keep what was in them, which saves the instructions that would clear them.
type Register = MaybeUninit<*const c_void>;

/// An argument of a system call: a number or a pointer.
#[derive(Clone, Copy)]
struct Argument(*const c_void);

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self(ptr::without_provenance(number))
    }
}

impl From<c_int> for Argument {
    fn from(number: c_int) -> Self {
        Self(ptr::without_provenance(number as usize)) // sign-extended, as the calling conventions want it
    }
}

impl From<c_uint> for Argument {
    fn from(number: c_uint) -> Self {
        Self(ptr::without_provenance(number as usize))
    }
}

impl<T> From<*const T> for Argument {
    fn from(pointer: *const T) -> Self {
        Self(pointer.cast())
    }
}

impl<T> From<*mut T> for Argument {
    fn from(pointer: *mut T) -> Self {
        Self(pointer.cast_const().cast())
    }
}

impl<T> From<&T> for Argument {
    fn from(thing: &T) -> Self {
        Self(ptr::from_ref(thing).cast())
    }
}

impl<T> From<&mut T> for Argument {
    fn from(thing: &mut T) -> Self {
        Self(ptr::from_mut(thing).cast_const().cast())
    }
}

/// A null pointer, and the number 0.
const NULL: Argument = Argument(ptr::null());

/// Makes the system call `number` with its arguments, at most five, and returns its result.
///
/// # Safety
/// The arguments must be those that this system call takes.
#[inline(always)]
unsafe fn syscall<const N: usize>(number: libc::c_long, arguments: [Argument; N]) -> isize {
    let register = |i: usize| arguments.get(i).map_or(Register::uninit(), |argument| Register::new(argument.0));
    // SAFETY: the caller guarantees the arguments, and the kernel reads no more registers than the call has arguments.
    unsafe { arch::syscall(number as usize, [register(0), register(1), register(2), register(3), register(4)]) }
}

/// Makes a system call that waits for a time, and once more under its number for 64-bit times where the first one is
/// refused: a 32-bit kernel may lack either of the two, and a seccomp profile may know only one of them.
///
/// # Safety
/// As [`syscall`]; the arguments must fit both calls.
#[inline(always)]
unsafe fn timed_syscall<const N: usize>(
    number: libc::c_long,
    time64: Option<libc::c_long>,
    arguments: [Argument; N],
    time64_arguments: [Argument; N],
) -> isize {
    // SAFETY: the caller guarantees the arguments.
    let result = unsafe { syscall(number, arguments) };
    let is_answer = |result| result >= 0 || result == -(libc::EINTR as isize) || result == -(libc::EAGAIN as isize);
    match time64 {
        // SAFETY: the caller guarantees these as well.
        Some(number) if !is_answer(result) => unsafe { syscall(number, time64_arguments) },
        _ => result,
    }
}
