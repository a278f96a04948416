//! The release of the running kernel.

use super::errno::check_unit;
use super::{Argument, Errno, syscall};
use core::mem::offset_of;

/// The bytes that [`release`] needs: those of the kernel's `struct new_utsname`.
pub const RELEASE_LENGTH: usize = size_of::<libc::utsname>();

/// Returns the release of the kernel, such as `6.15.3-generic`, and the bytes after it (`man 2 uname`).
pub fn release(buffer: &mut [u8; RELEASE_LENGTH]) -> Result<&[u8], Errno> {
    // SAFETY: the kernel writes no more than that structure, which consists of bytes. The buffer is borrowed until the
    // call returns.
    check_unit(unsafe { syscall(libc::SYS_uname, [Argument::from(&mut *buffer)]) })?;
    Ok(buffer.get(offset_of!(libc::utsname, release)..).unwrap_or_default())
}
