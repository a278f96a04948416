//! The system calls as safe functions: one file for each subject.
//!
//! | module       | subject                                                         |
//! | ------------ | --------------------------------------------------------------- |
//! | [`signal`]   | the signal mask, waiting for signals, the actions of signals    |
//! | [`process`]  | process IDs, fork, wait, kill                                   |
//! | [`control`]  | capabilities and the settings of `prctl`                        |
//! | [`mod@file`] | descriptors, reading and writing                                |
//! | [`replace`]  | replacing a file of a directory                                 |
//! | [`terminal`] | process groups, and the foreground of the controlling terminal  |
//! | [`pidfd`]    | descriptors of processes, and how reaped ones have ended        |
//! | [`system`]   | the release of the running kernel                               |
//! | [`time`]     | times and timers                                                |
//! | [`errno`]    | errors                                                          |
//! | [`cstr`]     | strings that end with a NUL                                     |
//! | [`stack`]    | the initial stack: arguments, environment, and exec with them   |
//! | [`start`]    | the entry point of a program                                    |
//! | [`mem`]      | the functions that compiled code calls by itself                |
//!
//! Numbers and types come from the crate `libc`, and `const` functions such as `WIFEXITED`. The C functions that it
//! declares cannot be called, because the build script gives the linker an empty C library (see `build/build.rs`).
//!
//! # What an architecture's file provides
//! - `start_instructions!()`: the instructions of `_start`. They call `{main}` with the address of the initial stack,
//!   on a stack that is aligned as the calling convention demands. Then they pass the status that it returns to
//!   `{exit_group}`. If a seccomp profile refuses that call, they crash rather than continue.
//! - `unsafe fn syscall(number, [a, b, c, d, e])`: makes a system call and returns its result, or an error as a
//!   negative number. The caller guarantees that the arguments are those that the call takes.
//! - `CLONE_TAKES_STACK_FIRST`: whether `clone` takes the stack before the flags (`man 2 clone`, "C library/kernel
//!   differences").
#![allow(unsafe_code)] // denied everywhere else in the crate

// Each condition names everything that the file assumes. For example, x32 is x86_64 with 32-bit pointers.
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
mod arch; // arch/mod.rs for any other platform

pub mod control;
pub mod cstr;
pub mod errno;
pub mod file;
#[doc(hidden)]
pub mod mem;
pub mod pidfd;
pub mod process;
pub mod replace;
pub mod signal;
pub mod stack;
#[doc(hidden)]
pub mod start;
pub mod system;
pub mod terminal;
pub mod time;

pub use errno::Errno;

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;

/// The content of a register during a system call. A call may take fewer arguments than there are registers. The other
/// registers have arbitrary values, which saves the instructions that would clear them.
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
        // Sign-extended, which suits a call that takes an `int` and a call that takes a `long`.
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

/// A null pointer.
const NULL: Argument = Argument(ptr::null());

/// Makes the system call `number` with at most five arguments. Returns its result, or an error as a negative number.
///
/// # Safety
/// The arguments must be those that this system call takes for this operation. It must ignore those that are left out:
/// they have arbitrary values.
#[inline(always)]
unsafe fn syscall<const N: usize>(number: libc::c_long, arguments: [Argument; N]) -> isize {
    let register = |i: usize| arguments.get(i).map_or(Register::uninit(), |argument| Register::new(argument.0));
    // SAFETY: the caller guarantees the arguments, and that the call ignores the other registers.
    unsafe { arch::syscall(number as usize, [register(0), register(1), register(2), register(3), register(4)]) }
}
