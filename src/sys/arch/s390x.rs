//! z/Architecture: system calls by `svc`, with an error as a negative result.

use super::Register;

/// The instructions of `_start`. The kernel enters here once, with the initial stack in r15, aligned to 16 bytes
/// (Linux: `create_elf_tables`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "lgr %r2, %r15\n",          // the first argument of main is the address of argc
            "aghi %r15, -160\n",        // the frame in which main may save registers
            "xc 0(8, %r15), 0(%r15)\n", // no outer frame
            "brasl %r14, {main}\n",
            "lghi %r1, {exit_group}\n", // the status stays where main returned it, in r2
            "svc 0\n",
            ".short 0\n", // a seccomp profile refused exit_group: crash rather than go on
        )
    };
}

/// Makes the system call `number` and returns what the kernel puts into `r2`.
///
/// # Safety
/// The arguments must be those that this system call takes.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes r2 alone (`system_call` saves and
    // restores the others), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "svc 0", // the number is in r1
            in("r1") number,
            inlateout("r2") a => result,
            in("r3") b,
            in("r4") c,
            in("r5") d,
            in("r6") e,
            options(nostack),
        );
    }
    result
}

/// The first two arguments of `clone`, in the order that this architecture takes them (`man 2 clone`, "C library/kernel
/// differences").
pub fn clone_arguments(flags: usize, stack: usize) -> [usize; 2] {
    [stack, flags]
}

/// The number of `rt_sigtimedwait` with a 64-bit time, where the call of that name takes a 32-bit one. Such calls have
/// the same number on every 32-bit architecture.
pub const SYS_RT_SIGTIMEDWAIT_TIME64: Option<libc::c_long> = None;

/// The number of `ppoll` with a 64-bit time, likewise.
pub const SYS_PPOLL_TIME64: Option<libc::c_long> = None;
