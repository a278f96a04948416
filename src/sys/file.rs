//! System calls about files: read them, list them, write to them, and ask whether there is room for that.

use super::{Errno, Time, checked, syscall};
use crate::args::Str;
use core::ffi::{c_int, c_short};
use core::ptr;

/// Opens a file, in `folder` if its path is not absolute, with these `O_` flags, and closed in a program that is
/// executed. Returns its descriptor (`man 2 openat`).
pub fn open(folder: c_int, path: Str, flags: c_int) -> Result<c_int, Errno> {
    let flags = flags | libc::O_CLOEXEC;
    let arguments = [folder as usize, path.address(), flags as usize, 0];
    // SAFETY: a string that ends, and which the borrow keeps. No flag of ours makes a file, which would need a mode.
    checked(unsafe { syscall(libc::SYS_openat, arguments) })
}

/// Closes it (`man 2 close`).
pub fn close(descriptor: c_int) {
    // SAFETY: takes a number only.
    _ = unsafe { syscall(libc::SYS_close, [descriptor as usize]) };
}

/// Reads what fits into `buffer`, and returns how many bytes that was: 0 at the end (`man 2 read`).
pub fn read(descriptor: c_int, buffer: &mut [u8]) -> Result<c_int, Errno> {
    let arguments = [descriptor as usize, buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the kernel writes that many bytes at that address at most, which are borrowed until the call returns.
    checked(unsafe { syscall(libc::SYS_read, arguments) })
}

/// Reads entries of a folder, as [`read`] does bytes, in the form of `man 2 getdents64`.
pub fn getdents64(descriptor: c_int, buffer: &mut [u8]) -> Result<c_int, Errno> {
    let arguments = [descriptor as usize, buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: as in `read`.
    checked(unsafe { syscall(libc::SYS_getdents64, arguments) })
}

/// Reads what a symbolic link in `folder` says, as [`read`] does bytes (`man 2 readlinkat`).
pub fn readlink(folder: c_int, path: Str, buffer: &mut [u8]) -> Result<c_int, Errno> {
    let arguments = [folder as usize, path.address(), buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: a string that ends, and as in `read`.
    checked(unsafe { syscall(libc::SYS_readlinkat, arguments) })
}

/// Whether something could be written to `descriptor` now, without waiting, and somebody is there to read it
/// (`man 2 ppoll`).
pub fn is_writable(descriptor: c_int) -> bool {
    let mut limit = Time { seconds: 0, nanoseconds: 0 };
    const WRITABLE: c_short = libc::POLLOUT;
    let mut question = libc::pollfd { fd: descriptor, events: WRITABLE, revents: 0 };
    let arguments = [ptr::from_mut(&mut question) as usize, 1, ptr::from_mut(&mut limit) as usize, 0, 0];
    // SAFETY: the kernel reads and writes one `pollfd` and the time; both live until the call returns. No mask is
    // given.
    let answers = checked(unsafe { syscall(libc::SYS_ppoll, arguments) });
    answers == Ok(1) && question.revents == WRITABLE
}
