//! Descriptors: open, close, read and write them, and find out whether a write would wait.

use super::errno::{check, check_unit};
use super::time::{SYS_PPOLL_TIME64, Time, Time64, timed_syscall};
use super::{Argument, Errno, NULL, syscall};
use core::ffi::{CStr, c_int, c_short};

/// The first descriptor after the standard streams.
pub const FIRST_AFTER_STREAMS: c_int = 3;

/// Stands for the current directory where a directory's descriptor is expected.
pub const CURRENT_DIRECTORY: c_int = libc::AT_FDCWD;

/// Opens a file with these `O_` flags, which must include neither O_CREAT nor O_TMPFILE (`man 2 openat`). A relative
/// path begins in `directory`. The descriptor is close-on-exec.
pub fn open(directory: c_int, path: &CStr, flags: c_int) -> Result<c_int, Errno> {
    let flags = flags | libc::O_CLOEXEC;
    let arguments = [directory.into(), path.as_ptr().into(), flags.into()];
    // SAFETY: the kernel reads a string that ends with a NUL, which is borrowed until the call returns. It reads a mode
    // only for the two flags that are excluded.
    check(unsafe { syscall(libc::SYS_openat, arguments) })
}

/// Makes `path` the current directory (`man 2 chdir`).
pub fn change_directory(path: &CStr) -> Result<(), Errno> {
    // SAFETY: the kernel reads a string that ends with a NUL, which is borrowed until the call returns.
    check_unit(unsafe { syscall(libc::SYS_chdir, [path.as_ptr().into()]) })
}

/// Closes a descriptor (`man 2 close`).
pub fn close(descriptor: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process, and no memory is mapped from a descriptor. No
    // `OwnedFd` exists here that would rely on its descriptor (`std::io`, "I/O Safety").
    check_unit(unsafe { syscall(libc::SYS_close, [descriptor.into()]) })
}

/// Closes all descriptors from `first` to `last` (`man 2 close_range`, Linux 5.9).
pub fn close_range(first: c_int, last: c_int) -> Result<(), Errno> {
    // SAFETY: as for `close`.
    check_unit(unsafe { syscall(libc::SYS_close_range, [first.into(), last.into(), 0.into()]) })
}

/// Gives `descriptor` a number after those of the standard streams: a stream that was closed must stay closed. The new
/// one is close-on-exec (`man 2 fcntl`, F_DUPFD_CLOEXEC).
pub fn move_after_streams(descriptor: c_int) -> Result<c_int, Errno> {
    let arguments = [descriptor.into(), libc::F_DUPFD_CLOEXEC.into(), FIRST_AFTER_STREAMS.into()];
    // SAFETY: the call neither reads nor writes memory of this process.
    let copy = check(unsafe { syscall(libc::SYS_fcntl, arguments) });
    _ = close(descriptor); // it is open, and the kernel closes it even if that reports an error
    copy
}

/// Reads at most as many bytes as fit into `buffer` (`man 2 read`). Returns the number of bytes, which is 0 at the end.
pub fn read(descriptor: c_int, buffer: &mut [u8]) -> Result<c_int, Errno> {
    fill(libc::SYS_read, descriptor, buffer)
}

/// Reads entries of a directory into `buffer`, in the format of `man 2 getdents64`. Returns the number of bytes, which
/// is 0 at the end.
pub fn read_directory(descriptor: c_int, buffer: &mut [u8]) -> Result<c_int, Errno> {
    fill(libc::SYS_getdents64, descriptor, buffer)
}

/// Makes one of the two calls above.
fn fill(number: libc::c_long, descriptor: c_int, buffer: &mut [u8]) -> Result<c_int, Errno> {
    // SAFETY: both calls write at most that many bytes at that address, which are borrowed until the call returns.
    check(unsafe { syscall(number, [descriptor.into(), buffer.as_mut_ptr().into(), buffer.len().into()]) })
}

/// Reads the target of a symbolic link in `directory` into `buffer` (`man 2 readlinkat`). Returns its length.
pub fn read_link(directory: c_int, path: &CStr, buffer: &mut [u8]) -> Result<c_int, Errno> {
    let arguments = [directory.into(), path.as_ptr().into(), buffer.as_mut_ptr().into(), buffer.len().into()];
    // SAFETY: the kernel reads a string that ends with a NUL, and writes at most that many bytes at that address; both
    // are borrowed until the call returns.
    check(unsafe { syscall(libc::SYS_readlinkat, arguments) })
}

/// Writes `bytes` (`man 2 write`). Returns how many of them were written. Waits for room, unless the file is
/// `O_NONBLOCK`.
pub fn write(descriptor: c_int, bytes: &[u8]) -> Result<c_int, Errno> {
    // SAFETY: the kernel reads that many bytes at that address, which are borrowed until the call returns.
    check(unsafe { syscall(libc::SYS_write, [descriptor.into(), bytes.as_ptr().into(), bytes.len().into()]) })
}

/// Returns the status flags of an open file description, such as `O_NONBLOCK` (`man 2 fcntl`, F_GETFL).
pub fn status_flags(descriptor: c_int) -> Result<c_int, Errno> {
    // SAFETY: the call neither reads nor writes memory of this process, and ignores the third argument.
    check(unsafe { syscall(libc::SYS_fcntl, [descriptor.into(), libc::F_GETFL.into()]) })
}

/// Sets the status flags of an open file description (F_SETFL), for every descriptor and process that refers to it.
pub fn set_status_flags(descriptor: c_int, flags: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_fcntl, [descriptor.into(), libc::F_SETFL.into(), flags.into()]) })
}

/// Whether a write would not wait now, and would not fail because the reader is gone (`man 2 ppoll`). A terminal may
/// have less room than the write needs.
///
/// # Errors
/// The call was refused.
pub fn is_writable(descriptor: c_int) -> Result<bool, Errno> {
    poll(descriptor, libc::POLLOUT).map(|events| events == libc::POLLOUT) // and no error
}

/// Returns which events have happened to a descriptor, without waiting: this one, and errors (`man 2 ppoll`).
///
/// # Errors
/// The call was refused.
pub fn poll(descriptor: c_int, event: c_short) -> Result<c_short, Errno> {
    let mut requests = [libc::pollfd { fd: descriptor, events: event, revents: 0 }];
    let mut limit = Time::ZERO; // mutable, because QEMU's user mode emulation writes it back
    let mut limit64 = Time64::from(&limit);
    let place = Argument::from(&mut requests);
    let arguments = |limit| [place, requests.len().into(), limit, NULL, 0.into()];
    let with_limit = arguments(Argument::from(&mut limit));
    let with_limit64 = arguments(Argument::from(&mut limit64));
    // SAFETY: the kernel reads and writes as many `pollfd`s as there are, and reads a limit, which QEMU writes back. All of
    // them live until the call returns. There is no mask.
    let result = unsafe { timed_syscall(libc::SYS_ppoll, SYS_PPOLL_TIME64, with_limit, with_limit64) };
    check(result).map(|_| requests[0].revents)
}
