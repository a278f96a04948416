//! Errors of system calls.

use core::ffi::c_int;
use core::num::NonZero;

/// An error of a system call (`man 3 errno`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(NonZero<c_int>); // negated, as the kernel returns it

impl Errno {
    /// Permission denied.
    pub const EACCES: Self = Self::new(libc::EACCES);
    /// Resource temporarily unavailable. From a wait with a time limit: the time is over.
    pub const EAGAIN: Self = Self::new(libc::EAGAIN);
    /// Bad file descriptor.
    pub const EBADF: Self = Self::new(libc::EBADF);
    /// There are no children.
    pub const ECHILD: Self = Self::new(libc::ECHILD);
    /// Interrupted before anything was done.
    pub const EINTR: Self = Self::new(libc::EINTR);
    /// No such file or directory.
    pub const ENOENT: Self = Self::new(libc::ENOENT);
    /// Exec format error: the kernel cannot execute a file of this format.
    pub const ENOEXEC: Self = Self::new(libc::ENOEXEC);
    /// No such device or address.
    pub const ENXIO: Self = Self::new(libc::ENXIO);
    /// Not a terminal, or not the controlling one.
    pub const ENOTTY: Self = Self::new(libc::ENOTTY);
    /// No such process.
    pub const ESRCH: Self = Self::new(libc::ESRCH);

    const fn new(number: c_int) -> Self {
        Self(NonZero::new(-number).expect("an error number is not 0"))
    }

    /// Returns the number, as `man 3 errno` lists it.
    pub fn number(self) -> c_int {
        -self.0.get()
    }
}

/// Turns the result of a system call into an error if it is negative. No call in this crate returns more than an `int`
/// can hold.
pub(super) fn check(result: isize) -> Result<c_int, Errno> {
    match NonZero::new(result as c_int) {
        Some(error) if error.get() < 0 => Err(Errno(error)),
        _ => Ok(result as c_int),
    }
}

/// As [`check`], for a call whose only success is 0.
pub(super) fn check_unit(result: isize) -> Result<(), Errno> {
    NonZero::new(result as c_int).map_or(Ok(()), |error| Err(Errno(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_result_is_an_error() {
        assert_eq!(check(0), Ok(0));
        assert_eq!(check(7), Ok(7));
        assert_eq!(check(-(libc::EINTR as isize)), Err(Errno::EINTR));
        assert_ne!(check(-(libc::EAGAIN as isize)), Err(Errno::EINTR));
    }

    #[test]
    fn each_error_has_its_number() {
        for (error, number) in [
            (Errno::EACCES, libc::EACCES),
            (Errno::EAGAIN, libc::EAGAIN),
            (Errno::EBADF, libc::EBADF),
            (Errno::ECHILD, libc::ECHILD),
            (Errno::EINTR, libc::EINTR),
            (Errno::ENOENT, libc::ENOENT),
            (Errno::ENOEXEC, libc::ENOEXEC),
            (Errno::ENXIO, libc::ENXIO),
            (Errno::ENOTTY, libc::ENOTTY),
            (Errno::ESRCH, libc::ESRCH),
        ] {
            assert_eq!(error.number(), number);
        }
    }
}
