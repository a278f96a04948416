//! Times and timers.

use super::errno::check_unit;
use super::{Argument, Errno, NULL, syscall};
use core::ffi::c_int;

/// A length of time, as the system calls with the oldest numbers take it: both fields are as long as a register.
#[repr(C)]
pub struct Time {
    pub seconds: isize,
    pub nanoseconds: isize,
}

impl Time {
    /// No time: look, and do not wait.
    pub const ZERO: Self = Self { seconds: 0, nanoseconds: 0 };
}

/// The same for the calls that take 64-bit times on a 32-bit architecture.
#[repr(C)]
pub(super) struct Time64 {
    seconds: i64,
    nanoseconds: i64,
}

impl From<&Time> for Time64 {
    fn from(time: &Time) -> Self {
        Self { seconds: time.seconds as i64, nanoseconds: time.nanoseconds as i64 }
    }
}

/// Has the kernel send this process SIGALRM after `seconds`, and again every second from then on, in case that another
/// SIGALRM was pending the first time (`man 2 setitimer`, ITIMER_REAL). The signal's `si_code` is `SI_KERNEL`.
///
/// Unlike a look at a clock this takes a single system call, whose times have the same size on every kernel. 0 seconds
/// would stop the timer.
pub fn start_timer(seconds: c_int) -> Result<(), Errno> {
    // struct itimerval: the interval, then the first time, each in seconds and microseconds.
    let times: [isize; 4] = [1, 0, seconds as isize, 0];
    // SAFETY: the kernel reads `times`, which lives until the call returns; the previous timer is not asked for.
    check_unit(unsafe { syscall(libc::SYS_setitimer, [libc::ITIMER_REAL.into(), Argument::from(&times), NULL]) })
}
