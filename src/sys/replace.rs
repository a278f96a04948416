//! Replacing a file of a directory: lock, create, copy, rename, remove.

use super::errno::{check, check_unit};
use super::{Errno, NULL, syscall};
use core::ffi::{CStr, c_int};

/// The permissions of a program that everybody may execute.
const EXECUTABLE: c_int = 0o755;

/// Waits until no other process has locked this directory in this way, and locks it (`man 2 flock`).
pub fn lock(directory: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_flock, [directory.into(), libc::LOCK_EX.into()]) })
}

/// Creates a file, and opens it for writing (`man 2 openat`).
///
/// # Errors
/// EEXIST: there is a file of that name, or a link, even one that leads nowhere.
pub fn create(directory: c_int, name: &CStr) -> Result<c_int, Errno> {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_CLOEXEC;
    let arguments = [directory.into(), name.as_ptr().into(), flags.into(), EXECUTABLE.into()];
    // SAFETY: the kernel reads a string that ends with a NUL, which is borrowed until the call returns.
    check(unsafe { syscall(libc::SYS_openat, arguments) })
}

/// Copies the rest of `from` to `to` (`man 2 sendfile`).
pub fn copy_all(from: c_int, to: c_int) -> Result<(), Errno> {
    const MOST: c_int = 1 << 20;
    loop {
        // SAFETY: without an offset, the kernel reads and writes no memory of this process.
        if check(unsafe { syscall(libc::SYS_sendfile, [to.into(), from.into(), NULL, MOST.into()]) })? == 0 {
            return Ok(());
        }
    }
}

/// Lets everybody execute an open file, whatever the umask (`man 2 fchmod`).
pub fn make_executable(file: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_fchmod, [file.into(), EXECUTABLE.into()]) })
}

/// Waits until the content of an open file is on the disk (`man 2 fsync`).
pub fn sync(file: c_int) -> Result<(), Errno> {
    // SAFETY: the call neither reads nor writes memory of this process.
    check_unit(unsafe { syscall(libc::SYS_fsync, [file.into()]) })
}

/// Renames a file, and replaces the one that has the new name (`man 2 renameat2`).
pub fn rename(directory: c_int, from: &CStr, to: &CStr) -> Result<(), Errno> {
    let arguments = [directory.into(), from.as_ptr().into(), directory.into(), to.as_ptr().into(), 0.into()];
    // SAFETY: the kernel reads two strings that end with a NUL, which are borrowed until the call returns.
    check_unit(unsafe { syscall(libc::SYS_renameat2, arguments) })
}

/// Removes a file (`man 2 unlinkat`).
pub fn remove(directory: c_int, name: &CStr) -> Result<(), Errno> {
    // SAFETY: the kernel reads a string that ends with a NUL, which is borrowed until the call returns.
    check_unit(unsafe { syscall(libc::SYS_unlinkat, [directory.into(), name.as_ptr().into(), 0.into()]) })
}
