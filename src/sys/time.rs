//! Times, timers, and the system calls for 64-bit times on 32-bit architectures.

use super::errno::check_unit;
use super::{Argument, Errno, NULL, syscall};
use core::ffi::{c_int, c_long};

/// A duration: the kernel's `struct __kernel_old_timespec`, whose fields are as wide as a register.
#[repr(C)]
pub struct Time {
    /// Whole seconds.
    pub seconds: isize,
    /// The rest, from 0 to 999,999,999.
    pub nanoseconds: isize,
}

impl Time {
    /// No time: do not wait.
    pub const ZERO: Self = Self { seconds: 0, nanoseconds: 0 };
}

/// A duration for the system calls that take 64-bit times on a 32-bit architecture.
#[repr(C)]
pub(super) struct Time64 {
    seconds: i64,
    nanoseconds: i64,
}

/// The numbers that a 32-bit architecture adds for calls with 64-bit times. They are the same on every such
/// architecture.
const fn number_for_time64(number: c_long) -> Option<c_long> {
    if cfg!(target_pointer_width = "32") { Some(number) } else { None }
}

pub(super) const SYS_RT_SIGTIMEDWAIT_TIME64: Option<c_long> = number_for_time64(421);
pub(super) const SYS_PPOLL_TIME64: Option<c_long> = number_for_time64(414);

impl From<&Time> for Time64 {
    fn from(time: &Time) -> Self {
        Self { seconds: time.seconds as i64, nanoseconds: time.nanoseconds as i64 }
    }
}

/// Makes the system call `number`. If that is refused, makes it again under its number for 64-bit times: a 32-bit
/// kernel lacks the second before Linux 5.1, and the first without `CONFIG_COMPAT_32BIT_TIME`. A seccomp profile may
/// know only one of them.
///
/// # Safety
/// As for [`syscall`]. The arguments must fit both calls.
#[inline(always)]
pub(super) unsafe fn timed_syscall<const N: usize>(
    number: c_long,
    time64: Option<c_long>,
    arguments: [Argument; N],
    time64_arguments: [Argument; N],
) -> isize {
    // SAFETY: the caller guarantees the arguments.
    let result = unsafe { syscall(number, arguments) };
    let is_refused = result < 0 && result != -(libc::EINTR as isize) && result != -(libc::EAGAIN as isize);
    match time64 {
        // SAFETY: the caller guarantees these too.
        Some(number) if is_refused => unsafe { syscall(number, time64_arguments) },
        _ => result,
    }
}

/// Makes the kernel send SIGALRM to this process after `seconds`, and then every second (`man 2 setitimer`,
/// ITIMER_REAL). The first one is lost if another SIGALRM is pending, and the next ones make up for that. The signal's
/// `si_code` is `SI_KERNEL`. 0 seconds would stop the timer.
///
/// Why not read a clock: without a C library each reading is a system call, and 32-bit kernels disagree on its format.
pub fn start_timer(seconds: c_int) -> Result<(), Errno> {
    /// The kernel's `struct __kernel_old_itimerval`. Each time consists of seconds and microseconds.
    #[repr(C)]
    struct Timer {
        interval: [isize; 2],
        first: [isize; 2],
    }
    let timer = Timer { interval: [1, 0], first: [seconds as isize, 0] };
    // SAFETY: the kernel reads `timer`, which lives until the call returns, and does not return the previous timer.
    check_unit(unsafe { syscall(libc::SYS_setitimer, [libc::ITIMER_REAL.into(), Argument::from(&timer), NULL]) })
}
